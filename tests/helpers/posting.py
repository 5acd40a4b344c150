"""Post, edit and delete through the test client, read the event log, and check refusals."""

import json
import threading
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import quote, urlencode

from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django_eventstream.models import Event

from chat.events.log import EventLog
from chat.models import ChatMessage, ChatRoom

# fmt: off
STRANGE_ROOMS = [
    "two words", "ü", "Köln", "日本", "😀", "100%", "%I", "%2F", "o'neil", "a,b", "a:b", "s;x", "what?", "#1", "a&b=c",
    "\\", "\\\\evil", "@x",
]
# fmt: on
FORM, JSON, MULTIPART = "application/x-www-form-urlencoded", "application/json", MULTIPART_CONTENT
CONTENT_TYPES = (FORM, JSON, MULTIPART)


def url_of(room="lobby"):
    return f"/rooms/{quote(room, safe='')}/messages/"


def url_of_message(message_id, room="lobby"):
    return f"{url_of(room)}{message_id}/"


def edit(client, message_id, key="k1", content_type=FORM, room="lobby", **fields):
    """Give the message another text, by default `hello`, as the sender with this key (None: send no key)."""
    return change(client, "PATCH", message_id, {"text": "hello", "key": key, **fields}, content_type, room)


def delete(client, message_id, key="k1", content_type=FORM, room="lobby"):
    """Delete the message as the sender with this key."""
    return change(client, "DELETE", message_id, {"key": key}, content_type, room)


def change(client, method, message_id, fields, content_type=FORM, room="lobby", **headers):
    """Send the fields that are not None; if there are none, send no body and no Content-Type."""
    named = {name: value for name, value in fields.items() if value is not None}
    body, content_type = (encode(named, content_type), content_type) if named else (b"", "")
    return client.generic(method, url_of_message(message_id, room), body, content_type=content_type, headers=headers)


def encode(fields, content_type):
    """Return the fields as a body (bytes) of this content type."""
    if content_type == FORM:
        return urlencode(fields).encode()
    if content_type == JSON:
        return json.dumps(fields).encode()
    return encode_multipart(BOUNDARY, fields)


def post(client, content_type=FORM, room="lobby", **fields):
    """Post the fields (`sender` means `from`, None leaves a field out); by default Alice says hi."""
    fields = {"sender": "Alice", "text": "hi", **fields}
    named = {"from" if name == "sender" else name: value for name, value in fields.items() if value is not None}
    return post_bytes(client, encode(named, content_type), content_type, room)


def post_bytes(client, body, content_type=FORM, room="lobby", **environ):
    """Post these bytes; `environ` changes the WSGI environment that Django gets from the web server."""
    sent = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), **environ}
    return client.generic("POST", url_of(room), **sent)


@contextmanager
def alice_posts_before_each_statement():
    """Let Alice post to #lobby before each SQL statement of the block; yield the growing list of her message ids."""
    posted, posting = [], []

    def alice_posts_first(execute, *statement):
        if not posting:
            posting.append("Alice")
            posted.append(post(Client()).json()["id"])
            posting.clear()
        return execute(*statement)

    with connection.execute_wrapper(alice_posts_first):
        yield posted


def simultaneously(jobs):
    """Run all jobs at the same moment, each in a thread of its own with a client; return their answers."""
    together, answers = threading.Barrier(len(jobs), timeout=20), []

    def run(job):
        together.wait()
        try:
            answers.append(job(Client()))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(answers) == len(jobs)
    return answers


def logged_events(room="lobby"):
    """Return all events of the room, oldest first: (event name, number, message). A reader gets exactly these."""
    events = EventLog().get_events(f"room-{room}", 0)
    assert EventLog().get_current_id(f"room-{room}") == len(events)  # otherwise the next event would leave a gap
    return [(event.type, event.id, json.loads(event.data)) for event in events]


def ids_after(last_event_id):
    """Return the ids of the messages that a stream sends if it resumes after this event id."""
    channel, _, number = last_event_id.rpartition(":")
    return {json.loads(event.data)["id"] for event in EventLog().get_events(channel, int(number))}


def assert_refused(answer, status, field, limit=None):
    """Check that the server stored nothing, and that its answer names the field, the limit and the cure."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert not ChatRoom.objects.exists()
    assert not ChatMessage.objects.exists()
    assert not Event.objects.exists()
    (error,) = answer.json()["errors"]
    assert (error["field"], error.get("limit")) == (field, limit)
    assert error["message"].endswith(".")
    assert limit is None or str(limit) in error["message"]
