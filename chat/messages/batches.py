"""Long work in short transactions, so that everybody else can write in between."""

import time
from collections.abc import Callable

from django.db import transaction

BATCH_S = 0.02  # of work, without the commit; so long everybody waits for the room's lock, with SQLite for the one lock
PAUSE_S = 0.02  # at least, after each transaction; writers that wait for the lock get it in the pause
WORK_S = 4  # that a request may work; it takes at most 5, the rest is for counting
FIRST_SIZE, LAST_SIZE = 8, 4_000  # rows


def in_batches(work: Callable[[int], int], deadline: float) -> bool:
    """Call work(size) in one transaction after the other until nothing is left; return False if time was too short.

    `work` handles up to `size` rows and returns how many it handled: fewer were the last. The size follows the time
    that the rows take.
    `deadline` is a time of time.monotonic().
    """
    size = FIRST_SIZE
    while time.monotonic() < deadline:
        with transaction.atomic(durable=True):
            began = time.monotonic()  # SQLite has given us the lock
            handled = work(size)
            worked = max(time.monotonic() - began, 0.001)
        if handled < size:
            return True
        size = int(size * min(2, max(0.5, BATCH_S / worked)))
        size = min(LAST_SIZE, max(FIRST_SIZE, size))
        time.sleep(max(PAUSE_S, time.monotonic() - began))
    return False
