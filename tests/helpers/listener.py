"""A reader of one room's event stream."""

import json
import queue
import socket
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from tests.helpers.sse import EventParser

ANSWER_S = 10


class Listener:
    """Reads one room's event stream, like `curl -N`, from /events/ or another path."""

    def __init__(self, url, room, last_event_id=None, seconds=ANSWER_S, path=None):
        self.last_event_id = self.taken_event_id = last_event_id  # the last that arrived, and that event() returned
        self._events = queue.Queue()
        where = urlsplit(url)
        self._connection = HTTPConnection(where.hostname, where.port, timeout=seconds)
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = last_event_id
        path = path or f"/events/?{urlencode({'channel': f'room-{room}'})}"
        self._connection.request("GET", path, headers=headers)
        self._socket = self._connection.sock  # http.client drops it when it sees "Connection: close"
        self._response = self._connection.getresponse()
        self.status = self._response.status
        if self.status != 200:
            answer = self._response.read().decode()
            self._connection.close()
            raise AssertionError((self.status, answer))
        self._socket.settimeout(None)  # silence is no error; next() has a time limit
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def next(self, kind, seconds=ANSWER_S):
        """Return the data of the next event of this kind, decoded from JSON; skip events of other kinds."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                event = self._events.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind} within {seconds} s") from None
            if event is None:
                self._events.put(None)
                raise AssertionError(f"the stream ended without a {kind}")
            if event["event"] == kind:
                return json.loads(event["data"]) if event["data"] else None

    def event(self, seconds=ANSWER_S):
        """Return the next event, whatever it is: (kind, data)."""
        try:
            event = self._events.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"no event within {seconds} s") from None
        if event is None:
            self._events.put(None)
            raise AssertionError("the stream has ended")
        self.taken_event_id = event.get("id", self.taken_event_id)
        return event["event"], json.loads(event["data"])

    def message(self, seconds=ANSWER_S):
        """Return the next chat message."""
        return self.next("message", seconds)

    def wait_until_ended(self, seconds=ANSWER_S):
        """Wait until the other side ends the stream; skip the events before that."""
        deadline = time.monotonic() + seconds
        while self._events.get(timeout=max(0, deadline - time.monotonic())) is not None:
            pass

    def close(self):
        with suppress(OSError):  # it has ended already
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the reading thread; close() would not
        self._thread.join(ANSWER_S)
        self._connection.close()

    def _read(self):
        parser = EventParser()
        try:
            for line in self._response:
                for event in parser.feed(line):
                    self.last_event_id = event.get("id", self.last_event_id)
                    self._events.put(event)
        except (OSError, ValueError):
            pass  # the other side cut the stream, or we closed it
        finally:
            self._events.put(None)
