"""A reader of a room that works exactly like the page, and also notices faults that the page would hide."""

import asyncio
import json
import time
from collections import deque
from urllib.parse import quote, urlencode

from tests.helpers.sse import EventParser

from .connection import BROKEN, Connection, exchange, request
from .continuity import Continuity
from .ledger import version_of
from .pages import read_page

OPENED_S, SILENCE_S = 15, 50  # as in the page: for a lost request, and for two missed keep-alives of 20 s each
# A tenth of the page's pauses, so that the run measures the server's recovery and not these pauses.
PAUSES_S = (0.1, 0.2, 0.4, 0.8, 1.6, 3)
CATCH_UP_LIMIT = 200  # messages a request
LAST_EVENTS = 12  # the number of events that a complaint quotes


class Reader:
    """One open page of the room.

    `shown` are its messages, {message id: message}. `removed` are the deleted ones, {message id: version}. `awaiting`
    are the message ids and ("change", id) that must still arrive, {id: time of the acknowledgement}.
    """

    def __init__(self, name, room, port, ledger, rng, *, by_page=False, resident=True):
        self.name, self.room, self.port, self.ledger = name, room, port, ledger
        self.resident = resident  # stays for the whole run
        self.shown, self.removed, self.awaiting = {}, {}, {}
        self.since = None  # the page must show every message of the room from this id on
        self.until = None  # the last id that the page must show, if the reader has left; otherwise None
        self.opened = asyncio.Event()
        self.last_event_id = None
        self.doing = "loading the page"
        self._rng, self._by_page = rng, by_page
        self._in_one = rng.random() < 0.5
        self._frontier = 0
        self._good_event_id = None  # no event up to this one is missing
        self._changes_from = None  # while catching up: no change up to this event is missing
        self._connection = None
        self._failures = 0
        self._last_events = deque(maxlen=LAST_EVENTS)
        self._resets = 0
        self._catching_up = None
        self._reading, self._online = asyncio.Event(), asyncio.Event()
        self._reading.set()
        self._online.set()

    async def run(self):
        """Read until cancelled."""
        try:
            await self._enter()
            while True:
                await self._online.wait()
                await self._stream()
                self.ledger.counters["reconnects"] += 1
                await self._pause()
        finally:
            if self._catching_up:
                self._catching_up.cancel()

    def leave(self):
        """Close the page: it must have shown every message up to its last one."""
        self.until = max(self.shown, default=0)
        self.ledger.leave(self)
        self.cut()

    def cut(self):
        """Cut the connection; the reader will reconnect."""
        if self._connection:
            self._connection.cut()

    def stop_reading(self):
        """Stop reading, but leave the connection open."""
        self._reading.clear()

    def version(self, number):
        """Return the newest version of the message that this reader knows, 0 for an unchanged message."""
        return self.removed.get(number) or version_of(self.shown.get(number, {}))

    @property
    def last_events(self):
        return f"last events: {', '.join(self._last_events) or 'none'}"

    def continue_reading(self):
        """Read again, after stop_reading()."""
        self._reading.set()

    def go_offline(self):
        """Cut the connection, and do not reconnect."""
        self._online.clear()
        self.cut()

    def go_online(self):
        """Reconnect, after go_offline()."""
        self._online.set()

    def resume_at(self, event_id):
        """Reconnect, and ask for the events after this id, which may be malformed or from another database."""
        self.last_event_id = event_id
        self.cut()

    async def _enter(self):
        load = self._load_page if self._by_page else self._load_list
        while (loaded := await load()) is None:
            await self._pause()
        messages, self.last_event_id, more = loaded
        self._good_event_id = self.last_event_id
        self.since = min((m["id"] for m in messages), default=0) if more else 0
        self.ledger.enter(self)
        for message in messages:
            self._show(message)
        self._frontier = max(self.shown, default=0)

    async def _load_list(self):
        body = await self._get(f"/rooms/{quote(self.room, safe='')}/messages/")
        if body is not None:
            answer = json.loads(body)
            return answer["messages"], answer["last-event-id"], answer["more"]

    async def _load_page(self):
        body = await self._get(f"/{quote(self.room, safe='')}?{urlencode({'user': self.name})}")
        return None if body is None else read_page(body)

    async def _get(self, path):
        """Return the body, or None if there was no answer 200."""
        try:
            status, body = await exchange(self.port, request("GET", path, headers=[("Connection", "close")]))
        except BROKEN:
            return None
        if status != 200:
            self.ledger.answered(f"GET {path}", status, body)
            return None
        return body

    async def _stream(self):
        """Read one stream until its connection is lost."""
        query = {"channel": f"room-{self.room}", "lastEventId": self.last_event_id}
        path = f"/events/?{urlencode(query)}"
        continuity = Continuity(self.room, self.last_event_id)
        try:
            self.doing = "connecting"
            self._connection = await Connection.open(self.port)
            self.doing = f"waiting for an answer to {path}"
            await self._connection.send(request("GET", path, headers=[("Accept", "text/event-stream")]))
            status = await asyncio.wait_for(self._connection.head(), OPENED_S)
            if status != 200:
                self.ledger.answered(f"GET {path}", status, await asyncio.wait_for(self._connection.body(), 5))
                return
            self.doing = f"reading {path}"
            await self._read_events(EventParser(), continuity)
        except BROKEN:
            pass  # the connection was lost, or we cut it
        finally:
            if self._connection:
                self._connection.cut()
                self._connection = None

    async def _read_events(self, parser, continuity):
        while data := await asyncio.wait_for(self._connection.piece(), SILENCE_S):
            await self._reading.wait()
            for event in parser.feed(data):
                self._take(event, continuity)

    def _take(self, event, continuity):
        kind, event_id, wrong = event["event"], event.get("id"), None
        if kind == "stream-open":
            wrong = continuity.opened(event_id)
            self._failures = 0
            self.opened.set()
        elif kind == "message":
            message = json.loads(event["data"])
            wrong = continuity.message(event_id, message["id"])
            self._show(message)
        elif kind == "recheck":
            wrong = continuity.recheck(event_id)
        elif kind in ("message-edited", "message-deleted"):
            message = json.loads(event["data"])
            wrong = continuity.change(event_id, message["id"], version_of(message))
            self._change(message)
        elif kind == "stream-reset":
            wrong = continuity.reset(event_id)
            self._reset()
        elif kind != "keep-alive":
            wrong = f"unexpected event {event}"
        self.last_event_id = event_id or self.last_event_id
        if kind != "stream-open":
            self._good_event_id = event_id or self._good_event_id
        moment = time.monotonic() - self.ledger.began
        self._last_events.append(f"{moment:.3f} s {kind} {(event_id or '-').rpartition(':')[2]}")
        if wrong:
            self._complain(f"{wrong} ({self.last_events})")

    def _show(self, message):
        self._take_version(message)
        if self._catching_up is None:
            self._frontier = max(self._frontier, message["id"])

    def _change(self, message):
        """Show a new version of a shown message, or remove a deleted one."""
        if "deleted" in message or message["id"] in self.shown:
            self._take_version(message)

    def _take_version(self, message):
        number, known = message["id"], self.shown.get(message["id"])
        if version_of(message) < self.version(number) or number in self.removed:
            return
        if known and version_of(known) == version_of(message):
            if known != message:
                self._complain(f"{message} arrived before as {known}")
            return
        if "deleted" in message:
            self.shown.pop(number, None)
            self.removed[number] = version_of(message)
        else:
            self.shown[number] = message
            self.ledger.counters["deliveries"] += known is None
        self.ledger.received(self, number)

    def _complain(self, wrong):
        self.ledger.violations.append(f"{self.name} in {self.room!r} at front {self.port}: {wrong}")

    def _reset(self):
        self.ledger.counters["resets"] += 1
        self._resets += 1
        if self._catching_up is None:
            self._changes_from = self._good_event_id
            self._catching_up = asyncio.ensure_future(self._catch_up())

    async def _catch_up(self):
        """After each reset, fetch the messages after the frontier and the changes, in one list or as older clients do.

        Meanwhile, live messages do not move the frontier.
        """
        caught_up = 0
        while caught_up < self._resets:
            begun = self._resets
            if self._in_one:
                while await self._next_missed():
                    pass
            else:
                while await self._next_page():
                    pass
                while await self._next_changes():
                    pass
            caught_up = begun
        self._catching_up = None
        self._frontier = max(self.shown, default=0)

    async def _next_missed(self):
        """Fetch one page of what was missed; return whether there is more."""
        frontier = self._frontier
        answer = await self._ask_for(after=frontier, since=self._changes_from)
        for message in answer["messages"]:
            del message["event"]  # no other list has it
            if message["id"] > frontier:
                self._show(message)
            else:
                self._change(message)
            self._frontier = max(self._frontier, message["id"])
        self._changes_from = answer["last-event-id"]
        return answer["more"]

    async def _next_page(self):
        """Fetch one page of messages after the frontier; return whether there are more."""
        answer = await self._ask_for(after=self._frontier)
        for message in answer["messages"]:
            self._show(message)
            self._frontier = message["id"]
        return answer["more"]

    async def _next_changes(self):
        """Fetch one page of changes; return whether there are more."""
        answer = await self._ask_for(since=self._changes_from)
        for message in answer["messages"]:
            self._change(message)
        self._changes_from = answer["last-event-id"]
        return answer["more"]

    async def _ask_for(self, **wanted):
        query = urlencode({**wanted, "limit": CATCH_UP_LIMIT})
        while (body := await self._get(f"/rooms/{quote(self.room, safe='')}/messages/?{query}")) is None:
            await asyncio.sleep(0.5 * self._rng.uniform(0.5, 1))
        return json.loads(body)

    async def _pause(self):
        self.doing = "pausing"
        pause = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        await asyncio.sleep(pause * self._rng.uniform(0.5, 1))
