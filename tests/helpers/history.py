"""What was said in a room before anybody looks, and what became of it."""

import json
import sqlite3
from contextlib import closing, contextmanager
from urllib.parse import quote, urlencode

FIRST_DAY = "2026-03-04 01:30:00"


@contextmanager
def database_of(chat):
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database, database:
        yield database


def write_many(chat, room, texts, sender="Bob", date=FIRST_DAY):
    """Put messages into the room's history, much faster than they could be posted; return their ids."""
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
    """Make the event log forget everything, as it does with events that are a day old."""
    with database_of(chat) as database:
        database.execute("DELETE FROM django_eventstream_event")


def change(chat, room, message, method, key, **fields):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    path = f"/rooms/{quote(room, safe='')}/messages/{message['id']}/"
    status, body = chat.request(method, path, urlencode({"key": key, **fields}), headers)
    assert status == 200, (status, body)


def post_with_key(chat, room, sender, text, key):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"from": sender, "text": text, "key": key})
    status, answer = chat.request("POST", f"/rooms/{quote(room, safe='')}/messages/", body, headers)
    assert status == 200, (status, answer)
    return json.loads(answer)
