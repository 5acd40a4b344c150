"""The metrics of one GRIP proxy: how fast it takes the events, and what waits for it.

Each change of a number costs some microseconds, in each POST. So what waits is written only when a batch failed or left
something behind: that is a few seconds late, and costs nothing as long as all is well.
"""

import time
from collections.abc import Sequence
from typing import Protocol

from chat import metrics

OWN_PUSHPIN = "own"  # its address is a path of this machine


class Queued(Protocol):
    """An event in the queue of a proxy."""

    @property
    def queued(self) -> float: ...


class LaneMetrics:
    def __init__(self, proxy: str) -> None:
        label = OWN_PUSHPIN if proxy.startswith("ipc:") else proxy
        self._waiting = metrics.WAITING.labels(label)
        self._bytes = metrics.WAITING_BYTES.labels(label)
        self._oldest = metrics.OLDEST.labels(label)
        self._failures = metrics.FAILURES.labels(label)
        self._seconds = metrics.ACCEPTANCE.labels(label)
        self._label = label
        self._wait = True
        self.nothing_waits()

    def failed(self) -> None:
        self._failures.inc()

    def taken(self, batch: Sequence[Queued]) -> None:
        now = time.monotonic()
        for item in batch:
            self._seconds.observe(now - item.queued)

    def given_up(self, count: int, reason: str) -> None:
        """Say that the proxy will not get the events, for a reason that is always written the same."""
        metrics.GIVEN_UP.labels(self._label, reason).inc(count)

    def waiting(self, count: int, size: int, oldest: Queued) -> None:
        """Say that `count` events of `size` bytes wait."""
        self._wait = True
        self._waiting.set(count)
        self._bytes.set(size)
        self._oldest.set(time.time() - (time.monotonic() - oldest.queued))

    def nothing_waits(self) -> None:
        if self._wait:
            self._wait = False
            self._waiting.set(0)
            self._bytes.set(0)
            self._oldest.set(metrics.NOTHING_WAITS)
