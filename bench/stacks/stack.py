"""The interface of all stacks, which the workloads use."""

import json
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlencode


class Stack:
    """A running chat. `with` starts it, and ends it with all its processes and files.

    A subclass starts the parts in `_start`, and overrides the requests if its own are different.
    """

    name = ""
    opened = b"event: stream-open"  # a reader's stream is open once it has received these bytes
    posted = (200,)  # the statuses of the answer to an accepted post
    database_url = None  # the database of the messages; None if the stack saves none
    pages = True  # whether it has the chat page, GET /<room>?user=, and the list, GET /rooms/<room>/messages/
    reader_address = poster_address = None  # (host, port)

    def __enter__(self):
        with ExitStack() as stack:
            # A short path, because sockets are in this folder, and the path of a socket has at most 107 bytes.
            self.folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _start(self, stack):
        """Start all parts, register them in the ExitStack, and set the addresses; return when the stack answers."""
        raise NotImplementedError

    def reader_request(self, room):
        """Return the HTTP request (bytes) that opens a stream of `room`."""
        return self._get(f"/events/?channel=room-{quote(room, safe='')}", "Accept: text/event-stream\r\n")

    def post_request(self, room, text):
        """Return the HTTP request (bytes) that posts `text` to `room` and keeps the connection open."""
        return self._post(f"/rooms/{quote(room, safe='')}/messages/", *form("bench", text))

    def processes(self):
        """Return {name: [pid, ...]} of all processes of the stack.

        "postgres" includes the postmaster: only its cutime and cstime include the CPU time of closed connections.
        """
        raise NotImplementedError

    def _get(self, path, headers=""):
        return f"GET {path} HTTP/1.1\r\nHost: {_host(self.reader_address)}\r\n{headers}\r\n".encode()

    def _post(self, path, content_type, body):
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {_host(self.poster_address)}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def form(sender, text):
    """Return (content type, body) of a post, as curl -d sends it."""
    return "application/x-www-form-urlencoded", urlencode({"from": sender, "text": text}).encode()


def message_object(sender, text):
    """Return (content type, body) of a message object, for a stack that passes a posted body on unchanged."""
    message = {"id": 1, "from": sender, "text": text, "date": "2026-01-01T12:00:00.000Z"}
    return "application/json", json.dumps(message).encode()


def _host(address):
    return f"{address[0]}:{address[1]}"


def check_choice(option, value, *choices):
    """Raise ValueError unless `value` is one of the choices."""
    if value not in choices:
        raise ValueError(f"{option}={value!r}: choose one of {', '.join(choices)}")
