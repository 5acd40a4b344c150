"""What the workloads know of each stack."""

import json
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlencode


class Stack:
    """A running chat: started by `with`, and gone, with its processes and files, afterwards.

    A subclass says how it is started, in `_start`, and what its requests look like, where they differ.
    """

    name = ""
    opened = b"event: stream-open"  # a reader's stream is open once it has received these bytes
    posted = (200,)  # the statuses that a post which was taken is answered with
    database_url = None  # where its messages are saved; None if they are not
    pages = True  # whether it has the chat page, GET /<room>?user=, and the list, GET /rooms/<room>/messages/
    reader_address = poster_address = None  # (host, port)

    def __enter__(self):
        with ExitStack() as stack:
            # Short, because sockets lie in it: 107 bytes is all that their paths may have.
            self.folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _start(self, stack):
        """Start everything, put its ends on the ExitStack, set the addresses; return once it answers."""
        raise NotImplementedError

    def reader_request(self, room):
        """Return the HTTP request (bytes) that opens a stream of `room`."""
        return self._get(f"/events/?channel=room-{quote(room, safe='')}", "Accept: text/event-stream\r\n")

    def post_request(self, room, text):
        """Return the HTTP request (bytes) that posts `text` to `room`, and leaves the connection open."""
        return self._post(f"/rooms/{quote(room, safe='')}/messages/", *form("bench", text))

    def processes(self):
        """Return {name: [pid, ...]} of all processes of the stack.

        Those named "postgres" include the postmaster; what the server's connections that are closed by now have
        used is in its cutime and cstime alone.
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
    """Return (content type, body): the message as the chats tell it, for a stack that makes none of a post."""
    message = {"id": 1, "from": sender, "text": text, "date": "2026-01-01T12:00:00.000Z"}
    return "application/json", json.dumps(message).encode()


def _host(address):
    return f"{address[0]}:{address[1]}"


def check_choice(option, value, *choices):
    """Raise ValueError unless `value` is one of the choices."""
    if value not in choices:
        raise ValueError(f"{option}={value!r}: choose one of {', '.join(choices)}")
