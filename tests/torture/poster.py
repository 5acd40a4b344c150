"""A person on a bad mobile network, who sends each message with its key until the server acknowledges it."""

import asyncio
import json
import time
from contextlib import suppress
from urllib.parse import quote, urlencode

from .connection import ANSWER_S, BROKEN, Connection, exchange, request
from .ledger import SentMessage
from .texts import text

# The faults of the network, and how many of 100 attempts each of them hits.
NETWORK = {
    "works": 80,
    "cut before it is sent completely": 5,
    "cut while the server works": 5,
    "cut before the answer is read": 5,
    "sent twice at the same time": 5,
}
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 2
EDITED, DELETED = 0.1, 0.05  # the shares of messages that are edited and deleted; some are both


class Poster:
    """Posts in one of the rooms, `rate` times a second.

    The posters take turns at equal intervals (`turn`: 0 to 1), so that there is no long pause. An untuned Pushpin
    delivers nothing until there is a pause of 25 ms.
    """

    def __init__(self, name, rooms, ports, ledger, rng, numbers, rate, turn):
        self.name, self.rooms, self.ports = name, rooms, ports
        self._ledger, self._rng, self._numbers = ledger, rng, numbers
        self._every_s, self._turn = 1 / rate, turn

    async def run(self, is_over):
        """Post until is_over(); finish a message that has been started."""
        while not is_over():
            await asyncio.sleep(self._until_turn())
            sent = compose(self._ledger, self._rng, self.name, self._rng.choice(self.rooms), next(self._numbers))
            await deliver(sent, self._rng.choice(self.ports), self._ledger, self._rng, NETWORK)
            await self._edit_or_delete(sent)

    async def _edit_or_delete(self, sent):
        """Sometimes edit the message, and sometimes delete it."""
        if self._rng.random() < EDITED:
            sent.edited_to = text(self._rng, next(self._numbers))
            await deliver(sent, self._rng.choice(self.ports), self._ledger, self._rng, NETWORK, "PATCH")
        if self._rng.random() < DELETED:
            sent.deleted = True
            await deliver(sent, self._rng.choice(self.ports), self._ledger, self._rng, NETWORK, "DELETE")

    def _until_turn(self):
        """Return the seconds until our next turn. Turns missed during a fault are skipped."""
        return self._every_s - (time.monotonic() - self._turn * self._every_s) % self._every_s


def compose(ledger, rng, sender, room, number, words=None):
    """Add a new message to the ledger and return it."""
    key = f"{rng.getrandbits(96):024x}"
    tag = f"tag-{number}" if rng.random() < 0.3 else ""
    return ledger.add(SentMessage(room, sender, words or text(rng, number), key, tag))


async def deliver(sent, port, ledger, rng, network=None, method="POST"):
    """Send the message until it is acknowledged. `network` is {fault: weight}; None means a good network."""
    pause, attempts = FIRST_PAUSE_S, 0
    while not _is_acknowledged(sent, method):
        attempts += 1
        sent.attempts += method == "POST"
        ledger.counters["retried"] += attempts == 2
        what = rng.choices(list(network), list(network.values()))[0] if network else "works"
        for status, body in await _attempt(what, port, _request(sent, rng, method), rng):
            _note(sent, method, status, body, ledger)
        if not _is_acknowledged(sent, method):
            await asyncio.sleep(pause * rng.uniform(0.5, 1))
            pause = min(2 * pause, LAST_PAUSE_S)


def _is_acknowledged(sent, method):
    return method in sent.changes if method != "POST" else sent.message is not None


def _note(sent, method, status, body, ledger):
    if status != 200:
        ledger.answered(f"{method} {sent.text[:20]!r} to {sent.room!r}", status, body)
        return
    try:
        answer = json.loads(body)
    except ValueError:
        ledger.violations.append(f"an answer is not JSON: {body[:200]!r}")
        return
    if method == "POST":
        ledger.acknowledge(sent, answer)
    else:
        ledger.acknowledge_change(sent, method, answer)


def _request(sent, rng, method):
    """Return the request. Each attempt chooses again between form and JSON, and between body and header for the key."""
    fields = {"POST": {"from": sent.sender, "text": sent.text}, "PATCH": {"text": sent.edited_to}, "DELETE": {}}[method]
    if method == "POST" and sent.tag:
        fields["tag"] = sent.tag
    headers = []
    if rng.random() < 0.5:
        fields["key"] = sent.key
    else:
        headers.append(("Idempotency-Key", sent.key))
    if rng.random() < 0.5:
        kind, body = "application/json", json.dumps(fields)
    else:
        kind, body = "application/x-www-form-urlencoded", urlencode(fields)
    path = f"/rooms/{quote(sent.room, safe='')}/messages/"
    if method != "POST":
        path += f"{sent.message['id']}/"
    headers += [("Content-Type", kind), ("Connection", "close")]
    return request(method, path, body.encode(), headers, sent.sender)


async def _attempt(what, port, data, rng):
    """Send the request once or twice; return the answers that were read: [(status, body)]."""
    if what == "sent twice at the same time":
        both = await asyncio.gather(_ask(port, data), _ask(port, data))
        return [answer for answers in both for answer in answers]
    if what == "works":
        return await _ask(port, data)
    sent = data[: rng.randrange(1, len(data))] if what == "cut before it is sent completely" else data
    wait_s = rng.uniform(0.02, 0.2) if what == "cut before the answer is read" else rng.uniform(0, 0.01)
    with suppress(*BROKEN):
        await asyncio.wait_for(_send_and_cut(port, sent, wait_s), ANSWER_S)
    return []


async def _ask(port, data):
    try:
        return [await exchange(port, data)]
    except BROKEN:
        return []


async def _send_and_cut(port, data, wait_s):
    connection = await Connection.open(port)
    try:
        await connection.send(data)
        await asyncio.sleep(wait_s)
    finally:
        connection.cut()
