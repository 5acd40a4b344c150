"""People whose connections are lost and who come back by themselves, as the page does."""

import json
import secrets
import threading
import time
from collections import Counter
from http.client import HTTPException
from urllib.parse import quote, urlencode

from tests.helpers.four_people import FourPeople
from tests.helpers.listener import ANSWER_S, Listener
from tests.helpers.running import wait_for

PAUSE_S = 0.1
PATIENCE_S = 30
LOST = (OSError, HTTPException, AssertionError)


class Follower:
    """Reads a room's stream, and resumes it at the last event id whenever it ends.

    `told` are the messages as they came, `connections` the streams that were opened.
    """

    def __init__(self, url, room, path=None):
        self.told, self.connections = [], 0
        self._url, self._room, self._path = url, room, path
        self._last_event_id = None
        self._stream = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for(lambda: self.connections, PATIENCE_S)

    def wait_until_told(self, messages):
        """Wait for as many messages; fail unless they are these."""
        wait_for(lambda: len(self.told) >= len(messages), PATIENCE_S)
        told, wanted = Counter(m["id"] for m in self.told), Counter(m["id"] for m in messages)
        assert told == wanted, f"told beyond: {told - wanted}, never told: {wanted - told}"
        assert self.told == messages

    def come_back(self):
        """Give the stream up, as one does after a long silence, and open another."""
        before = self.connections
        self._stream.close()
        wait_for(lambda: self.connections > before, PATIENCE_S)

    def leave(self):
        self._over.set()
        self._stream.close()
        self._thread.join(ANSWER_S)

    def _run(self):
        while not self._over.is_set():
            try:
                self._follow()
            except LOST:
                time.sleep(PAUSE_S)

    def _follow(self):
        with Listener(self._url, self._room, self._last_event_id, PATIENCE_S, self._path) as self._stream:
            self._stream.next("stream-open", PATIENCE_S)
            self.connections += 1
            try:
                while True:
                    self.told.append(self._stream.message(2 * PATIENCE_S))
            finally:
                self._last_event_id = self._stream.last_event_id


class Talkers(FourPeople):
    """Four people who talk with short pauses while in `with`; what fails they send again with its key.

    `said` are the messages that were acknowledged.
    """

    def __init__(self, chat, room):
        super().__init__()
        self.said = []
        self._chat, self._path = chat, f"/rooms/{quote(room, safe='')}/messages/"

    def __exit__(self, *error):
        super().__exit__(*error)
        self.said.sort(key=lambda message: message["id"])

    def wait_for_more(self, count=20):
        goal = len(self.said) + count
        wait_for(lambda: len(self.said) >= goal, PATIENCE_S)

    def act(self, name):
        body = urlencode({"from": name, "text": "And then?", "key": secrets.token_hex(8)})
        self.said.append(wait_for(lambda: self._acknowledged(body), PATIENCE_S))
        self.over.wait(PAUSE_S)  # two cores have to start servers meanwhile

    def _acknowledged(self, body):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            status, answer = self._chat.request("POST", self._path, body, headers)
        except LOST:
            return None
        return json.loads(answer) if status == 200 else None
