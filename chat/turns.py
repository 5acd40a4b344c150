"""One at a time in each process, where several would only be in each other's way."""

import threading
from functools import wraps

PATIENCE_S = 1
_turn = threading.Lock()


def in_turn(function):
    """Let a thread call the function when no other does, or has not ended after PATIENCE_S.

    Python runs one thread at a time anyway. Of several that write at once, the one that has the room's next number
    waits for those that wait for it, and all spend a third of their time on taking turns. Nothing goes wrong with that,
    so nobody waits for long: a message that the database holds up must not hold up all other rooms.
    """

    @wraps(function)
    def called_in_turn(*args, **kwargs):
        has_turn = _turn.acquire(timeout=PATIENCE_S)
        try:
            return function(*args, **kwargs)
        finally:
            if has_turn:
                _turn.release()

    return called_in_turn
