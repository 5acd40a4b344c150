"""What gunicorn's workers share: the machine's cores, and how many connections each has. Hooks for gunicorn.conf.py."""

import mmap
import os
import random
from contextlib import suppress

# How many connections each worker has, by its place, in memory that all of them see. An empty place counts as the most.
PLACES, NOBODY = 64, 2**32 - 1
connections = memoryview(mmap.mmap(-1, 4 * PLACES)).cast("I")


def tell(place, number):
    """Let the others see how many connections the worker in this place has; None has no place yet."""
    if place is not None:
        connections[place % PLACES] = number


for place in range(PLACES):
    tell(place, NOBODY)


def pre_fork(server, worker):
    """Give the new worker a place, and the core that the fewest others have."""
    others = server.WORKERS.values()
    worker.place = min({*range(len(others) + 1)} - {other.place for other in others})
    cores, taken = os.sched_getaffinity(0), [other.core for other in others]
    fewest = min(taken.count(core) for core in cores)
    worker.core = random.choice([core for core in cores if taken.count(core) == fewest])


def post_fork(server, worker):
    """Keep the worker to its core.

    Python runs one of its threads at a time anyway, and on several cores they spend up to a quarter of their time on
    waking each other.
    """
    with suppress(OSError):  # not allowed everywhere
        os.sched_setaffinity(0, {worker.core})


def child_exit(server, worker):
    """Empty the place of a worker that has ended, however that was."""
    tell(worker.place, NOBODY)
