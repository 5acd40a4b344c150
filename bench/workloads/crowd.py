"""A crowd, ten times as many readers as `--readers` says: in one room, and in rooms of a hundred; then a Pushpin dies.

Each process of readers opens as many streams as `--readers` says. One process makes the small crowd, and all ten
together make the large one.
"""

import time

from bench.costs import memory
from bench.load.figures import spread
from bench.load.process import Process

from .people import POSTERS, ROOM, People, figures
from .rounds import attempt, say

NAME = "crowd"
ROUNDS = 1
PROCESSES = 10
EACH = 100  # readers of a room
IN_FLIGHT = 250
CLIENTS, RATE, SECONDS = 8, 50, 20  # the posts into rooms of a hundred
MESSAGES = 10  # to the one room
WAKE_RATE = 100
PATIENCE_S, RETURN_S = 30, 120
ONE_ROOM, ROOMS, DEATH = "one room", "rooms of 100", "a Pushpin dies"


def run(options):
    """Yield (case, run)."""
    if "many" in options.only:
        for _ in range(options.rounds_now):
            for kind, measure in ((ONE_ROOM, _one_room), (ROOMS, _rooms)):
                yield from attempt({"stack": "many", "kind": kind}, measure, options.readers)


class Crowd(People):
    """People with ten processes of readers, each with `each` readers."""

    def __init__(self, stack, each, rooms):
        """All processes have the same `rooms`, or each has as many rooms of its own."""
        super().__init__(stack)
        self.each, self.rooms = each, rooms
        self.joined = []  # the processes with open streams

    def __enter__(self):
        super().__enter__()
        more = [self._stack.enter_context(Process("readers")) for _ in range(PROCESSES - 1)]
        self._waiting = [self.readers, *more]
        return self

    def rooms_of(self, process):
        """Return the numbers of the rooms in which the process has readers."""
        return range(process * self.rooms, (process + 1) * self.rooms) if self.rooms > 1 else range(1)

    def names(self):
        """Return the names of all rooms with readers."""
        numbers = {number for process in range(len(self.joined)) for number in self.rooms_of(process)}
        return [f"{ROOM}-{number}" for number in sorted(numbers)]

    def watch_all(self):
        """Return a Watch of the stack, all readers and the posters."""
        return self.watching(*self.joined, self.posters)

    def join(self, processes):
        """Open the streams of so many more processes, one after the other; return the figures."""
        failed, seconds = 0, 0.0
        for _ in range(processes):
            process = len(self.joined)
            requests = [
                self.stack.reader_request(f"{ROOM}-{number}").decode("latin-1") for number in self.rooms_of(process)
            ]
            self.joined.append(self._waiting.pop(0))
            got = self.joined[-1].ask(
                "open",
                addresses=self.stack.reader_addresses,
                requests=requests,
                count=self.each,
                opened=self.stack.opened.decode(),
                in_flight=IN_FLIGHT,
            )
            failed, seconds = failed + sum(got["failed"].values()), seconds + got["seconds"]
            say(f"  {len(self.joined) * self.each} readers, {got['rate']:.0f}/s")
        return {"opening_failed": failed, "connect_rate": processes * self.each / seconds}

    def ask_all(self, do, orders=None, **values):
        """Give all processes an order at the same time, each with its own values from `orders`; return the answers."""
        for number, process in enumerate(self.joined):
            process.order(do, **values, **(orders[number] if orders else {}))
        return [process.answer() for process in self.joined]

    def received(self, posted):
        """Wait until all readers have all posted messages; return the figures of all together."""
        each = self.each // self.rooms
        waits = [{"deliveries": sum(one.values()) * each, "seconds": PATIENCE_S} for one in self._own(posted)]
        self.ask_all("wait", waits)
        found = self._reports(posted, messages=True, delays=True)
        self.ask_all("begin")
        total = {name: sum(one[name] for one in found) for name in ("lost", "doubled", "reordered", "closed", "gone")}
        times = spread([delay for one in found for delay in one["delays_ns"]])
        last = max((last for one in found for _, last in one["messages"]), default=0)
        return {**{f"delivery_{name}": value for name, value in times.items()}, **total, "last_ms": last}

    def lost(self, posted):
        """Return how many of these messages are still missing, summed over the readers."""
        return sum(one["lost"] for one in self._reports(posted))

    def _reports(self, posted, **more):
        own = [{"last_numbers": one} for one in self._own(posted)]
        return self.ask_all("report", own, unsure=posted["unsure"], **more)

    def _own(self, posted):
        """Return {poster: the number of its last message} of each process: of the posters in its rooms."""
        count, last_numbers = len(self.names()), posted["last_numbers"].items()
        rooms = [self.rooms_of(process) for process in range(len(self.joined))]
        return [{one: last for one, last in last_numbers if int(one) % POSTERS % count in own} for own in rooms]


def _one_room(stack, case, each):
    with Crowd(stack, each, rooms=1) as crowd:
        empty = _begin(crowd)
        for joining in (1, PROCESSES - 1):
            opened = crowd.join(joining)
            _wake(crowd)
            size = _size(crowd, empty)
            times, got = [], {}
            with crowd.watch_all() as watch:
                for _ in range(MESSAGES):
                    got = crowd.received(crowd.post(crowd.names(), rate=1, seconds=1))
                    times.append(got["last_ms"])
            run = {**opened, **size, **got, "fan_out_ms": times, "messages": MESSAGES, **watch.costs}
            yield {**case, "readers": len(crowd.joined) * each}, run


def _rooms(stack, case, each):
    with Crowd(stack, each, rooms=each // EACH) as crowd:
        empty = _begin(crowd)
        for joining in (1, PROCESSES - 1):
            opened = crowd.join(joining)
            _wake(crowd)
            size = _size(crowd, empty)
            with crowd.watch_all() as watch:
                posted = crowd.post(crowd.names(), rate=RATE, seconds=SECONDS)
                got = _until_the_next_message(crowd, posted)
            run = {**opened, **size, **figures(posted), **got, **watch.costs}
            yield {**case, "readers": len(crowd.joined) * each}, run
        yield {**case, "kind": DEATH, "readers": len(crowd.joined) * each}, _death(crowd)


def _begin(crowd):
    """Let the stack create and load things; return its memory without readers."""
    crowd.connect(CLIENTS)
    crowd.post(("elsewhere",), rate=20, seconds=1)
    crowd.settle()
    return memory(crowd.stack)


def _wake(crowd):
    """Post to each room, twice. A Pushpin lets the first message to a new room wait, and the readers get it later."""
    names = crowd.names()
    for _ in range(2):
        crowd.received(crowd.post(names, rate=WAKE_RATE, seconds=len(names) / WAKE_RATE))


def _until_the_next_message(crowd, posted):
    """Return the figures. A reader who lacks a room's newest message gets it with the next one, if not before."""
    got = crowd.received(posted)
    late = got["lost"]
    if late:
        _wake(crowd)
    return {**got, "late": late, "lost": crowd.lost(posted)}


def _size(crowd, empty):
    full, readers = memory(crowd.stack), len(crowd.joined) * crowd.each
    grown = {name: full[name] - empty.get(name, 0) for name in full}
    return {"kb_a_reader": sum(grown.values()) / readers, "grown_kb": grown, "memory_kb": full}


def _death(crowd):
    """Kill a Pushpin while the posters post, and wait until its readers are back at the others."""
    each = IN_FLIGHT // PROCESSES
    crowd.ask_all("returning", in_flight=each)
    before = sum(one["closed"] for one in crowd.ask_all("report"))
    crowd.begin_to_post(crowd.names(), rate=RATE, seconds=600, until_order=True)
    time.sleep(1)
    with crowd.watch_all() as watch:
        killed = time.monotonic()
        crowd.stack.kill_a_pushpin()
        found = crowd.ask_all("returning", in_flight=each)
        while sum(one["returning"] for one in found) and time.monotonic() < killed + RETURN_S:
            time.sleep(0.2)
            found = crowd.ask_all("returning", in_flight=each)
    posted = crowd.end_posting()
    got = _until_the_next_message(crowd, posted)
    returned = got["closed"] - before
    seconds = max(one["last_return"] for one in found) - killed
    return {**figures(posted), **got, "returned": returned, "return_rate": returned / seconds, **watch.costs}
