"""A client that does what docs/http_api.md says, and knows what it would show."""

import json
import threading
from urllib.parse import quote, urlencode

from tests.helpers.follower import LOST
from tests.helpers.listener import Listener
from tests.helpers.running import Front

SILENCE_S = 40  # two keep-alives
PAUSE_S = 0.1


class Mirror:
    """Follows a room. `shown` are its messages, {id: text}, as the client knows them.

    `seen` says which message the events that it was given are about: {event id: message id}.
    """

    def __init__(self, url, room):
        self.room = room
        self.shown, self.history, self.seen = {}, None, {}
        self._last_event_id, self._stream, self._front = None, None, Front()
        self._front.url = url
        self._stopped, self._awake, self._here = threading.Event(), threading.Event(), threading.Event()
        self._awake.set()
        self._here.set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def freeze(self):
        """Do nothing more, like a page in the background; what arrives waits."""
        self._awake.clear()

    def thaw(self):
        self._awake.set()

    def go_away(self):
        """Close the stream, like a computer that is shut."""
        self._here.clear()
        if self._stream:
            self._stream.close()

    def come_back(self):
        self._here.set()

    def texts(self):
        return [text for _, text in sorted(self.shown.items())]

    def stop(self):
        self._stopped.set()
        self.thaw()
        self.come_back()
        if self._stream:
            self._stream.close()
        self._thread.join(SILENCE_S)

    def _run(self):
        while not self._stopped.is_set():
            self._here.wait()
            try:
                self._follow()
            except LOST:
                self._stopped.wait(PAUSE_S)

    def _follow(self):
        with Listener(self._front.url, self.room, self._last_event_id, SILENCE_S) as self._stream:
            while self._here.is_set() and not self._stopped.is_set():
                kind, data = self._stream.event(SILENCE_S)
                self._awake.wait()
                self._take(kind, data)
                self._last_event_id = self._stream.taken_event_id

    def _take(self, kind, data):
        if kind in ("stream-open", "stream-reset") and data["history"] != self.history:
            self.shown = {}
            self._catch_up("after", 0)
            self.history = data["history"]
        elif kind == "stream-reset":
            self._catch_up("after", max(self.shown, default=0))
            self._catch_up("since", self._last_event_id)
        elif kind in ("message", "message-edited", "message-deleted"):
            self.seen[self._stream.taken_event_id] = data["id"]
            self._keep(data, new=kind == "message")

    def _keep(self, message, new):
        if "deleted" in message:
            self.shown.pop(message["id"], None)
        elif new or message["id"] in self.shown:
            self.shown[message["id"]] = message["text"]

    def _catch_up(self, parameter, value):
        more = True
        while more:
            path = f"/rooms/{quote(self.room)}/messages/?{urlencode({parameter: value, 'limit': 200})}"
            status, answer = self._front.request("GET", path)
            assert status == 200, answer
            page = json.loads(answer)
            for message in page["messages"]:
                self._keep(message, new=parameter == "after")
            more = page["more"]
            value = page["last-event-id"] if parameter == "since" else page["messages"][-1]["id"] if more else None
