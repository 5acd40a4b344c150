"""Posters over keep-alive connections: each posts its next message when it has the answer, or all by a schedule.

By hand it posts to a running chat and prints how fast that went. A time is that from the request, or from when the
schedule wanted it, to the end of the answer; an answer that is not a 200 is an error.
"""

import argparse
import gc
import os
from urllib.parse import quote, urlencode

from . import markers, orders
from .connection import Connection
from .posting import Posting


class Posters:
    """Some connections to one address."""

    def __init__(self):
        self._connections = []

    def connect(self, address, clients):
        """Open the connections."""
        self.close()
        self._connections = [Connection(tuple(address)) for _ in range(clients)]
        return {}

    def post(self, requests, first_poster=0, rate=None, good=(200,), until_order=False, **how):
        """Post in a closed loop, or `rate` times a second, if wanted until the next order; return how that went.

        Each of the `requests`, one for each room, posts markers.TEXT; others are sent as they are.
        """
        templates = [markers.template(request.encode("latin-1")) for request in requests]
        stop = orders.Orders.descriptor if until_order else None
        posting = Posting(self._connections, templates, first_poster, good, stop)
        return posting.on_schedule(rate, **how) if rate else posting.closed_loop(**how)

    def stop(self):
        """Do nothing: to be ordered is enough to end what goes on until the next order."""
        return {}

    def close(self):
        """Close the connections."""
        for connection in self._connections:
            connection.close()
        self._connections = []
        return {}


def obey():
    """Do what is ordered until standard input is closed."""
    posters, given = Posters(), orders.Orders()
    while (todo := given.read()) is not None:
        for order in todo:
            orders.answer(**getattr(posters, order.pop("do"))(**order))


def by_hand(options):
    """Post and print how it went."""
    posters = Posters()
    posters.connect((options.host, options.port), options.clients)
    rooms = [f"{options.room}{number}" if number else options.room for number in range(options.rooms)]
    how = {"rate": options.rate} if options.rate else {"warm_up": options.warm_up}
    first = os.getpid() % 50 * 200_000 // options.rooms * options.rooms  # no reader takes it for another run
    told = posters.post([request(options, room) for room in rooms], first, seconds=options.seconds, **how)
    print(
        f"{told['posted']} posts, {told['rate']:.1f}/s: p50 {told['p50_ms']:.1f} p99 {told['p99_ms']:.1f}"
        f" max {told['max_ms']:.1f} ms; errors {told['errors']}; reconnects {told['reconnects']}"
    )


def request(options, room):
    """Return a request of our chat."""
    body = urlencode({"from": "bench", "text": markers.TEXT})
    return (
        f"POST /rooms/{quote(room, safe='')}/messages/ HTTP/1.1\r\nHost: {options.host}:{options.port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench.load.posters", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="(127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="(8000)")
    parser.add_argument("--clients", type=int, default=32, help="connections (32)")
    parser.add_argument("--rate", type=float, help="posts a second over all; without it, in a closed loop")
    parser.add_argument("--seconds", type=float, default=6, help="(6)")
    parser.add_argument("--warm-up", type=float, default=1, help="seconds of a closed loop that don't count (1)")
    parser.add_argument("--rooms", type=int, default=1, help="posted to in turn (1)")
    parser.add_argument("--room", default="x", help="name of the first room (x); the others have a number behind it")
    parser.add_argument("--obey", action="store_true", help="take orders from standard input instead")
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    gc.disable()
    obey() if options.obey else by_hand(options)
