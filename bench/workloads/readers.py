"""The costs of thousands of readers of one room: connecting, memory, and the time until all have a message."""

from bench.costs import memory

from .people import ROOM, People
from .rounds import attempt, chosen

NAME = "readers"
ROUNDS = 2
IN_FLIGHT, QUICK_IN_FLIGHT = 256, 32
OTHER_ROOM = "elsewhere"
CLIENTS, RATE = 10, 20  # clients and posts/s in the other room while readers connect
MESSAGES = 10
PATIENCE_S = 90  # the last reader may wait so long; Pushpin as packaged takes half a minute for 10 000 readers

# The readers after each step, as parts of --readers. uvicorn's processes cannot hold as many readers.
STEPS = {
    "ours": (0.1, 0.5, 1),
    "ancestor": (1,),
    "nchan": (0.1, 0.5, 1),
    "channels": (0.3,),
    "ancestor-native": (0.2,),
}
FEW_MESSAGES = {"ancestor": 1}


def run(options):
    """Yield (case, run)."""
    for _ in range(options.rounds_now):
        for stack in chosen(options, *STEPS):
            counts = [int(part * options.readers) for part in STEPS[stack]]
            in_flight = QUICK_IN_FLIGHT if options.quick else IN_FLIGHT
            yield from attempt({"stack": stack}, _measure, counts, in_flight, FEW_MESSAGES.get(stack, MESSAGES))


def _measure(stack, case, counts, in_flight, messages):
    with People(stack) as people:
        people.connect(CLIENTS)
        people.post((OTHER_ROOM,), rate=RATE, seconds=1)  # the first requests make the stack create and load things
        people.settle()
        empty, open_readers, seconds = memory(stack), 0, 0.0
        for count in counts:
            connecting = _connect(people, count - open_readers, in_flight)
            open_readers += connecting["opened"]
            seconds += connecting["seconds"]
            people.settle()
            full = memory(stack)
            grown = {name: full[name] - empty.get(name, 0) for name in full}
            run = {
                **connecting,
                "readers_now": open_readers,
                "connect_rate": open_readers / seconds,
                "kb_a_reader": sum(grown.values()) / max(1, open_readers),
                "grown_kb": grown,
                "memory_kb": full,
            }
            yield {**case, "readers": count}, {**run, **_fan_out(people, open_readers, messages)}


def _connect(people, count, in_flight):
    """Open streams while the posters post to another room."""
    people.begin_to_post((OTHER_ROOM,), rate=RATE, seconds=600, until_order=True)
    with people.watch() as watch:
        opening = people.open(count, in_flight=in_flight)
    posted = people.end_posting()
    got = {name: opening[name] for name in ("opened", "failed", "seconds")}
    return {
        "opening_failed": got.pop("failed"),
        **got,
        "posts_p99_ms": posted["p99_ms"],
        "posts_max_ms": posted["max_ms"],
        "posts_errors": posted["errors"],
        "connect_cpu_s": watch.costs["cpu_s"],
        "connect_load": watch.costs["load"],
    }


def _fan_out(people, readers, messages):
    """Post single messages, each after the last reader has the one before."""
    times, lost, reports = [], 0, []
    people.readers.ask("begin")
    with people.watch() as watch:
        for _ in range(messages):
            posted = people.post((ROOM,), rate=1, seconds=1)
            got = people.deliveries(posted, readers, PATIENCE_S, messages=True)
            lost += got["lost"]
            times += [last for count, last in got["messages"] if count >= readers]
            reports.append(got)
    last = reports[-1]
    return {
        "fan_out_ms": times,
        "messages": messages,
        "lost": lost,
        **{name: last[name] for name in ("doubled", "reordered", "closed", "gone")},
        **watch.costs,
    }
