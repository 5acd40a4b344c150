"""The delivery times during posts on a schedule: to one busy room, and to a thousand rooms."""

from bench.costs import memory

from .people import ROOM, People, deliveries, figures
from .rounds import attempt, chosen

NAME = "delivery"
ROUNDS = 2
STACKS = ("ours", "ancestor", "nchan", "channels")
CLIENTS = 8
IN_FLIGHT = 32  # simultaneous handshakes; with 256, Pushpin as packaged answers some with 502, a minute later
PATIENCE_S = 10  # after this time, a message that a reader lacks counts as missing
BUSY_ROOM = {"rooms": 1, "readers": 100, "rate": 120, "seconds": 15}
MANY_ROOMS = {"rooms": 1000, "readers": 10, "rate": 50, "seconds": 20}
QUICK_BUSY_ROOM = {"rooms": 1, "readers": 20, "rate": 60, "seconds": 2}
QUICK_MANY_ROOMS = {"rooms": 20, "readers": 10, "rate": 50, "seconds": 2}


def run(options):
    """Yield (case, run)."""
    kinds = (QUICK_BUSY_ROOM, QUICK_MANY_ROOMS) if options.quick else (BUSY_ROOM, MANY_ROOMS)
    for _ in range(options.rounds_now):
        for stack in chosen(options, *STACKS):
            for kind in kinds:
                yield from attempt({"stack": stack, **kind}, _measure)


def _measure(stack, case):
    rooms = [f"{ROOM}-{number}" for number in range(case["rooms"])]
    with People(stack) as people:
        people.connect(CLIENTS)
        opened = people.open(case["rooms"] * case["readers"], rooms, IN_FLIGHT)
        people.settle()
        _wake(people, rooms, case)
        with people.watch() as watch:
            posted = people.post(rooms, rate=case["rate"], seconds=case["seconds"])
            got = people.deliveries(posted, case["readers"], PATIENCE_S)
        run = {**figures(posted), **deliveries(got), "opening_failed": opened["failed"]}
        yield case, {**run, **watch.costs, "memory_kb": memory(stack)}


def _wake(people, rooms, case):
    """Post the messages of one second, without measuring them."""
    posted = people.post(rooms, rate=case["rate"] / 4, seconds=1)
    people.deliveries(posted, case["readers"], PATIENCE_S)
