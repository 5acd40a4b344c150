"""Thousands of open streams in one loop. The loop does as little as possible for each event, and the rest later.

A reader whose stream was closed by the server reconnects immediately with its last event id, like an EventSource. If
there are several servers, it goes on to the next one, as nginx would send it.
"""

import errno
import os
import select
import socket
import time
from collections import Counter, deque

from . import event_ids, markers

BATCH = 512  # events that share one reading of the clock
PIECE = 4096  # bytes
QUIET_S = 0.003  # after so long without data, process the backlog: then the stack does not need the processor
BACKLOG = 500_000  # pieces; if there are more, process them although more data is readable
SOURCES = 16  # source addresses from 127.0.0.1 on, because one address has too few ports
HANDSHAKE_S = 120  # for all handshakes together


class Streams:
    """Opens and reads streams, and records the messages in the ledger."""

    def __init__(self, ledger):
        self.ledger = ledger
        self.epoll = select.epoll()
        self.failed = Counter()
        self.closed = self.received = 0
        self.room_of = []  # for each reader, the number of the room
        self._places = []  # for each reader, the number of the first server, before the remainder is taken
        self._rooms = {}  # the request that opens a stream of a room: the number of the room
        self._requests = []  # for each room, this request
        self.opened = []  # the readers whose stream has been open, even if it is closed now
        self._returning = set()  # those of them who are reconnecting
        self._recent = {}  # reader -> the end of its data, which has the last event id
        self._sockets = {}  # descriptor -> socket
        self._opening = {}  # descriptor -> the data so far; None while connecting
        self._readers = {}  # descriptor -> the number of its reader
        self._tails = {}  # reader -> the end of its data, if it may be the beginning of a marker
        self._backlog = []
        self.in_flight = 0  # how many handshakes at a time
        self._to_open = deque()  # readers that wait until another handshake is over
        self._attempts = Counter()  # reader -> how many servers it has left since its stream was last open
        self._moves = Counter()  # reader -> how many servers it has left
        self.last_return = 0  # time.monotonic() at the end of the last reconnect

    def open(self, addresses, requests, count, mark, in_flight=256):
        """Begin to open `count` more streams, in the rooms and at the addresses in turn, `in_flight` at a time.

        There is one request for each room. A new request is a new room; a known one brings its room more readers.
        """
        self._addresses = [tuple(address) for address in addresses]
        self._mark, self.in_flight = mark, in_flight
        first, rooms = len(self.room_of), [self._room(request) for request in requests]
        self.room_of += [rooms[number % len(rooms)] for number in range(count)]
        # The readers of a room are spread over the servers, and a room of few readers begins at the next server.
        self._places += [number // len(rooms) + number % len(rooms) for number in range(count)]
        self._to_open.extend(range(first, first + count))
        self._open_next()

    @property
    def rooms(self):
        """How many rooms there are."""
        return len(self._requests)

    @property
    def is_opening(self):
        return bool(self._opening or self._to_open)

    @property
    def returning(self):
        """How many readers have lost their stream and are reconnecting."""
        return len(self._returning)

    @property
    def gone(self):
        """How many readers have lost their stream."""
        return len(self.opened) - (len(self._sockets) - len(self._opening))

    def turn(self, seconds):
        """Read one batch of data, or process the backlog if there is none; return readable descriptors of others."""
        events = self.epoll.poll(min(seconds, QUIET_S) if self._backlog else seconds, BATCH)
        now = time.monotonic_ns()
        foreign = []
        if not events or len(self._backlog) > BACKLOG:
            self.process_backlog()
        for descriptor, _ in events:
            if descriptor in self._opening:
                self._continue_opening(descriptor, now)
            elif descriptor in self._readers:
                self._read(descriptor, now)
            else:
                foreign.append(descriptor)
        self._open_next()
        return foreign

    def close(self):
        """Close all streams."""
        for descriptor in list(self._sockets):
            self._drop(descriptor)
        self._backlog.clear()

    def _read(self, descriptor, now):
        try:
            data = os.read(descriptor, PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._backlog.append((self._readers[descriptor], now, data))
        else:
            self._reconnect(descriptor)

    def _reconnect(self, descriptor):
        """Open a stream again after the server has closed it."""
        self.closed += 1
        self.process_backlog()
        reader = self._readers[descriptor]
        self._drop(descriptor)
        self._returning.add(reader)
        self.ledger.away.add(reader)
        self._moves[reader] += 1
        self._to_open.append(reader)

    def process_backlog(self):
        """Find the messages in the data that was read, and record them."""
        tails, recent, take = self._tails, self._recent, self.ledger.take
        for reader, when, data in self._backlog:
            self.received += len(data)
            recent[reader] = (recent.get(reader, b"") + data)[-event_ids.KEPT_BYTES :]
            found, tail = markers.find(tails.pop(reader) + data if reader in tails else data)
            if tail:
                tails[reader] = tail
            for poster, number, due in found:
                take(reader, int(poster), int(number), when - int(due))
        self._backlog.clear()

    def _room(self, request):
        if request not in self._rooms:
            self._rooms[request] = len(self._requests)
            self._requests.append(request)
        return self._rooms[request]

    def _open_next(self):
        while self._to_open and len(self._opening) < self.in_flight:
            self._connect(self._to_open.popleft())

    def _connect(self, reader):
        one = socket.socket()
        one.setblocking(False)
        one.setsockopt(socket.SOL_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT: the port is chosen by connect
        one.bind((f"127.0.0.{1 + reader % SOURCES}", 0))
        code = one.connect_ex(self._address_of(reader))
        descriptor = one.fileno()
        self._sockets[descriptor] = one
        self._readers[descriptor] = reader
        self._opening[descriptor] = None
        self.epoll.register(descriptor, select.EPOLLOUT)
        if code not in (0, errno.EINPROGRESS):
            self._fail(descriptor, os.strerror(code))

    def _address_of(self, reader):
        """Return a reader's server. The readers of a lost server are spread over all others."""
        servers = len(self._addresses)
        step = 1 + reader // servers % max(1, servers - 1)
        return self._addresses[(self._places[reader] + self._moves[reader] * step) % servers]

    def _continue_opening(self, descriptor, now):
        one, received = self._sockets[descriptor], self._opening[descriptor]
        try:
            if received is None:
                one.send(self._request(self._readers[descriptor]))
                self._opening[descriptor] = b""
                self.epoll.modify(descriptor, select.EPOLLIN)
                return
            data = one.recv(PIECE)
        except BlockingIOError:
            return
        except OSError as error:
            return self._fail(descriptor, error.strerror)
        received += data
        before, mark, after = received.partition(self._mark)
        if mark:
            self._is_open(descriptor, now, after)
        elif data:
            self._opening[descriptor] = received
        else:
            self._fail(descriptor, before[:60].decode(errors="replace").partition("\r\n")[0] or "closed")

    def _request(self, reader):
        last = event_ids.last_id(self._recent.get(reader, b""))
        return event_ids.resumed(self._requests[self.room_of[reader]], last)

    def _is_open(self, descriptor, now, received):
        del self._opening[descriptor]
        reader = self._readers[descriptor]
        self._backlog.append((reader, now, received))
        self._attempts.pop(reader, None)
        if reader in self._returning:
            self._returning.remove(reader)
            self.last_return = time.monotonic()
        else:
            self.opened.append(reader)

    def give_up_opening(self):
        """Count the streams that are not open yet as failed."""
        self._to_open.clear()
        for descriptor in list(self._opening):
            self._fail(descriptor, "not open in time")

    def _fail(self, descriptor, why):
        """Give up a handshake. A reader whose server was lost tries each of the others before it is gone."""
        reader = self._readers[descriptor]
        self._attempts[reader] += 1
        self._drop(descriptor)
        if reader in self._returning and self._attempts[reader] < len(self._addresses):
            self._moves[reader] += 1
            self._to_open.append(reader)
        else:
            self.failed[why] += 1

    def _drop(self, descriptor):
        self._opening.pop(descriptor, None)
        self._tails.pop(self._readers.pop(descriptor), None)
        self._sockets.pop(descriptor).close()
