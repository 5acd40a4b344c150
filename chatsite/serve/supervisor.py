"""Keeps the parts of the chat running, and stops them all."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from . import signals
from .part import KILLED_GRACE_S, Part
from .renewal import Renewal
from .sessions import Session
from .terminal import CannotStart

STOP_S = 5  # from the request to stop to SIGKILL


def run_to_end(session: Session) -> str:
    """Wait for a command that ends by itself; return how it ended."""
    try:
        while not (how := session.ended()):
            signals.wait(60)
        return how
    finally:
        session.end(KILLED_GRACE_S)


def wait_until(works: Callable[[], bool], parts: list[Part], seconds: float, look_again_s: float = 0.05) -> None:
    """Wait until works() is true; raise CannotStart if a part ends before that, or the time is over."""
    deadline = time.monotonic() + seconds
    while not works():
        for part in parts:
            if part.session and (how := part.session.ended()):
                raise CannotStart(f"{part.name} ended while it was starting ({how}){_see(part.log)}.")
        if time.monotonic() > deadline:
            raise CannotStart(f"The chat does not work after {seconds} s{_see(*(part.log for part in parts))}.")
        signals.wait(look_again_s)


def _see(*logs: Path | None) -> str:
    return ": see " + " and ".join(["the lines above", *(str(log) for log in logs if log)])


def keep_running(parts: list[Part], renewal: Renewal) -> NoReturn:
    """Start parts again when they end, and renew the workers when asked to; end with signals.StopRequested."""
    try:
        while True:
            due_s = tend(parts)
            renewal.tend()
            if signals.wait(due_s, [signals.RENEW]):
                renewal.want()
    finally:
        renewal.stop()


def tend(parts: list[Part]) -> float:
    """Start again the parts that have ended; return the seconds until there is something to do."""
    due = [seconds for part in parts if (seconds := part.tend()) is not None]
    return min(due, default=60)


def stop(parts: list[Part]) -> None:
    """End the parts one after the other, because a request that still runs in the first may need the next."""
    deadline = time.monotonic() + STOP_S
    for part in parts:
        if part.session:
            part.session.end(deadline - time.monotonic())
