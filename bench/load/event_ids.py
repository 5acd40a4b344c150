"""The id that an EventSource comes back with when its stream was closed."""

import re

from .markers import CHUNK_HEAD

KEPT = 2000  # bytes of what came last: an event with its id and, behind it, 20 minutes of keep-alives
# An id counts once its event is whole, which an empty line says.
WITH_ID = re.compile(rb"^id: ?([^\r\n]+)\r?\n(?:[^\r\n]+\r?\n)*\r?\n", re.MULTILINE)


def last_id(came):
    """Return the id of the last whole event in `came` (bytes) that has one, or None."""
    found = WITH_ID.findall(CHUNK_HEAD.sub(b"", came))
    return found[-1] if found else None


def resumed(request, last):
    """Return the request (bytes) for what comes after `last`; the same request if that is None."""
    return request if last is None else request[:-2] + b"Last-Event-ID: " + last + b"\r\n\r\n"
