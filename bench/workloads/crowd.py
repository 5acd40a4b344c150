"""Readers and posters at one running stack."""

from contextlib import ExitStack

from bench.costs import Watch, wait_until_quiet
from bench.load.markers import TEXT
from bench.load.process import Process

POSTERS = 1000  # their numbers are given away by the thousand, for a room's number is a poster's modulo the rooms
ROOM = "room"


class Crowd:
    """Both of them, started by `with`. What is posted is noted, so that what was lost can be told."""

    def __init__(self, stack):
        self.stack = stack
        self._next_poster = 0

    def __enter__(self):
        with ExitStack() as stack:
            self.readers = stack.enter_context(Process("readers"))
            self.posters = stack.enter_context(Process("posters"))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def watch(self):
        """Return a Watch of the stack and of these two."""
        return Watch(self.stack, self.readers, self.posters)

    def open(self, count, rooms=(ROOM,), in_flight=256):
        """Open streams of the rooms by turns, so many at once; return how that went."""
        requests = [self.stack.reader_request(room).decode("latin-1") for room in rooms]
        values = {"address": self.stack.reader_address, "count": count, "opened": self.stack.opened.decode()}
        return self.readers.ask("open", requests=requests, in_flight=in_flight, **values)

    def settle(self):
        """Wait until the stack has nothing to do any more for the streams that were opened, for at most 15 s."""
        wait_until_quiet(self.stack)

    def connect(self, clients):
        """Have so many connections to post over."""
        self._clients = clients
        self.posters.ask("connect", address=self.stack.poster_address, clients=clients)

    def post(self, rooms=(ROOM,), **how):
        """Post to the rooms by turns; return how that went."""
        self.begin_to_post(rooms, **how)
        return self.posters.answer()

    def begin_to_post(self, rooms=(ROOM,), **how):
        """Do the same without waiting for the answer."""
        requests = [self.stack.post_request(room, TEXT).decode("latin-1") for room in rooms]
        first = self._next_poster
        self._next_poster += -(-self._clients * len(rooms) // POSTERS) * POSTERS
        self.posters.order("post", requests=requests, first_poster=first, good=self.stack.posted, **how)

    def end_posting(self):
        """End what was begun with until_order=True; return how that went."""
        self.posters.order("stop")
        told = self.posters.answer()
        self.posters.answer()
        return told

    def deliveries(self, posted, each, patience, messages=False):
        """Wait until `each` readers have all that was posted, at most `patience` s; return what came by then."""
        self.readers.ask("wait", deliveries=posted["posted"] * each, seconds=patience)
        told = self.readers.ask("tell", said=posted["said"], unsure=posted["unsure"], messages=messages)
        self.readers.ask("begin")
        return told


def figures(posted):
    """Return of a posting's answer what is kept of it."""
    return {name: posted[name] for name in ("rate", "p50_ms", "p99_ms", "max_ms", "errors")}


def deliveries(told):
    """Return of what readers told what is kept of it."""
    times = {f"delivery_{name}": told[name] for name in ("p50_ms", "p99_ms", "max_ms")}
    return {**times, **{name: told[name] for name in ("arrived", "lost", "doubled", "reordered", "closed", "gone")}}
