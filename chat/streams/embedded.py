"""Streams without a GRIP proxy, held by the one ASGI process of embedded mode."""

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connection
from django_eventstream.eventrequest import EventRequest

from chat.events import local
from chat.events.reading import get_events

from .sse import KEEP_ALIVE, KEEP_ALIVE_S, stream_body

MAX_STREAMS = 200  # each costs a thread, which Django keeps for a request until its answer ends


def is_full() -> bool:
    """Return whether this process can hold no further stream."""
    return local.count() >= MAX_STREAMS


async def stream(wanted: EventRequest) -> AsyncIterator[bytes]:
    """Yield the SSE bytes of a stream that never ends.

    Whenever an event wakes the stream, it reads the log from the last ids it has sent. So it loses, doubles and
    reorders nothing.
    """
    with local.waiting(wanted.channels) as waiter:
        opening = True
        while True:
            waiter.prepare()
            body, more = await sync_to_async(_read, thread_sensitive=False)(wanted, opening)
            opening = False
            if body:
                yield body
            if not more and not await waiter.wait(KEEP_ALIVE_S):
                yield KEEP_ALIVE.encode()


def _read(wanted: EventRequest, opening: bool) -> tuple[bytes, bool]:
    """Return the next bytes and whether there are more; move `wanted` on past them."""
    try:
        found = get_events(wanted)
        body, wanted.channel_last_ids = stream_body(found, opening)
    finally:
        connection.close()  # the thread goes back to a pool and must not keep a connection
    return body.encode(), bool(found.channel_more)
