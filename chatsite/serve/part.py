"""A part of the chat, such as Pushpin: starts it, and starts it again when it ends."""

import time
from collections.abc import Callable
from pathlib import Path

from .sessions import Session
from .terminal import say

PAUSES_S = (0, 0.5, 1, 2, 5)  # before each new start of a part that keeps ending
HEALTHY_S = 10  # a part that ran for so long starts again without a pause
KILLED_GRACE_S = 1  # for the descendants of a leader that has ended


class Part:
    """One thing to keep running: its name, how to start it, and its Session while it runs."""

    def __init__(self, name: str, start: Callable[[], Session], log: Path | None = None) -> None:
        self.name = name
        self.log = log  # None: it writes to the terminal
        self.start_session = start
        self.session: Session | None = None
        self.restarts = 0  # in a row
        self.ends = 0  # in all
        self.start_at = 0.0

    def start(self) -> None:
        self.session = self.start_session()

    def tend(self) -> float | None:
        """Start the part again if it has ended; return the seconds until that is due, or None while the part runs."""
        if self.session and (how := self.session.ended()):
            self._clear_away(self.session)
            self._pause(f"ended ({how})")
        if not self.session and time.monotonic() >= self.start_at:
            try:
                self.start()
            except OSError as error:
                self._pause(f"can't start ({error.strerror})")
        return None if self.session else max(0, self.start_at - time.monotonic())

    def _clear_away(self, session: Session) -> None:
        if time.monotonic() - session.started >= HEALTHY_S:
            self.restarts = 0
        session.end(KILLED_GRACE_S)
        self.session = None

    def _pause(self, why: str) -> None:
        pause = PAUSES_S[min(self.restarts, len(PAUSES_S) - 1)]
        self.restarts += 1
        self.ends += 1
        self.start_at = time.monotonic() + pause
        say(f"{self.name} {why}: starting it again" + (f" in {pause} s." if pause else "."))
