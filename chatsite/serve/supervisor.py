"""Keeps the parts of the chat running, and stops them all."""

import time

from . import signals
from .terminal import CannotStart, say

PAUSES_S = (0, 0.5, 1, 2, 5)  # before each further start of a part that keeps ending
HEALTHY_S = 10  # a part that ran so long starts again without a pause
KILLED_GRACE_S = 1  # for what a dead leader left behind
STOP_S = 5  # from the wish to stop to SIGKILL


class Part:
    """One thing to keep running: its name, how to start it, and its Session while it runs."""

    def __init__(self, name, start, log=None):
        self.name = name
        self.log = log  # where it writes, if not to the terminal
        self.start_session = start
        self.session = None
        self.restarts = 0
        self.start_at = 0.0

    def start(self):
        self.session = self.start_session()

    def tend(self):
        """Start again what has ended; return the seconds until that is due, or None while all is well."""
        if self.session and (how := self.session.ended()):
            self._clear_away()
            self._pause(f"ended ({how})")
        if not self.session and time.monotonic() >= self.start_at:
            try:
                self.start()
            except OSError as error:
                self._pause(f"can't start ({error.strerror})")
        return None if self.session else max(0, self.start_at - time.monotonic())

    def _clear_away(self):
        if time.monotonic() - self.session.started >= HEALTHY_S:
            self.restarts = 0
        self.session.end(KILLED_GRACE_S)
        self.session = None

    def _pause(self, why):
        pause = PAUSES_S[min(self.restarts, len(PAUSES_S) - 1)]
        self.restarts += 1
        self.start_at = time.monotonic() + pause
        say(f"{self.name} {why}: starting it again" + (f" in {pause} s." if pause else "."))


def run_to_end(session):
    """Wait for a command that ends by itself; return how it ended."""
    try:
        while not (how := session.ended()):
            signals.wait(60)
        return how
    finally:
        session.end(KILLED_GRACE_S)


def wait_until(works, parts, seconds, look_again_s=0.05):
    """Wait until works() is true; refuse to go on when a part ends before, or the time is over."""
    deadline = time.monotonic() + seconds
    while not works():
        for part in parts:
            if how := part.session.ended():
                raise CannotStart(f"{part.name} ended while it was starting ({how}){_see(part.log)}.")
        if time.monotonic() > deadline:
            raise CannotStart(f"The chat does not answer after {seconds} s{_see(*(part.log for part in parts))}.")
        signals.wait(look_again_s)


def _see(*logs):
    return ": see " + " and ".join(["the lines above", *(str(log) for log in logs if log)])


def keep_running(parts, renewal):
    """Start again what ends, and have new workers made when asked to, until signals.StopRequested."""
    try:
        while True:
            due_s = tend(parts)
            renewal.tend()
            if signals.wait(due_s, [signals.RENEW]):
                renewal.want()
    finally:
        renewal.stop()


def tend(parts):
    """Start again what has ended; return the seconds until there is something to do."""
    due = [seconds for part in parts if (seconds := part.tend()) is not None]
    return min(due, default=60)


def stop(parts):
    """End the parts one after the other: a request that still runs in the first may need the next."""
    deadline = time.monotonic() + STOP_S
    for part in parts:
        if part.session:
            part.session.end(deadline - time.monotonic())
