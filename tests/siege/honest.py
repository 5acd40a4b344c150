"""Ten people who write, and a hundred who read."""

import asyncio
import json
import time
from contextlib import suppress
from random import Random
from urllib.parse import urlencode

from tests.helpers.sse import EventParser
from tests.torture.connection import BROKEN, Connection, exchange, request

ROOM = "plaza"
POSTERS, READERS, READERS_AT_ONE_ADDRESS = 10, 100, 5
PAUSE_S = (1.2, 2.5)
FORM = ("Content-Type", "application/x-www-form-urlencoded")


def post(room, sender, text, headers=(), **fields):
    """Return a POST as bytes."""
    body = urlencode({"from": sender, "text": text, **fields}).encode()
    return request("POST", f"/rooms/{room}/messages/", body, [FORM, *headers])


class Poster:
    """Writes a message every two seconds from an address of its own."""

    def __init__(self, port, number, seed):
        self.name, self.address = f"poster {number}", f"127.0.1.{number + 1}"
        self.sent = []  # ids
        self.refused = []  # answers
        self.took = []  # (when, seconds)
        self._port, self._random = port, Random(f"{seed} {number}")

    async def write(self):
        count = 0
        while True:
            await asyncio.sleep(self._random.uniform(*PAUSE_S))
            count += 1
            began = time.monotonic()
            try:
                status, body = await exchange(
                    self._port,
                    post(ROOM, self.name, f"honest {count}", key=f"{self.name} {count}"),
                    address=self.address,
                )
            except BROKEN as error:
                self.refused.append(repr(error))
                continue
            self.took.append((began, time.monotonic() - began))
            if status == 200:
                self.sent.append(json.loads(body)["id"])
            else:
                self.refused.append(f"{status} {body.decode()}")


class Reader:
    """Reads the room's stream, and keeps the ids of all messages in the order in which they come."""

    def __init__(self, port, number):
        self.address = f"127.0.2.{number // READERS_AT_ONE_ADDRESS + 1}"
        self.got = []
        self.opened = asyncio.Event()
        self.came = asyncio.Condition()
        self._port, self._last_id = port, ""

    async def read(self):
        while True:
            with suppress(*BROKEN):
                await self._read_stream()
            await asyncio.sleep(1)

    async def _read_stream(self):
        headers = [("Last-Event-ID", self._last_id)] if self._last_id else []
        connection = await Connection.open(self._port, self.address)
        try:
            await connection.send(request("GET", f"/events/?channel=room-{ROOM}", headers=headers))
            await connection.head()
            parser = EventParser()
            while piece := await connection.piece():
                for event in parser.feed(piece):
                    await self._take(event)
        finally:
            connection.cut()

    async def _take(self, event):
        self._last_id = event.get("id", self._last_id)
        if event["event"] == "stream-open":
            self.opened.set()
        if event["event"] == "message":
            async with self.came:
                self.got.append(json.loads(event["data"])["id"])
                self.came.notify_all()

    async def wait_for(self, message_id, seconds):
        """Return whether the message has come in time."""
        async with self.came:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.came.wait_for(lambda: message_id in self.got), seconds)
        return message_id in self.got
