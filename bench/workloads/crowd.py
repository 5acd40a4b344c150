"""A crowd, ten times as many readers as `--readers` says: in one room, and in rooms of a hundred; then a Pushpin dies.

The readers are in ten processes, each with a tenth of them: of the small crowd first, and then of the large one too. So
a message finds the same processes in both.
"""

import time

from bench.costs import memory
from bench.load.figures import spread
from bench.load.process import Process

from .people import ROOM, People, figures
from .rounds import attempt, say

NAME = "crowd"
ROUNDS = 1
PROCESSES = 10
STEPS = 10  # the small crowd is one step, the large one is all
EACH = 100  # readers of a room, a tenth of them in each process
IN_FLIGHT = 250
# The posts into rooms of a hundred. With few clients, the posts would wait for a client, and not only for the chat.
CLIENTS, RATE, SECONDS = 64, 50, 20
MESSAGES = 10  # to the one room
WAKE_RATE = 100
PATIENCE_S, RETURN_S = 30, 120
ONE_ROOM, ROOMS, DEATH = "one room", "rooms of 100", "a Pushpin dies"


def run(options):
    """Yield (case, run)."""
    step = max(1, options.readers // EACH) * EACH
    if "many" in options.only:
        for _ in range(options.rounds_now):
            for kind, measure in ((ONE_ROOM, _one_room), (ROOMS, _rooms)):
                yield from attempt({"stack": "many", "kind": kind}, measure, step)


class Crowd(People):
    """People with ten processes of readers. Each step brings `step` more readers: with new rooms, or of the one room.

    Each room has one poster, who goes on with each posting; so the readers notice whatever is missing or out of order.
    """

    def __init__(self, stack, step, rooms):
        """`rooms` is the number of new rooms in each step; 0 for one room."""
        super().__init__(stack)
        self._step, self._new_rooms = step, rooms
        self.readers_now = 0
        self.names = [] if rooms else [f"{ROOM}-0"]
        self._first_poster, self._last_numbers, self._unsure = 0, {}, []

    def __enter__(self):
        super().__enter__()
        more = [self._stack.enter_context(Process("readers")) for _ in range(PROCESSES - 1)]
        self._all_readers = [self.readers, *more]
        return self

    def watch_all(self):
        """Return a Watch of the stack, all readers and the posters."""
        return self.watching(*self._all_readers, self.posters)

    def join(self, steps):
        """Open the streams of so many more steps; return the figures."""
        failed, seconds = 0, 0.0
        for _ in range(steps):
            first = len(self.names)
            new = [f"{ROOM}-{number}" for number in range(first, first + self._new_rooms)]
            self.names += new
            got = self.ask_all(
                "open",
                addresses=self.stack.reader_addresses,
                requests=[self.stack.reader_request(name).decode("latin-1") for name in new or self.names],
                count=self._step // PROCESSES,
                opened=self.stack.opened.decode(),
                in_flight=IN_FLIGHT // PROCESSES,
            )
            slowest = max(one["seconds"] for one in got)
            self.readers_now += self._step
            failed, seconds = failed + sum(sum(one["failed"].values()) for one in got), seconds + slowest
            say(f"  {self.readers_now} readers, {self._step / slowest:.0f}/s")
        # A reader who comes later has not got the messages so far: new posters begin with 1.
        self._first_poster, self._last_numbers, self._unsure = self.new_posters(len(self.names)), {}, []
        return {"opening_failed": failed, "connect_rate": (steps * self._step - failed) / seconds}

    def ask_all(self, do, **values):
        """Give all processes the same order at the same time; return the answers."""
        for process in self._all_readers:
            process.order(do, **values)
        return [process.answer() for process in self._all_readers]

    def post_on(self, **how):
        """Post to all rooms in turn, each room's poster after its last message; return the figures."""
        self.begin_to_post_on(**how)
        return self._remember(self.posters.answer())

    def begin_to_post_on(self, **how):
        """Start a post_on() without waiting for its end."""
        own = {"first_poster": self._first_poster, "last_numbers": self._last_numbers}
        self.begin_to_post(self.names, **own, **how)

    def end_posting(self):
        return self._remember(super().end_posting())

    def _remember(self, posted):
        self._last_numbers, self._unsure = posted["last_numbers"], self._unsure + posted["unsure"]
        return posted

    def received(self, posted):
        """Wait until all readers have all posted messages; return the figures of all together.

        The lost ones are those of all posters since the last step.
        """
        each = self.readers_now // len(self.names) // PROCESSES
        self.ask_all("wait", deliveries=posted["posted"] * each, seconds=PATIENCE_S)
        found = self._reports(messages=True, delays=True)
        self.ask_all("begin")
        total = {name: sum(one[name] for one in found) for name in ("lost", "doubled", "reordered", "closed", "gone")}
        times = spread([delay for one in found for delay in one["delays_ns"]])
        last = max((last for one in found for _, last in one["messages"]), default=0)
        return {**{f"delivery_{name}": value for name, value in times.items()}, **total, "last_ms": last}

    def lost(self):
        """Return how many messages are still missing, summed over the readers."""
        return sum(one["lost"] for one in self._reports())

    def _reports(self, **more):
        return self.ask_all("report", last_numbers=self._last_numbers, unsure=self._unsure, **more)

    def returning(self):
        """Return the sums of Readers.returning(), and the time of the last return."""
        found = self.ask_all("returning")
        last = max(one.pop("last_return") for one in found)
        return {**{name: sum(one[name] for one in found) for name in found[0]}, "last_return": last}


def _one_room(stack, case, step):
    with Crowd(stack, step, rooms=0) as crowd:
        empty = _begin(crowd, clients=1)
        for steps in (1, STEPS - 1):
            opened = crowd.join(steps)
            _wake(crowd)
            size = _size(crowd, empty)
            times, got = [], {}
            with crowd.watch_all() as watch:
                for _ in range(MESSAGES):
                    got = crowd.received(crowd.post_on(rate=1, seconds=1))
                    times.append(got["last_ms"])
            run = {**opened, **size, **got, "fan_out_ms": times, "messages": MESSAGES, **watch.costs}
            yield {**case, "readers": crowd.readers_now}, run


def _rooms(stack, case, step):
    with Crowd(stack, step, rooms=step // EACH) as crowd:
        empty = _begin(crowd, CLIENTS)
        for steps in (1, STEPS - 1):
            opened = crowd.join(steps)
            _wake(crowd)
            size = _size(crowd, empty)
            with crowd.watch_all() as watch:
                posted = crowd.post_on(rate=RATE, seconds=SECONDS)
                got = _until_the_next_message(crowd, posted)
            run = {**opened, **size, **figures(posted), **got, **watch.costs}
            yield {**case, "readers": crowd.readers_now}, run
        yield {**case, "kind": DEATH, "readers": crowd.readers_now}, _death(crowd)


def _begin(crowd, clients):
    """Let the stack create and load things; return its memory without readers.

    Each client posts at least once, because a thread of Django waits 5 s for the first request of a connection.
    """
    crowd.connect(clients)
    crowd.post(("elsewhere",), rate=WAKE_RATE, seconds=max(20, clients) / WAKE_RATE)
    crowd.settle()
    return memory(crowd.stack)


def _wake(crowd):
    """Post to each room, twice. A Pushpin lets the first message to a new room wait, and the readers get it later.

    Each client posts at least once: Django may have closed its connection meanwhile.
    """
    posts = max(len(crowd.names), crowd.clients)
    for _ in range(2):
        crowd.received(crowd.post_on(rate=WAKE_RATE, seconds=posts / WAKE_RATE))


def _until_the_next_message(crowd, posted):
    """Return the figures. A reader who lacks a room's newest message gets it with the next one, if not before."""
    got = crowd.received(posted)
    late = got["lost"]
    if late:
        _wake(crowd)
    return {**got, "late": late, "lost": crowd.lost()}


def _size(crowd, empty):
    full = memory(crowd.stack)
    grown = {name: full[name] - empty.get(name, 0) for name in full}
    return {"kb_a_reader": sum(grown.values()) / crowd.readers_now, "grown_kb": grown, "memory_kb": full}


def _death(crowd):
    """Kill a Pushpin while the posters post, and wait until its readers are back at the others."""
    before = crowd.returning()
    crowd.begin_to_post_on(rate=RATE, seconds=600, until_order=True)
    time.sleep(1)
    killed = time.monotonic()
    crowd.stack.kill_a_pushpin()
    with crowd.watch_all() as watch:  # from now on: what the killed processes had used is gone
        now = crowd.returning()
        while (now["returning"] or now["closed"] == before["closed"]) and time.monotonic() < killed + RETURN_S:
            time.sleep(0.2)
            now = crowd.returning()
        ended = time.monotonic() if now["returning"] else now["last_return"]
    posted = crowd.end_posting()
    got = _until_the_next_message(crowd, posted)
    # Of the closed streams, those whose readers have one again.
    returned = (now["closed"] - now["gone"]) - (before["closed"] - before["gone"])
    return {**figures(posted), **got, "returned": returned, "return_rate": returned / (ended - killed), **watch.costs}
