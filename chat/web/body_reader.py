"""Reads a request's body to its end, within a time limit."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext as _

from .refusals import refuse

BODY_S = 10
LOOK_AGAIN_S = 0.5
PIECE_BYTES = 65_536
DISCARDED_BYTES = 10_000_000


def read_whole_body(request: HttpRequest) -> None:
    """Make request.body hold the whole body; raise Refusal if the body is too big, cut off or too slow."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = request.META.get("CONTENT_LENGTH")
    if length and not re.fullmatch("[0-9]+", length):
        raise refuse(400, "Content-Length", "Content-Length is not a number. Write the body's length in bytes.")
    if not length and "HTTP_TRANSFER_ENCODING" in request.META and not hasattr(request, "scope"):
        raise refuse(411, "Content-Length", "Content-Length is missing. Send the body in one piece, not chunked.")
    late = threading.Event()
    try:
        with _time_limit(request, late):
            try:
                body = request.body
            except RequestDataTooBig:
                _discard(request)
                raise
    except RequestDataTooBig:
        raise refuse(
            413, "body", _("body may hold at most %(limit)d bytes. Send less.") % {"limit": limit}, limit=limit
        ) from None
    except UnreadablePostError:
        raise refuse(400, "body", _("body was cut off. Send it again.")) from None
    if late.is_set():
        raise refuse(
            408, "body", _("body took over %(limit)d s to arrive. Send it faster.") % {"limit": BODY_S}, limit=BODY_S
        )
    if length and len(body) != int(length):
        raise refuse(400, "body", "body is shorter than its Content-Length. Send it again.")


def _discard(request: HttpRequest) -> None:
    """Read what is left of the body, but at most DISCARDED_BYTES.

    gunicorn resets a connection that it closes before it has read everything. Of a hundred clients behind Pushpin, two
    then got a 502, or half of our answer.
    """
    left = DISCARDED_BYTES
    with suppress(UnreadablePostError):
        while left > 0 and (piece := request.read(PIECE_BYTES)):
            left -= len(piece)


@contextmanager
def _time_limit(request: HttpRequest, late: threading.Event) -> Iterator[None]:
    """Stop reading from the request's connection after BODY_S, and set `late`.

    gunicorn limits the time of a worker, not of a request, so a slow sender could keep one of the few threads for as
    long as it likes. (In embedded mode Django reads the body before it takes a thread.)
    """
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        yield
        return
    _begin(connection, late)
    try:
        yield
    finally:
        with _changing:
            del _reading[connection]


# One clock thread for all requests: a thread for each would cost more than reading its body.
_reading: dict[socket.socket, tuple[float, threading.Event]] = {}  # connection: when it is late, the Event to set then
_changing = threading.Lock()
_begun = threading.Event()
_clock: threading.Thread | None = None


def _begin(connection: socket.socket, late: threading.Event) -> None:
    global _clock
    with _changing:
        _reading[connection] = time.monotonic() + BODY_S, late
        _begun.set()
        if _clock is None:
            _clock = threading.Thread(target=_stop_late_ones, name="body clock", daemon=True)
            _clock.start()


def _stop_late_ones() -> NoReturn:
    while True:
        _begun.wait()
        time.sleep(LOOK_AGAIN_S)
        with _changing:
            for connection, (deadline, late) in _reading.items():
                if time.monotonic() > deadline:
                    late.set()
                    with suppress(OSError):  # the client has closed it already
                        connection.shutdown(socket.SHUT_RD)
            if not _reading:
                _begun.clear()
