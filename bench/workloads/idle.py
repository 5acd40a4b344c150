"""The costs of readers that only listen for minutes: the CPU of each process, and the growth of its memory."""

import time

from bench.costs import memory

from .people import ROOM, People
from .rounds import attempt

NAME = "idle"
ROUNDS = 1
OWN = "Pss_Anon"
SETTLING_S = 60  # before the measurement
# A room has one time for its next link, 300 to 888 s. So in a single room, none might be due during the measurement.
ROOMS = [f"{ROOM}-{number}" for number in range(100)]


def run(options):
    """Yield (case, run)."""
    minutes = 0.1 if options.quick else options.minutes
    yield from attempt({"stack": "ours", "readers": options.readers, "minutes": minutes}, _measure)


def _measure(stack, case):
    seconds = case["minutes"] * 60
    settling = min(SETTLING_S, seconds / 4)
    with People(stack) as people:
        opened = people.open(case["readers"], ROOMS)
        time.sleep(settling)
        before = memory(stack, OWN)
        with people.watch() as watch:
            time.sleep(seconds - settling)
        after, whole = memory(stack, OWN), memory(stack)
        got = people.readers.ask("report")
    run = watch.costs
    yield (
        case,
        {
            "opened": opened["opened"],
            "closed": got["closed"],
            "gone": got["gone"],
            "bytes_a_reader": got["bytes"] / max(1, opened["opened"]),
            "cores": {name: used / run["watched_s"] for name, used in run["cpu_s"].items()},
            "grown_kb": {name: after[name] - before.get(name, 0) for name in after},
            "memory_kb": whole,
            **run,
        },
    )
