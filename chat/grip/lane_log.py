"""The log lines about a GRIP proxy that takes nothing: at most one of a kind in LOG_AGAIN_S seconds."""

import logging
import threading
import time
from collections import Counter

log = logging.getLogger(__name__)

LOG_AGAIN_S = 10


class LaneLog:
    def __init__(self, proxy: str) -> None:
        self.proxy = proxy
        self._silent_until: dict[str, float] = {}
        self._lost: Counter[str] = Counter()  # by the reason; not logged yet
        self._lock = threading.Lock()

    def waiting(self, count: int, oldest_s: float, error: object) -> None:
        """Say that `count` events wait, the oldest of them for `oldest_s` seconds."""
        with self._lock:
            if self._may_log("waiting"):
                log.warning(
                    "%d event(s) not published to %s yet, the oldest waits for %d s: %s",
                    count,
                    self.proxy,
                    oldest_s,
                    " ".join(str(error).split()),  # the proxy's own words may have several lines
                )

    def lost(self, count: int, reason: str) -> None:
        """Say that the proxy will not get `count` events, for a reason that is always written the same."""
        with self._lock:
            self._lost[reason] += count
            if self._may_log(reason):
                self._log_lost(reason)

    def works(self) -> None:
        """Say what was lost since the last line: the proxy takes events again."""
        with self._lock:
            for reason in [*self._lost]:
                self._log_lost(reason)

    def _log_lost(self, reason: str) -> None:
        log.error("%d event(s) given up for %s: %s", self._lost.pop(reason), self.proxy, reason)

    def _may_log(self, kind: str) -> bool:
        now = time.monotonic()
        if now < self._silent_until.get(kind, 0):
            return False
        self._silent_until[kind] = now + LOG_AGAIN_S
        return True
