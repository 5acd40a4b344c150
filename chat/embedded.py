"""Streams without a GRIP proxy, from the one ASGI process of embedded mode."""

import asyncio
import threading
from collections import defaultdict

from asgiref.sync import sync_to_async
from django.db import connection
from django_eventstream.eventstream import get_events

from .stream_body import KEEP_ALIVE, KEEP_ALIVE_S, stream_body

MAX_STREAMS = 200  # each costs a thread, which Django keeps for a request until its answer has ended

_sleepers = defaultdict(set)  # channel: the (loop, asyncio.Event) of each stream that waits for it
_lock = threading.Lock()


def is_full():
    """Tell whether this process can hold no further stream."""
    with _lock:
        return len(set().union(*_sleepers.values())) >= MAX_STREAMS


def wake(channel):
    """Wake the streams of this process that listen to the channel; callable from any thread."""
    with _lock:
        for loop, woken in _sleepers.get(channel, ()):
            loop.call_soon_threadsafe(woken.set)


async def stream(wanted):
    """Yield the SSE bytes for an EventRequest, for ever.

    A stream carries no events itself: whenever it is woken it reads the log from the last ids it has sent, so
    nothing can be lost, doubled or out of order.
    """
    woken = asyncio.Event()
    sleeper = (asyncio.get_running_loop(), woken)
    _add(wanted.channels, sleeper)
    opening = True
    try:
        while True:
            woken.clear()
            body, more = await sync_to_async(_read, thread_sensitive=False)(wanted, opening)
            opening = False
            if body:
                yield body
            if not more and not await _wait(woken):
                yield KEEP_ALIVE.encode()
    finally:
        _remove(wanted.channels, sleeper)


async def _wait(woken):
    try:
        await asyncio.wait_for(woken.wait(), KEEP_ALIVE_S)
        return True
    except asyncio.TimeoutError:
        return False


def _read(wanted, opening):
    """Return the next bytes and whether there are more; move `wanted` on past them."""
    try:
        found = get_events(wanted)
    finally:
        connection.close()  # the thread is borrowed: it must not keep a connection
    body, wanted.channel_last_ids = stream_body(found, opening)
    return body.encode(), bool(found.channel_more)


def _add(channels, sleeper):
    with _lock:
        for channel in channels:
            _sleepers[channel].add(sleeper)


def _remove(channels, sleeper):
    with _lock:
        for channel in channels:
            _sleepers[channel].discard(sleeper)
            if not _sleepers[channel]:
                del _sleepers[channel]
