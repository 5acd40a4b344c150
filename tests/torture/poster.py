"""Somebody who writes over a bad mobile network, and repeats each message with its key until it is acknowledged."""

import asyncio
import json
import time
from contextlib import suppress
from urllib.parse import quote, urlencode

from .connection import ANSWER_S, BROKEN, Connection, exchange, request
from .ledger import Said
from .texts import text

# What the network does to one attempt, and how often.
NETWORK = {
    "works": 80,
    "cut before all is sent": 5,
    "cut while the server works": 5,
    "cut before the answer is read": 5,
    "sends it twice at once": 5,
}
FIRST_PAUSE_S, LAST_PAUSE_S = 0.1, 2
EDITED, DELETED = 0.1, 0.05  # how many of the messages are, some after the other


class Poster:
    """Says something in one of the rooms, `rate` times a second.

    The posters take turns (`turn`: 0 to 1): an untuned Pushpin stops delivering while messages are less than 25 ms
    apart, and begins again at the first longer pause.
    """

    def __init__(self, name, rooms, ports, ledger, rng, numbers, rate, turn):
        self.name, self.rooms, self.ports = name, rooms, ports
        self._ledger, self._rng, self._numbers = ledger, rng, numbers
        self._every_s, self._turn = 1 / rate, turn

    async def run(self, is_over):
        """Post until is_over(); a message that has been begun is brought to its end."""
        while not is_over():
            await asyncio.sleep(self._until_turn())
            said = compose(self._ledger, self._rng, self.name, self._rng.choice(self.rooms), next(self._numbers))
            await deliver(said, self._rng.choice(self.ports), self._ledger, self._rng, NETWORK)
            await self._change_mind(said)

    async def _change_mind(self, said):
        """Edit the message now and then, and now and then delete it."""
        if self._rng.random() < EDITED:
            said.edited_to = text(self._rng, next(self._numbers))
            await deliver(said, self._rng.choice(self.ports), self._ledger, self._rng, NETWORK, "PATCH")
        if self._rng.random() < DELETED:
            said.deleted = True
            await deliver(said, self._rng.choice(self.ports), self._ledger, self._rng, NETWORK, "DELETE")

    def _until_turn(self):
        """Return the seconds until our next turn; those that a fault let pass are not made up for."""
        return self._every_s - (time.monotonic() - self._turn * self._every_s) % self._every_s


def compose(ledger, rng, sender, room, number, words=None):
    """Note a new message in the ledger and return it."""
    key = f"{rng.getrandbits(96):024x}"
    tag = f"tag-{number}" if rng.random() < 0.3 else ""
    return ledger.say(Said(room, sender, words or text(rng, number), key, tag))


async def deliver(said, port, ledger, rng, network=None, method="POST"):
    """Send it until it is acknowledged; `network` says what happens on the way, and nothing does if it is None."""
    pause, attempts = FIRST_PAUSE_S, 0
    while not _is_acknowledged(said, method):
        attempts += 1
        said.attempts += method == "POST"
        ledger.counters["retried"] += attempts == 2
        what = rng.choices(list(network), list(network.values()))[0] if network else "works"
        for status, body in await _attempt(what, port, _request(said, rng, method), rng):
            _note(said, method, status, body, ledger)
        if not _is_acknowledged(said, method):
            await asyncio.sleep(pause * rng.uniform(0.5, 1))
            pause = min(2 * pause, LAST_PAUSE_S)


def _is_acknowledged(said, method):
    return method in said.changes if method != "POST" else said.message is not None


def _note(said, method, status, body, ledger):
    if status != 200:
        ledger.answered(f"{method} {said.text[:20]!r} to {said.room!r}", status, body)
        return
    try:
        answer = json.loads(body)
    except ValueError:
        ledger.violations.append(f"an answer that is no JSON: {body[:200]!r}")
        return
    if method == "POST":
        ledger.acknowledge(said, answer)
    else:
        ledger.acknowledge_change(said, method, answer)


def _request(said, rng, method):
    """Return the request: as a form or as JSON, the key in the body or in a header, anew at each attempt."""
    fields = {"POST": {"from": said.sender, "text": said.text}, "PATCH": {"text": said.edited_to}, "DELETE": {}}[method]
    if method == "POST" and said.tag:
        fields["tag"] = said.tag
    headers = []
    if rng.random() < 0.5:
        fields["key"] = said.key
    else:
        headers.append(("Idempotency-Key", said.key))
    if rng.random() < 0.5:
        kind, body = "application/json", json.dumps(fields)
    else:
        kind, body = "application/x-www-form-urlencoded", urlencode(fields)
    path = f"/rooms/{quote(said.room, safe='')}/messages/"
    if method != "POST":
        path += f"{said.message['id']}/"
    return request(method, path, body.encode(), [("Content-Type", kind), ("Connection", "close"), *headers])


async def _attempt(what, port, data, rng):
    """Return the answers that were read, [(status, body)]."""
    if what == "sends it twice at once":
        both = await asyncio.gather(_ask(port, data), _ask(port, data))
        return [answer for answers in both for answer in answers]
    if what == "works":
        return await _ask(port, data)
    sent = data[: rng.randrange(1, len(data))] if what == "cut before all is sent" else data
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
