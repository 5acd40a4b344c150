"""Posts on several connections, in a closed loop or on a schedule, and records which posts were acknowledged."""

import select
import time
from array import array
from collections import Counter, defaultdict

from . import markers
from .figures import spread

ANSWER_S = 60  # the longest time to wait for the last answers


class Posting:
    """One run. `requests` are pairs (before, after), one for each room; see markers.template().

    Each pair of a connection and a room is a poster of its own: its number is the connection's times the number of
    rooms, plus the room's. The messages of a poster have an order: each is posted after the acknowledgement of the
    last one. With `last_numbers`, {poster: its last number}, each room is one poster instead, who goes on after that
    number. So all messages of the room have one order.
    """

    def __init__(self, connections, requests, first_poster=0, good=(200,), stop=None, last_numbers=None):
        """`good` are the statuses of an accepted post. Posting ends when the descriptor `stop` becomes readable."""
        self._connections, self._requests = connections, requests
        self._first, self._good, self._stop = first_poster, good, stop
        self._one_poster = last_numbers is not None
        self._numbers = defaultdict(int, last_numbers or {})  # poster -> its last number
        self._before = sum(self._numbers.values())
        self._room = 0
        self._waiting = {}  # the connection's index -> (poster, number, when the message was due)
        self._epoll = select.epoll()
        for connection in connections:
            self._epoll.register(connection.fileno(), select.EPOLLIN)
        self._index = {connection.fileno(): index for index, connection in enumerate(connections)}
        self._unsure = []
        self._statuses = Counter()
        self._took_ns, self._counting = array("q"), True

    def closed_loop(self, seconds, warm_up=0):
        """Post the next message of each connection as soon as it has its answer, for `seconds` after the warm-up."""
        self._counting = not warm_up
        began = time.monotonic_ns()
        count_from, until = began + int(warm_up * 1e9), began + int((warm_up + seconds) * 1e9)
        for index in range(len(self._connections)):
            self._post(index, time.monotonic_ns())
        while (now := time.monotonic_ns()) < until:
            if not self._counting and now >= count_from:
                self._counting = True
            for index in self._answers((until - now) / 1e9):
                self._post(index, time.monotonic_ns())
        counted = len(self._took_ns)
        self._finish()
        return self._figures(counted, seconds)

    def on_schedule(self, rate, seconds):
        """Post `rate` messages a second, even if answers are late. The time of a message begins when it is due."""
        idle = list(range(len(self._connections)))
        began, step = time.monotonic_ns(), 1e9 / rate
        for number in range(round(rate * seconds)):
            due = began + int(number * step)
            while (now := time.monotonic_ns()) < due or not idle or self._must_wait():
                idle += self._answers((due - now) / 1e9 if now < due and idle else 1)
                if now > due + ANSWER_S * 1e9:
                    raise TimeoutError(f"no answer within {ANSWER_S} s")
            if self._is_stopped():
                break
            self._post(idle.pop(0), due)
        seconds = (time.monotonic_ns() - began) / 1e9
        self._finish()
        return self._figures(len(self._took_ns), seconds)

    def _must_wait(self):
        """Return whether the next room is one poster, whose last message has no answer yet."""
        next_one = self._first + self._room
        return self._one_poster and any(poster == next_one for poster, _, _ in self._waiting.values())

    def _is_stopped(self):
        return self._stop is not None and bool(select.select([self._stop], [], [], 0)[0])

    def _post(self, index, due):
        room = self._room
        self._room = (room + 1) % len(self._requests)
        poster = self._first + room + (0 if self._one_poster else index * len(self._requests))
        self._numbers[poster] += 1
        number = self._numbers[poster]
        before, after = self._requests[room]
        self._waiting[index] = poster, number, due
        marked = before if after is None else before + markers.digits(poster, number, due) + after
        self._connections[index].send(marked)

    def _answers(self, seconds):
        """Wait for answers, at most `seconds`; return the indexes of the connections whose answers are complete."""
        # epoll's own timeout is rounded up to milliseconds.
        if not select.select([self._epoll], [], [], max(0, seconds))[0]:
            return []
        answered = []
        for descriptor, _ in self._epoll.poll(0):
            index = self._index[descriptor]
            status = self._connections[index].read()
            if status is not None:
                if index in self._waiting:  # else the server has closed an idle connection
                    answered.append(index)
                self._record(index, status)
        return answered

    def _record(self, index, status):
        now = time.monotonic_ns()
        poster, number, due = self._waiting.pop(index, (None, None, now))
        if poster is not None:
            if status not in self._good:
                self._unsure.append((poster, number))
            if self._counting:
                self._statuses[status] += 1
                if status in self._good:
                    self._took_ns.append(now - due)
        if status == "closed" or self._connections[index].wants_to_close:
            self._connect_again(index)

    def _connect_again(self, index):
        connection = self._connections[index]
        del self._index[connection.fileno()]
        connection.connect_again()
        self._index[connection.fileno()] = index
        self._epoll.register(connection.fileno(), select.EPOLLIN)

    def _finish(self):
        """Wait for the remaining answers."""
        until = time.monotonic() + ANSWER_S
        while self._waiting and time.monotonic() < until:
            self._answers(1)
        for index, (poster, number, _) in self._waiting.items():
            self._unsure.append((poster, number))
            self._statuses["no answer"] += 1
            self._connect_again(index)  # else the answer would be taken for that to the next message
        self._epoll.close()

    def _figures(self, counted, seconds):
        return {
            "posted": sum(self._statuses[status] for status in self._good),
            "in_all": sum(self._numbers.values()) - self._before,
            "rate": counted / seconds,
            **spread(self._took_ns),
            "errors": {str(status): count for status, count in self._statuses.items() if status not in self._good},
            "reconnects": sum(connection.reconnects for connection in self._connections),
            "last_numbers": dict(self._numbers),
            "unsure": self._unsure,
        }
