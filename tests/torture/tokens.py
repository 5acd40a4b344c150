"""A run with the policy SignedTokens: people have tokens, strangers have none, and rooms are rechecked all the time."""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from contextlib import suppress
from urllib.parse import quote, urlencode

import jwt

from tests.helpers.running import PROJECT
from tests.helpers.sse import EventParser

from . import connection
from .connection import BROKEN, Connection, exchange, request

KEY = "a secret of the torture, which has more than 32 bytes"
SETTINGS = {"POLICY": "tokens", "TOKEN_KEYS": json.dumps({"torture": {"alg": "HS256", "key": KEY}})}
HOUR_S = 3600
SHORT_S = 1  # how long a guest's token is valid
LEEWAY_S = 5  # for so much longer the policy takes it
PAUSE_S = 0.3
RECHECK_EVERY_S = 0.7
TEMPORARY = re.compile(rb"retry: [0-9]+\n\n|")

RUN_RECHECKS = """
import sys, time
from django.db import close_old_connections
from chat.models import Recheck
from chat.policy import recheck
print("ready", flush=True)
for line in sys.stdin:
    try:
        recheck(line.rstrip("\\n"))
    except Exception as error:
        print("failed", type(error).__name__, file=sys.stderr, flush=True)
    close_old_connections()
"""


def sign(name, rooms, seconds=HOUR_S):
    """Return a token for these rooms. Without `sub`, messages have no author, which the verdict does not know."""
    claims = {"name": name, "read": rooms, "write": rooms, "exp": time.time() + seconds}
    return jwt.encode(claims, KEY, algorithm="HS256")


def give_all_people_tokens():
    """Let each request have a token for all rooms, with the name of the one who sends it."""
    connection.authorization = lambda name: [("Authorization", f"Bearer {sign(name, ['*'])}")]


class Rechecker:
    """A command that goes on for the whole run, and rechecks a room now and then."""

    def __init__(self, stack, ledger, rooms, rng):
        self._stack, self._ledger, self._rooms, self._rng = stack, ledger, rooms, rng

    async def run(self):
        command = [PROJECT / ".venv/bin/python", PROJECT / "manage.py", "shell", "-v0", "-c", RUN_RECHECKS]
        child = subprocess.Popen(
            command, env=self._stack.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=sys.stderr
        )
        try:
            await asyncio.to_thread(child.stdout.readline)
            while True:
                await asyncio.sleep(RECHECK_EVERY_S * self._rng.uniform(0.5, 1.5))
                child.stdin.write(f"{self._rng.choice(self._rooms)}\n".encode())
                child.stdin.flush()
                self._ledger.counters["rechecks called"] += 1
        finally:
            child.kill()
            await asyncio.to_thread(child.wait)


class Stranger:
    """Tries every way to a room's messages, without a token or with one for other rooms."""

    def __init__(self, room, port, ledger, rng):
        self._room, self._port, self._ledger, self._rng = room, port, ledger, rng

    async def run(self):
        while True:
            path = self._rng.choice(self._paths())
            token = self._rng.choice([None, sign("Mallory", ["other-*"]), sign("Mallory", ["*"], -60), "junk"])
            headers = [] if token is None else [("Authorization", f"Bearer {token}")]
            headers.append(("Grip-Last", f"events-{quote(f'room-{self._room}')}; last-id=0"))
            with suppress(*BROKEN):
                data = request("GET", path, headers=[*headers, ("Connection", "close")], name=None)
                self._judge(path, *await exchange(self._port, data))
            await asyncio.sleep(PAUSE_S * self._rng.uniform(0.5, 1))

    def _paths(self):
        room, channel = quote(self._room, safe=""), f"room-{self._room}"
        next_link = {"channel": channel, "link": "next", "lastEventId": f"{quote(channel)}:0"}
        return [
            f"/rooms/{room}/messages/",
            f"/rooms/{room}/messages/?after=0",
            f"/{room}?user=Mallory",
            f"/rooms/{room}/events/",
            f"/events/?{urlencode({'channel': channel})}",
            f"/events/?{urlencode(next_link)}",
            f"/events/?{urlencode({**next_link, 'recover': 'true'})}",
            f"/events/7/?{urlencode(next_link)}",
            "/events/7/?link=next&recover=true",
        ]

    def _judge(self, path, status, body):
        self._ledger.counters["strangers refused"] += 1
        if status == 200 and not TEMPORARY.fullmatch(body):
            self._ledger.violations.append(f"a stranger got {path}: {body[:200]!r}")


class Guest:
    """Reads a room with tokens that soon expire. A recheck after that must end the stream."""

    def __init__(self, room, port, ledger, rng):
        self._room, self._port, self._ledger, self._rng = room, port, ledger, rng
        self.streams = []  # (when the right was over, the greatest number that came)
        ledger.guests.append(self)

    @property
    def channel(self):
        return f"room-{self._room}"

    async def run(self):
        while True:
            over = time.time() + SHORT_S + LEEWAY_S
            token = sign("Trent", [self._room], SHORT_S)
            path = f"/events/?{urlencode({'channel': self.channel, 'token': token})}"
            stream = [over, 0]
            self.streams.append(stream)
            with suppress(*BROKEN):
                await self._read(await Connection.open(self._port), path, stream)
            await asyncio.sleep(PAUSE_S * self._rng.uniform(0.5, 1))

    async def _read(self, opened, path, stream):
        try:
            await opened.send(request("GET", path, name=None))
            if await asyncio.wait_for(opened.head(), 15) != 200:
                return
            parser = EventParser()
            while data := await asyncio.wait_for(opened.piece(), 50):
                for event in parser.feed(data):
                    if found := re.search(":([0-9]+)$", event.get("id", "")):
                        stream[1] = int(found[1])
            self._ledger.counters["guests' streams ended"] += 1
        finally:
            opened.cut()


def shown_without_right(guests, rechecks):
    """Yield what guests were shown after a recheck that came when their right was over.

    `rechecks` are the rows of the log: (channel, number, the time of the event).
    """
    of_channel = defaultdict(list)
    for channel, number, moment in rechecks:
        of_channel[channel].append((number, moment))
    for guest in guests:
        for over, greatest in guest.streams:
            later = [number for number, moment in of_channel[guest.channel] if moment > over]
            if later and greatest > min(later):
                yield f"a guest of {guest.channel!r} got event {greatest}, after the recheck {min(later)}"
