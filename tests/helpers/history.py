"""Fills a room with messages before a test, and edits or deletes them with their keys."""

import json
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import quote, urlencode

FIRST_DAY = "2026-03-04 01:30:00"


@contextmanager
def database_of(chat):
    """Yield a connection to the chat's SQLite database; commit at the end."""
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database, database:
        yield database


def write_many(chat, room, texts, sender="Bob", date=FIRST_DAY):
    """Insert messages straight into the database, much faster than posts would be; return their ids."""
    texts = list(texts)
    with database_of(chat) as database:
        database.execute("INSERT INTO chat_chatroom (eid) VALUES (?) ON CONFLICT DO NOTHING", [room])
        database.executemany(
            "INSERT INTO chat_chatmessage (room_id, user, date, text) "
            "SELECT id, ?, ?, ? FROM chat_chatroom WHERE eid = ?",
            [(sender, date, text, room) for text in texts],
        )
        rows = database.execute(
            "SELECT id FROM chat_chatmessage WHERE room_id = (SELECT id FROM chat_chatroom WHERE eid = ?) "
            "ORDER BY id DESC LIMIT ?",
            [room, len(texts)],
        )
        return sorted(id for (id,) in rows)


def forget_events(chat):
    """Delete all events, as the event log does with those that are a day old."""
    with database_of(chat) as database:
        database.execute("DELETE FROM django_eventstream_event")


def change(chat, room, message, method, key, **fields):
    """Edit (PATCH) or delete (DELETE) the message that was sent with the key."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/rooms/{quote(room, safe='')}/messages/{message['id']}/"
    status, body = chat.request(method, path, urlencode({"key": key, **fields}), headers)
    assert status == 200, (status, body)


def post_with_key(chat, room, sender, text, key):
    """Post a message with a key; return the message object."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"from": sender, "text": text, "key": key})
    status, answer = chat.request("POST", f"/rooms/{quote(room, safe='')}/messages/", body, headers)
    assert status == 200, (status, answer)
    return json.loads(answer)
