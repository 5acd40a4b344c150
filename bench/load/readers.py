"""Readers that hold streams open and tell what came, how late, and what did not.

By hand it opens streams on a running chat, prints how fast that went and then, each second, what came and how late;
of messages that came to all readers of their room, when the last of them had it.
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

READER = "GET /events/?channel=room-{room} HTTP/1.1\r\nHost: {host}:{port}\r\nAccept: text/event-stream\r\n\r\n"  # ours


class Readers:
    """Readers of some rooms, room by room in turn."""

    def __init__(self):
        self.ledger = Ledger()
        self.streams = Streams(self.ledger)
        self.rooms = 1

    def open(self, address, requests, count, opened, in_flight=256):
        """Open `count` more streams; return how many, how fast, and why the others failed."""
        self.rooms = len(requests)
        before, began = len(self.streams.opened), time.monotonic()
        self.streams.open(
            address, [request.encode("latin-1") for request in requests], count, opened.encode(), in_flight
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
        """Read until so many deliveries were counted since the last begin(), or the time is over."""
        until = time.monotonic() + seconds
        while self.ledger.arrived < deliveries and time.monotonic() < until:
            self.streams.turn(0.1)
        return {"arrived": self.ledger.arrived}

    def begin(self):
        """Begin a new measurement."""
        self.streams.look_into_what_came()
        self.ledger.forget_times()
        return {}

    def tell(self, said=None, unsure=(), messages=False):
        """Return what came since begin(), and what is missing of what was `said`."""
        self.streams.look_into_what_came()
        said = {int(poster): last for poster, last in (said or {}).items()}
        ledger = self.ledger
        told = {
            "readers": len(self.streams.opened),
            "closed": self.streams.closed,
            "gone": self.streams.gone,
            "bytes": self.streams.received,
            "arrived": ledger.arrived,
            **spread(ledger.delays_ns),
            "doubled": ledger.doubled,
            "reordered": ledger.reordered,
            "lost": ledger.lost(said, [tuple(one) for one in unsure], self._readers_of),
        }
        if messages:
            told["messages"] = [[count, last / 1e6] for count, last in ledger.messages.values()]
        return told

    def _readers_of(self, poster):
        return [reader for reader in self.streams.opened if reader % self.rooms == poster % self.rooms]


def obey():
    """Do what is ordered until standard input is closed."""
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
    """Open the streams and print what comes."""
    address = (options.host, options.port)
    rooms = [f"{options.room}{number}" if number else options.room for number in range(options.rooms)]
    requests = [options.request.format(room=room, host=options.host, port=options.port) for room in rooms]
    requests = [request.replace("\\r\\n", "\r\n") for request in requests]
    readers = Readers()
    went = readers.open(address, requests, options.count, options.opened, options.in_flight)
    print(f"{went['opened']} streams in {went['seconds']:.2f} s: {went['rate']:.0f}/s; failed: {went['failed']}")
    until = time.monotonic() + options.seconds
    while time.monotonic() < until:
        readers.wait(float("inf"), 1)
        told = readers.tell()
        if told["arrived"]:
            print_times(told)
            print_fan_out(readers.ledger.messages, options.count // options.rooms)
            readers.begin()


def print_times(told):
    print(
        f"{told['arrived']} deliveries: p50 {told['p50_ms']:.1f} p99 {told['p99_ms']:.1f} max {told['max_ms']:.1f} ms;"
        f" doubled {told['doubled']}, reordered {told['reordered']}, streams closed {told['closed']}",
        flush=True,
    )


def print_fan_out(messages, each):
    """Tell of the messages that came to all readers of a room within this second."""
    whole = [last / 1e6 for count, last in messages.values() if count >= each]
    if whole:
        print(f"  the last of {each} readers had a message after {min(whole):.1f} to {max(whole):.1f} ms", flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench.load.readers", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="(127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="(8000)")
    parser.add_argument("--count", type=int, default=1000, help="of readers (1000)")
    parser.add_argument("--rooms", type=int, default=1, help="that they are spread over (1)")
    parser.add_argument("--room", default="x", help="name of the first room (x); the others have a number behind it")
    parser.add_argument("--request", default=READER, help=r"that opens a stream, with {room}, {host}, {port} and \r\n")
    parser.add_argument("--opened", default="event: stream-open", help="what is received once a stream is open")
    parser.add_argument("--in-flight", type=int, default=256, help="handshakes at once (256)")
    parser.add_argument("--seconds", type=float, default=3600, help="to stay (3600)")
    parser.add_argument("--obey", action="store_true", help="take orders from standard input instead")
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    gc.disable()
    with suppress(KeyboardInterrupt):
        obey() if options.obey else by_hand(options)
