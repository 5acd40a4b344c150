"""Attackers from a few addresses, who send so many requests a second in all."""

import asyncio
import json
from collections import Counter
from contextlib import suppress
from random import Random
from urllib.parse import quote, urlencode

from tests.torture.connection import BROKEN, Connection, exchange, request

from .honest import FORM, ROOM, post

ADDRESSES = [f"127.0.3.{number}" for number in range(1, 5)]
RATE = 100  # requests a second, of all of them together
SLOW = 8  # unfinished and deaf connections of each kind: bin/run alone has 64 places, a proxy in front has no limit
SLOW_S = 5
FOREIGN = [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]


class Attack:
    """`accepted` are the messages that the chat took, {address: [(room, id)]}; `answers` counts kinds and statuses."""

    def __init__(self, port, seed, victims):
        self.accepted = {address: [] for address in ADDRESSES}
        self.answers = Counter()
        self._port, self._random, self._victims = port, Random(f"{seed} attack"), victims
        self._slow = asyncio.Semaphore(SLOW)
        self._kinds = (
            *[self._flood] * 5,
            self._new_room,
            self._other_name,
            self._foreign,
            self._guess,
            self._login,
            self._unfinished,
            self._deaf,
        )
        self._count = 0

    async def run(self, addresses=ADDRESSES):
        """Attack from these addresses, until somebody cancels it."""
        running = set()
        try:
            while True:
                kind, address = self._random.choice(self._kinds), self._random.choice(addresses)
                task = asyncio.create_task(self._one(kind, address))
                running.add(task)
                task.add_done_callback(running.discard)
                await asyncio.sleep(1 / RATE)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _one(self, kind, address):
        self._count += 1
        try:
            status = await kind(address, self._count)
        except BROKEN as error:
            status = type(error).__name__
        self.answers[f"{kind.__name__.strip('_')} {status}"] += 1

    async def _send(self, address, data, room=None):
        status, body = await exchange(self._port, data, address=address)
        if room is not None and status == 200:
            self.accepted[address].append((room, json.loads(body)["id"]))
        return status

    async def _flood(self, address, count):
        return await self._send(address, post(ROOM, "troll", f"spam {count}"), ROOM)

    async def _new_room(self, address, count):
        room = f"spam-{count}"
        return await self._send(address, post(room, "troll", "spam"), room)

    async def _other_name(self, address, count):
        victim = self._random.choice(self._victims)
        return await self._send(address, post(ROOM, victim.name, f"I never said that {count}"), ROOM)

    async def _foreign(self, address, count):
        return await self._send(address, post(ROOM, "visitor", "I was made to say that", FOREIGN), ROOM)

    async def _guess(self, address, count):
        sent = [message_id for victim in self._victims for message_id in victim.sent]
        if not sent:
            return "nothing to change"
        body = urlencode({"text": "changed", "key": f"guess {count}"}).encode()
        path = f"/rooms/{quote(ROOM)}/messages/{self._random.choice(sent)}/"
        return await self._send(address, request("PATCH", path, body, [FORM]))

    async def _login(self, address, count):
        body = urlencode({"username": "admin", "password": f"guess {count}"}).encode()
        return await self._send(address, request("POST", "/admin/login/", body, [FORM]))

    async def _unfinished(self, address, count):
        return await self._hold(address, post(ROOM, "slow", "x" * 1_000)[:-900])

    async def _deaf(self, address, count):
        return await self._hold(address, request("GET", f"/rooms/{quote(ROOM)}/messages/"))

    async def _hold(self, address, data):
        if self._slow.locked():
            return "enough"
        async with self._slow:
            connection = await Connection.open(self._port, address)
            try:
                await connection.send(data)
                await asyncio.sleep(SLOW_S)
            finally:
                with suppress(OSError):
                    connection.cut()
        return "held"
