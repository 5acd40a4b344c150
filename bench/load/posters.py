"""Posters on keep-alive connections. Each posts its next message after its last answer, or all post by a schedule.

Run by hand, it posts to a running chat and prints the speed. The time of a post begins with the request, or when the
schedule wanted it, and ends with the answer. An answer other than 200 is an error.
"""

import argparse
import gc
import os
from urllib.parse import quote, urlencode

from . import markers, orders
from .connection import Connection
from .posting import Posting


class Posters:
    """Several connections to one address."""

    def __init__(self):
        self._connections = []

    def connect(self, address, clients):
        """Open the connections."""
        self.close()
        self._connections = [Connection(tuple(address)) for _ in range(clients)]
        return {}

    def post(self, requests, first_poster=0, rate=None, good=(200,), until_order=False, last_numbers=None, **how):
        """Post in a closed loop, or `rate` times a second; return the figures.

        `until_order` ends the posting at the next order. There is one request for each room. A request with
        markers.TEXT gets new digits each time. With `last_numbers`, each room is one poster; see Posting.
        """
        templates = [markers.template(request.encode("latin-1")) for request in requests]
        stop = orders.Orders.descriptor if until_order else None
        if last_numbers is not None:
            last_numbers = {int(poster): last for poster, last in last_numbers.items()}
        posting = Posting(self._connections, templates, first_poster, good, stop, last_numbers)
        return posting.on_schedule(rate, **how) if rate else posting.closed_loop(**how)

    def stop(self):
        """Do nothing. Any order ends a post() with until_order."""
        return {}

    def close(self):
        """Close the connections."""
        for connection in self._connections:
            connection.close()
        self._connections = []
        return {}


def obey():
    """Follow the orders until standard input is closed."""
    posters, given = Posters(), orders.Orders()
    while (todo := given.read()) is not None:
        for order in todo:
            orders.answer(**getattr(posters, order.pop("do"))(**order))


def by_hand(options):
    """Post and print the figures."""
    posters = Posters()
    posters.connect((options.host, options.port), options.clients)
    rooms = [f"{options.room}{number}" if number else options.room for number in range(options.rooms)]
    how = {"rate": options.rate} if options.rate else {"warm_up": options.warm_up}
    first = os.getpid() % 50 * 200_000 // options.rooms * options.rooms  # so that readers do not mix up two runs
    figures = posters.post([request(options, room) for room in rooms], first, seconds=options.seconds, **how)
    print(
        f"{figures['posted']} posts, {figures['rate']:.1f}/s: p50 {figures['p50_ms']:.1f} p99 {figures['p99_ms']:.1f}"
        f" max {figures['max_ms']:.1f} ms; errors {figures['errors']}; reconnects {figures['reconnects']}"
    )


def request(options, room):
    """Return a request that posts to our chat."""
    body = urlencode({"from": "bench", "text": markers.TEXT})
    return (
        f"POST /rooms/{quote(room, safe='')}/messages/ HTTP/1.1\r\nHost: {options.host}:{options.port}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def arguments():
    parser = argparse.ArgumentParser(prog="python -m bench.load.posters", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="(127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="(8000)")
    parser.add_argument("--clients", type=int, default=32, help="number of connections (32)")
    parser.add_argument("--rate", type=float, help="posts a second of all clients together; without it, a closed loop")
    parser.add_argument("--seconds", type=float, default=6, help="(6)")
    parser.add_argument("--warm-up", type=float, default=1, help="seconds before a closed loop is measured (1)")
    parser.add_argument("--rooms", type=int, default=1, help="number of rooms, used in turn (1)")
    parser.add_argument("--room", default="x", help="name of the first room (x); the others have a number after it")
    parser.add_argument("--obey", action="store_true", help="take orders from standard input")
    return parser.parse_args()


if __name__ == "__main__":
    options = arguments()
    gc.disable()
    obey() if options.obey else by_hand(options)
