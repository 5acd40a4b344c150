"""The rate of posts to one room."""

from bench.costs import memory

from .people import People, deliveries, figures
from .rounds import attempt, chosen

NAME = "posts"
ROUNDS = 3
SECONDS, QUICK_SECONDS = 4, 0.5
CLIENTS, MANY_CLIENTS = 32, 128
LISTENERS = 100
DATABASES = ("postgresql", "sqlite")
PATIENCE_S = 10  # after this time, a message that a reader lacks counts as missing


def run(options):
    """Yield (case, run)."""
    seconds = QUICK_SECONDS if options.quick else SECONDS
    for _ in range(options.rounds_now):
        for database in DATABASES:
            for stack in chosen(options, "ours", "ancestor"):
                yield from attempt(_case(stack, database, "proxy"), _through_the_proxy, seconds)
            for stack in chosen(options, "ours", "ancestor"):
                yield from attempt(_case(stack, database, "straight"), _post, CLIENTS, seconds)
            for stack in chosen(options, "channels"):
                yield from attempt({"stack": stack, "database": database}, _post, CLIENTS, seconds)


def _case(stack, database, through):
    return {"stack": stack, "database": database, "through": through}


def _through_the_proxy(stack, case, seconds):
    yield from _post(stack, case, CLIENTS, seconds)
    if case["database"] == "sqlite":  # SQLite has the reputation that it cannot cope with many writers
        yield from _post(stack, case, MANY_CLIENTS, seconds)
    yield from _post(stack, case, CLIENTS, seconds, LISTENERS)


def _post(stack, case, clients, seconds, listeners=0):
    with People(stack) as people:
        people.connect(clients)
        if listeners:
            people.open(listeners)
            people.settle()
        with people.watch() as watch:
            posted = people.post(seconds=seconds, warm_up=seconds / 6)
        run = {**figures(posted), "in_all": posted["in_all"], **watch.costs, "memory_kb": memory(stack)}
        if listeners:
            run.update(deliveries(people.deliveries(posted, listeners, PATIENCE_S)))
    yield {**case, "clients": clients, "listeners": listeners}, run
