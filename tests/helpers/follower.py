"""Readers and posters that survive lost connections: like the page, they reconnect and send again."""

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
    """Reads a room's stream, and resumes it after the last event id whenever it ends.

    `received` lists the messages in order of arrival. `connections` counts the streams that opened.
    """

    patience_s = PATIENCE_S

    def __init__(self, url, room, path=None):
        self.received, self.connections = [], 0
        self._url, self._room, self._path = url, room, path
        self._last_event_id = None
        self._stream = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_for(lambda: self.connections, PATIENCE_S)

    def wait_until_received(self, messages):
        """Wait until this many messages have arrived; fail unless they are exactly these, in this order."""
        wait_for(lambda: len(self.received) >= len(messages), self.patience_s)
        received, wanted = Counter(m["id"] for m in self.received), Counter(m["id"] for m in messages)
        assert received == wanted, f"too many: {received - wanted}, missing: {wanted - received}"
        assert self.received == messages

    def reconnect(self):
        """Close the stream, as the page does after a long silence, and wait until another one is open."""
        before = self.connections
        self._stream.close()
        wait_for(lambda: self.connections > before, PATIENCE_S)

    def stop(self):
        self._stopped.set()
        self._stream.close()
        self._thread.join(ANSWER_S)

    def _run(self):
        while not self._stopped.is_set():
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
                    self.received.append(self._stream.message(2 * self.patience_s))
            finally:
                self._last_event_id = self._stream.last_event_id


class Talkers(FourPeople):
    """Four people who post with short pauses inside `with`. If a post fails, they send it again with the same key.

    `acknowledged` lists the messages that the server answered with 200.
    """

    pause_s, patience_s, again_s = PAUSE_S, PATIENCE_S, 0.05

    def __init__(self, chat, room):
        super().__init__()
        self.acknowledged = []
        self._chat, self._path = chat, f"/rooms/{quote(room, safe='')}/messages/"

    def __exit__(self, *error):
        super().__exit__(*error)
        self.acknowledged.sort(key=lambda message: message["id"])

    def wait_for_more(self, count=20):
        """Wait until the server has acknowledged `count` more messages."""
        goal = len(self.acknowledged) + count
        wait_for(lambda: len(self.acknowledged) >= goal, self.patience_s)

    def act(self, name):
        body = urlencode({"from": name, "text": "And then?", "key": secrets.token_hex(8)})
        self.acknowledged.append(wait_for(lambda: self._post(body), self.patience_s, self.again_s))
        self.stopped.wait(self.pause_s)  # leave the two cores time to start servers

    def _post(self, body):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            status, answer = self._chat.request("POST", self._path, body, headers)
        except LOST:
            return None
        return json.loads(answer) if status == 200 else None


class PatientTalkers(Talkers):
    """For chats that are stopped and started, on a busy machine."""

    patience_s = 90
