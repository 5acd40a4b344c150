"""People who use the chat while others attack it."""

import threading
import time
from http.client import HTTPConnection, HTTPException
from itertools import count
from urllib.parse import urlencode

KINDS = ("page", "list", "post", "stream")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PAUSE_S = 0.05


class Victims:
    """One person for each kind of request, while in `with`.

    Afterwards `answers` has [(kind, status, seconds)]; the status of what was never answered is None.
    """

    def __init__(self, address, patience_s, each=1):
        self._address, self._patience_s = address, patience_s
        self.answers = []
        self._over = threading.Event()
        self._people = [
            threading.Thread(target=self._use, args=(kind,), daemon=True) for kind in KINDS for _ in range(each)
        ]

    def __enter__(self):
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for person in self._people:
            person.join()

    def seconds(self, kind):
        """Return how long each of the kind's requests took, the quickest first."""
        return sorted(seconds for found, _, seconds in self.answers if found == kind)

    def failed(self):
        return [answer for answer in self.answers if answer[1] != 200]

    def _use(self, kind):
        for number in count():
            if self._over.wait(PAUSE_S):
                return
            began = time.monotonic()
            status = self._ask(kind, number)
            self.answers.append((kind, status, time.monotonic() - began))

    def _ask(self, kind, number):
        """Return the status, once the answer is complete or the stream is open."""
        connection = HTTPConnection(*self._address, timeout=self._patience_s)
        try:
            if kind == "post":
                connection.request("POST", "/rooms/lobby/messages/", urlencode({"from": "ann", "text": number}), FORM)
            else:
                paths = {"page": "/lobby?user=ann", "list": "/rooms/lobby/messages/"}
                connection.request("GET", paths.get(kind, "/events/?channel=room-lobby"))
            answer = connection.getresponse()
            answer.read() if kind != "stream" else answer.readline()
            return answer.status
        except (OSError, HTTPException):
            return None
        finally:
            connection.close()
