"""Lets one thread of a process write at a time."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

PATIENCE_S = 1
_lock = threading.Lock()

P = ParamSpec("P")
R = TypeVar("R")


def one_at_a_time(function: Callable[P, R]) -> Callable[P, R]:
    """Make each call wait until no other call runs, but at most PATIENCE_S.

    Concurrent writers compete for the GIL while one of them holds the room's counter row: without this lock they spend
    a third of their time on switching threads. The lock only saves time, so a call goes on without it after
    PATIENCE_S: a write that the database delays must not delay all other rooms.
    """

    @wraps(function)
    def called_alone(*args: P.args, **kwargs: P.kwargs) -> R:
        locked = _lock.acquire(timeout=PATIENCE_S)
        try:
            return function(*args, **kwargs)
        finally:
            if locked:
                _lock.release()

    return called_alone
