"""Readers with open streams: they count the messages that arrive, how late these are, and the missing ones.

Run by hand, it opens streams on a running chat and prints how fast they opened. Then it prints, each second, how many
messages arrived and how late. For a message that reached all readers of its room, it prints when the last one had it.
"""

import argparse
import gc
import select
import time
from contextlib import suppress

from . import orders
from .figures import spread
from .ledger import Ledger
from .streams import HANDSHAKE_S, Streams

# Opens a stream of our chat.
READER = "GET /events/?channel=room-{room} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n"


class Readers:
    """Readers of several rooms: each next reader is in the next room."""

    def __init__(self):
        self.ledger = Ledger()
        self.streams = Streams(self.ledger)

    def open(self, addresses, requests, count, opened, in_flight=256):
        """Open `count` more streams; return how many opened, how fast, and why the others failed."""
        before, began = len(self.streams.opened), time.monotonic()
        self.streams.open(
            addresses, [request.encode("latin-1") for request in requests], count, opened.encode(), in_flight
        )
        while self.streams.is_opening:
            self.streams.turn(1)
            if time.monotonic() > began + HANDSHAKE_S:
                self.streams.give_up_opening()
        seconds = time.monotonic() - began
        opened = len(self.streams.opened) - before
        failed = dict(self.streams.failed)
        return {"opened": opened, "failed": failed, "seconds": seconds, "rate": opened / seconds}

    def wait(self, deliveries, seconds):
        """Read until there were `deliveries` arrivals since begin() and nobody is reconnecting, or the time is over."""
        until = time.monotonic() + seconds
        while (self.ledger.arrived < deliveries or self.streams.returning) and time.monotonic() < until:
            self.streams.turn(0.1)
        return {"arrived": self.ledger.arrived}

    def begin(self):
        """Begin a new measurement."""
        self.streams.process_backlog()
        self.ledger.forget_times()
        return {}

    def returning(self):
        """Return how many readers are reconnecting, and when the last one did.

        Also how many streams the server has closed, and how many readers have no stream now.
        """
        return {name: getattr(self.streams, name) for name in ("returning", "last_return", "closed", "gone")}

    def report(self, last_numbers=None, unsure=(), messages=False, delays=False):
        """Return the figures since begin(), and the number of lost messages; see Ledger.lost().

        With `messages`, also how many readers have each message and when the last one had it; with `delays`, those of
        all readers who did not lose their stream.
        """
        self.streams.process_backlog()
        last_numbers = {int(poster): last for poster, last in (last_numbers or {}).items()}
        ledger, in_room = self.ledger, self._in_each_room()
        figures = {
            "readers": len(self.streams.opened),
            "closed": self.streams.closed,
            "gone": self.streams.gone,
            "bytes": self.streams.received,
            "arrived": ledger.arrived,
            **spread([*ledger.delays_ns, *ledger.late_ns]),
            "doubled": ledger.doubled,
            "reordered": ledger.reordered,
            "lost": ledger.lost(
                last_numbers, [tuple(one) for one in unsure], lambda poster: in_room[poster % len(in_room)]
            ),
        }
        if messages:
            figures["messages"] = [[count, last / 1e6] for count, last in ledger.messages.values()]
        if delays:
            figures["delays_ns"] = [*ledger.delays_ns]
        return figures

    def _in_each_room(self):
        """Return a list of the readers of each room; at least one, which is empty without any."""
        found = [[] for _ in range(max(1, self.streams.rooms))]
        for reader in self.streams.opened:
            found[self.streams.room_of[reader]].append(reader)
        return found


def obey():
    """Follow the orders until standard input is closed."""
    readers, given = Readers(), orders.Orders()
    readers.streams.epoll.register(given.descriptor, select.EPOLLIN)
    while True:
        if given.descriptor in readers.streams.turn(60):
            todo = given.read()
            if todo is None:
                return
            for order in todo:
                orders.answer(**getattr(readers, order.pop("do"))(**order))


def by_hand(options):
    """Open the streams and print the figures."""
    address = (options.host, options.port)
    rooms = [f"{options.room}{number}" if number else options.room for number in range(options.rooms)]
    requests = [options.request.format(room=room, host=options.host, port=options.port) for room in rooms]
    requests = [request.replace("\\r\\n", "\r\n") for request in requests]
    readers = Readers()
    result = readers.open([address], requests, options.count, options.opened, options.in_flight)
    print(
        f"{result['opened']} streams in {result['seconds']:.2f} s: {result['rate']:.0f}/s; failed: {result['failed']}"
    )
    until = time.monotonic() + options.seconds
    while time.monotonic() < until:
        readers.wait(float("inf"), 1)
        figures = readers.report()
        if figures["arrived"]:
            print_times(figures)
            print_fan_out(readers.ledger.messages, options.count // options.rooms)
            readers.begin()


def print_times(got):
    print(
        f"{got['arrived']} deliveries: p50 {got['p50_ms']:.1f} p99 {got['p99_ms']:.1f} max {got['max_ms']:.1f} ms;"
        f" doubled {got['doubled']}, reordered {got['reordered']}, streams closed {got['closed']}",
        flush=True,
    )


def print_fan_out(messages, each):
    """Print the times of the messages that reached all readers of a room within this second."""
    whole = [last / 1e6 for count, last in messages.values() if count >= each]
    if whole:
        print(f"  the last of {each} readers had a message after {min(whole):.1f} to {max(whole):.1f} ms", flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench.load.readers", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="(127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="(8000)")
    parser.add_argument("--count", type=int, default=1000, help="number of readers (1000)")
    parser.add_argument("--rooms", type=int, default=1, help="number of rooms that they share (1)")
    parser.add_argument("--room", default="x", help="name of the first room (x); the others have a number after it")
    parser.add_argument(
        "--request", default=READER, help=r"the request that opens a stream, with {room}, {host}, {port} and \r\n"
    )
    parser.add_argument(
        "--opened", default="event: stream-open", help="the bytes that a stream begins with once it is open"
    )
    parser.add_argument("--in-flight", type=int, default=256, help="number of simultaneous handshakes (256)")
    parser.add_argument("--seconds", type=float, default=3600, help="how long the readers stay (3600)")
    parser.add_argument("--obey", action="store_true", help="take orders from standard input")
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    gc.disable()
    with suppress(KeyboardInterrupt):
        obey() if options.obey else by_hand(options)
