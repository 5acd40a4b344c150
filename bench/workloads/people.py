"""The readers and posters that use one running stack."""

from contextlib import ExitStack

from bench.costs import Watch, wait_until_quiet
from bench.load.markers import TEXT
from bench.load.process import Process

ROOM = "room"


class People:
    """Readers and posters, started by `with`. It remembers the posted messages, so that it can count the lost ones."""

    def __init__(self, stack):
        self.stack = stack
        self._next_poster = self.clients = 0

    def __enter__(self):
        with ExitStack() as stack:
            self.readers = stack.enter_context(Process("readers"))
            self.posters = stack.enter_context(Process("posters"))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def watch(self):
        """Return a Watch of the stack, the readers and the posters."""
        return self.watching(self.readers, self.posters)

    def watching(self, *load):
        """Return a Watch of the stack and of these processes."""
        return Watch(self.stack, *load)

    def open(self, count, rooms=(ROOM,), in_flight=256):
        """Open `count` streams, in the rooms in turn, `in_flight` at a time; return the figures."""
        requests = [self.stack.reader_request(room).decode("latin-1") for room in rooms]
        values = {"addresses": [self.stack.reader_address], "count": count, "opened": self.stack.opened.decode()}
        return self.readers.ask("open", requests=requests, in_flight=in_flight, **values)

    def settle(self):
        """Wait until the stack is idle after opening the streams, for at most 15 s."""
        wait_until_quiet(self.stack)

    def connect(self, clients):
        """Open `clients` connections for the posts."""
        self.clients = clients
        self.posters.ask("connect", address=self.stack.poster_address, clients=clients)

    def post(self, rooms=(ROOM,), **how):
        """Post to the rooms in turn; return the figures."""
        self.begin_to_post(rooms, **how)
        return self.posters.answer()

    def begin_to_post(self, rooms=(ROOM,), **how):
        """Start a post() without waiting for its end."""
        requests = [self.stack.post_request(room, TEXT).decode("latin-1") for room in rooms]
        how = {"first_poster": self.new_posters(len(rooms)), **how}
        self.posters.order("post", requests=requests, good=self.stack.posted, **how)

    def new_posters(self, rooms):
        """Return the first number of new posters for so many rooms: a number modulo the rooms is its room."""
        first = -(-self._next_poster // rooms) * rooms
        self._next_poster = first + self.clients * rooms
        return first

    def end_posting(self):
        """End the posting that began with until_order=True; return its figures."""
        self.posters.order("stop")
        got = self.posters.answer()
        self.posters.answer()
        return got

    def deliveries(self, posted, each, patience, messages=False):
        """Wait at most `patience` s until `each` readers have all posted messages; return the readers' figures."""
        self.readers.ask("wait", deliveries=posted["posted"] * each, seconds=patience)
        got = self.readers.ask(
            "report", last_numbers=posted["last_numbers"], unsure=posted["unsure"], messages=messages
        )
        self.readers.ask("begin")
        return got


def figures(posted):
    """Return the figures of a posting that the results keep."""
    return {name: posted[name] for name in ("rate", "p50_ms", "p99_ms", "max_ms", "errors")}


def deliveries(got):
    """Return the figures of the readers that the results keep."""
    times = {f"delivery_{name}": got[name] for name in ("p50_ms", "p99_ms", "max_ms")}
    return {**times, **{name: got[name] for name in ("arrived", "lost", "doubled", "reordered", "closed", "gone")}}
