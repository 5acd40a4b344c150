"""Clients that do not do their part: they begin a request and let the server wait."""

import select
import socket
import threading
import time
from contextlib import contextmanager, suppress

from tests.helpers.running import wait_for

HEAD = "{} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = HEAD.format("POST /rooms/lobby/messages/") + "Content-Type: application/x-www-form-urlencoded\r\n"
BODY = POST + "Content-Length: 100000\r\n\r\nfrom=e"
EXPECT = POST + "Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n"
LIST = HEAD.format("GET /rooms/{room}/messages/?limit=50") + "\r\n"
MORE_THAN_PUSHPIN_SERVES = 80  # requests at a time
A_WHILE_S, FULL_S = 1, 60
DRIP_S = 2
SMALL = 4096  # bytes that the kernel takes for a client that reads nothing
GONE = select.POLLRDHUP | select.POLLHUP | select.POLLERR


@contextmanager
def full_pushpin(chat):
    """While in `with`, clients take all the requests that the chat's Pushpin has open at Django at a time."""
    with SlowClients(("127.0.0.1", int(chat.port)), "unfinished", MORE_THAN_PUSHPIN_SERVES):
        wait_for(lambda: not _answers(chat), FULL_S)
        yield


def _answers(chat):
    with suppress(TimeoutError):
        return chat.request("GET", "/rooms/lobby/messages/", seconds=A_WHILE_S)


class SlowClients:
    """`count` connections that stay until the server ends them; used by `with`.

    `kind` is "unfinished" (six bytes of a body), "expect" (none of them), "drip" (a byte every DRIP_S) or "deaf" (asks
    for the list of `room`, and reads nothing). With `renew`, ended ones come again at each left().
    """

    KINDS = ("unfinished", "expect", "drip", "deaf")

    def __init__(self, address, kind, count, room="long", renew=False):
        self.kind = kind
        self._begin = {"expect": EXPECT, "deaf": LIST.replace("{room}", room)}.get(kind, BODY).encode()
        self._address, self._count, self._renew = address, count, renew
        self._sockets, self._left, self._poll = {}, set(), select.poll()
        self._over = threading.Event()

    def __enter__(self):
        for _ in range(self._count):
            self._come()
        threading.Thread(target=self._drip, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for client in self._sockets.values():
            client.close()

    def left(self):
        """Return how many the server has not ended yet."""
        for number, _ in self._poll.poll(0):
            self._poll.unregister(number)
            self._left.discard(number)
            self._sockets.pop(number).close()
            if self._renew:
                self._come()
        return len(self._left)

    def _come(self):
        client = socket.socket()
        self._sockets[client.fileno()] = client
        if self.kind == "deaf":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        with suppress(OSError):  # a server may refuse it
            client.settimeout(5)
            client.connect(self._address)
            client.sendall(self._begin)
            client.setblocking(False)
            self._left.add(client.fileno())
            self._poll.register(client, GONE)

    def wait_until_gone(self, seconds):
        """Wait until all are ended; return how many are left when the time is over."""
        until = time.monotonic() + seconds
        while self.left() and time.monotonic() < until:
            time.sleep(0.1)
        return self.left()

    def _drip(self):
        while self.kind == "drip" and not self._over.wait(DRIP_S):
            for number in [*self._left]:
                with suppress(OSError, KeyError):  # ended
                    self._sockets[number].send(b"x")
