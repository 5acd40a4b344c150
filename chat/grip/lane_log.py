"""The log lines about a GRIP proxy that takes nothing: one when that begins, one each hour, and one when it ends."""

import logging
import threading
import time
from collections import Counter

log = logging.getLogger(__name__)

LOG_AGAIN_S = 10  # a proxy that fails every other time does not fill the log
STILL_S = 3600


class LaneLog:
    def __init__(self, proxy: str) -> None:
        self.proxy = proxy
        self._delay = ""
        self._since = 0.0
        self._has_said = False
        self._silent_until: dict[str, float] = {}
        self._lost: Counter[str] = Counter()  # by the reason; not logged yet
        self._lock = threading.Lock()

    def waiting(self, count: int, oldest_s: float, error: object) -> None:
        """Say that `count` events wait, the oldest of them for `oldest_s` seconds."""
        with self._lock:
            if not self._delay:
                self._since = time.monotonic() - oldest_s
            # The proxy's own words may have several lines.
            why = " ".join(str(error).split())
            since = f"the oldest waits for {oldest_s:.0f} s"
            self._delay = f"{count} event(s) not published to {self.proxy} yet, {since}: {why}"
            if self._may_log("waiting"):
                log.warning("%s", self._delay)
                self._silent_until["waiting"] = time.monotonic() + STILL_S
                self._has_said = True

    def delay(self) -> str:
        """Return what the last attempt to publish has met, nothing if it succeeded."""
        return self._delay

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
        self.answers()

    def answers(self) -> None:
        """End the delay: the proxy has taken the events, or will never take them."""
        with self._lock:
            if self._has_said:
                log.warning("%s answers again, after %.0f s.", self.proxy, time.monotonic() - self._since)
                self._silent_until["waiting"] = time.monotonic() + LOG_AGAIN_S
            self._delay, self._has_said = "", False

    def _log_lost(self, reason: str) -> None:
        log.error("%d event(s) given up for %s: %s", self._lost.pop(reason), self.proxy, reason)

    def _may_log(self, kind: str) -> bool:
        now = time.monotonic()
        if now < self._silent_until.get(kind, 0):
            return False
        self._silent_until[kind] = now + LOG_AGAIN_S
        return True
