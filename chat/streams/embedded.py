"""Streams without a GRIP proxy, held by the one ASGI process of embedded mode."""

import time
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest

from chat.events import local
from chat.events.reading import get_events
from chat.policy import asking

from .sse import KEEP_ALIVE, KEEP_ALIVE_S, stream_body
from .wanted import Wanted

MAX_STREAMS = 200  # each costs a thread, which Django keeps for a request until its answer ends

Read = tuple[bytes, bool]  # the next bytes, and whether there are more


def is_full() -> bool:
    """Return whether this process can hold no further stream."""
    return local.count() >= MAX_STREAMS


def open_stream(request: HttpRequest, wanted: Wanted) -> AsyncIterator[bytes]:
    """Return the SSE bytes of a stream; raise Refusal if the policy refuses it."""
    if asking.is_open():
        return _stream(wanted)
    try:
        found = get_events(wanted)
        body, last_ids = stream_body(found, opening=True)
        wanted.restrict(last_ids, more=bool(found.channel_more))
        asking.refuse_readers(request, wanted.channels)  # after the log was read, see chat/policy/recheck.py
        wanted.channel_last_ids = last_ids
    finally:
        if not connection.in_atomic_block:
            connection.close()  # this thread waits until the stream ends, and must not keep a connection
    return _stream(wanted, body.encode())


async def _stream(wanted: Wanted, opening: bytes | None = None) -> AsyncIterator[bytes]:
    """Yield the bytes of the stream, after those of its opening if they were read already.

    Whenever an event wakes the stream, it reads the log from the last ids it has sent. So it loses, doubles and
    reorders nothing.
    """
    with local.waiting(wanted.channels) as waiter:
        if opening is not None:
            yield opening
        end = wanted.rights.end
        is_opening = opening is None
        while end is None or time.time() < end:
            waiter.prepare()
            read = await sync_to_async(_read, thread_sensitive=False)(wanted, is_opening)
            if read is None:
                return
            is_opening = False
            body, more = read
            if body:
                yield body
            pause = KEEP_ALIVE_S if end is None else min(KEEP_ALIVE_S, max(0, end - time.time()))
            if not more and not await waiter.wait(pause):
                yield KEEP_ALIVE.encode()


def _read(wanted: Wanted, opening: bool) -> Read | None:
    """Return what comes next, and move `wanted` on past it; None if the stream has to end."""
    try:
        found = get_events(wanted)
        if not opening and (wanted.must_end(found) or wanted.has_recheck(found)):
            return None
        body, wanted.channel_last_ids = stream_body(found, opening)
    finally:
        connection.close()  # the thread goes back to a pool and must not keep a connection
    return body.encode(), bool(found.channel_more)
