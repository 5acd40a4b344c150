"""Ways to say something in a room, what its readers are told, and what a refusal looks like."""

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
WAYS = (FORM, JSON, MULTIPART)


def url_of(room="lobby"):
    return f"/rooms/{quote(room, safe='')}/messages/"


def url_of_message(message_id, room="lobby"):
    return f"{url_of(room)}{message_id}/"


def edit(client, message_id, key="k1", way=FORM, room="lobby", **fields):
    """Ask for another text, by default `hello`, of the message that was sent with the key (None: name no key)."""
    return change(client, "PATCH", message_id, {"text": "hello", "key": key, **fields}, way, room)


def delete(client, message_id, key="k1", way=FORM, room="lobby"):
    return change(client, "DELETE", message_id, {"key": key}, way, room)


def change(client, method, message_id, fields, way=FORM, room="lobby", **headers):
    """Send the fields, without those that are None; no Content-Type and no body if none is left."""
    named = {name: value for name, value in fields.items() if value is not None}
    body, way = (encode(named, way), way) if named else (b"", "")
    return client.generic(method, url_of_message(message_id, room), body, content_type=way, headers=headers)


def encode(fields, way):
    """Return the body that carries the fields, as bytes."""
    if way == FORM:
        return urlencode(fields).encode()
    if way == JSON:
        return json.dumps(fields).encode()
    return encode_multipart(BOUNDARY, fields)


def post(client, way=FORM, room="lobby", **fields):
    """Post the fields (`sender` for `from`; None leaves a field out), by default as Alice who says hi."""
    fields = {"sender": "Alice", "text": "hi", **fields}
    named = {"from" if name == "sender" else name: value for name, value in fields.items() if value is not None}
    return post_bytes(client, encode(named, way), way, room)


def post_bytes(client, body, content_type=FORM, room="lobby", **environ):
    """Post a body as it is; `environ` changes what the web server tells Django of the request."""
    told = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), **environ}
    return client.generic("POST", url_of(room), **told)


@contextmanager
def alice_speaks_before_each_statement():
    """Have Alice post to #lobby just before each SQL statement of others; yield the growing list of her message ids."""
    said, speaking = [], []

    def alice_first(execute, *statement):
        if not speaking:
            speaking.append("Alice")
            said.append(post(Client()).json()["id"])
            speaking.clear()
        return execute(*statement)

    with connection.execute_wrapper(alice_first):
        yield said


def at_once(jobs):
    """Call each with a client in a thread of its own, all at the same moment; return their answers."""
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


def told(room="lobby"):
    """Return what a reader of the room has heard: (event, its number, message)."""
    events = EventLog().get_events(f"room-{room}", 0)
    assert EventLog().get_current_id(f"room-{room}") == len(events)  # or the next one would leave a gap
    return [(event.type, event.id, json.loads(event.data)) for event in events]


def ids_after(last_event_id):
    """Return the ids of the messages that a reader of one room still gets after the event id."""
    channel, _, number = last_event_id.rpartition(":")
    return {json.loads(event.data)["id"] for event in EventLog().get_events(channel, int(number))}


def assert_refused(answer, status, field, limit=None):
    """Check that nothing was stored, and that the answer names the field, the limit and what to do."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert not ChatRoom.objects.exists()
    assert not ChatMessage.objects.exists()
    assert not Event.objects.exists()
    (error,) = answer.json()["errors"]
    assert (error["field"], error.get("limit")) == (field, limit)
    assert error["message"].endswith(".")
    assert limit is None or str(limit) in error["message"]
