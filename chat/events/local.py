"""The streams of embedded mode that wait in this process for an event."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_waiting: defaultdict[str, set["Waiter"]] = defaultdict(set)  # channel: its waiters
_lock = threading.Lock()


class Waiter:
    """One stream: it sleeps in its event loop until another thread calls wake() for one of its channels."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()

    def prepare(self) -> None:
        """Forget earlier calls of wake(); call this before reading the log, so that no event falls in between."""
        self._woken.clear()

    async def wait(self, seconds: float) -> bool:
        """Sleep until wake() was called since prepare(), at most `seconds`; return whether it was."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
            return True
        except asyncio.TimeoutError:
            return False

    def wake(self) -> None:
        self._loop.call_soon_threadsafe(self._woken.set)


def wake(channel: str) -> None:
    """Wake the streams that listen to the channel; any thread may call this."""
    with _lock:
        for waiter in _waiting.get(channel, ()):
            waiter.wake()


def count() -> int:
    """Return how many streams wait in this process."""
    with _lock:
        return len(set().union(*_waiting.values()))


@contextmanager
def waiting(channels: Iterable[str]) -> Iterator[Waiter]:
    """Register a Waiter for the channels while the block runs."""
    waiter = Waiter()
    with _lock:
        for channel in channels:
            _waiting[channel].add(waiter)
    try:
        yield waiter
    finally:
        with _lock:
            for channel in channels:
                _waiting[channel].discard(waiter)
                if not _waiting[channel]:
                    del _waiting[channel]
