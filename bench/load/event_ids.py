"""The last event id, which an EventSource sends when it reconnects."""

import re

from .markers import CHUNK_HEAD

KEPT_BYTES = 2000  # of the end of a stream: one event with its id, and 20 minutes of keep-alives after it
# An id counts only when its event is complete, at the empty line.
WITH_ID = re.compile(rb"^id: ?([^\r\n]+)\r?\n(?:[^\r\n]+\r?\n)*\r?\n", re.MULTILINE)


def last_id(data):
    """Return the id of the last whole event in `data` (bytes) that has one, or None."""
    found = WITH_ID.findall(CHUNK_HEAD.sub(b"", data))
    return found[-1] if found else None


def resumed(request, last):
    """Return the request (bytes) for the events after `last`; the unchanged request if `last` is None."""
    return request if last is None else request[:-2] + b"Last-Event-ID: " + last + b"\r\n\r\n"
