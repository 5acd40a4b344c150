"""Somebody who only looks on: one stream more for the proxy to write to. Whether it is right, the readers check."""

import asyncio
from contextlib import suppress
from urllib.parse import urlencode

from .connection import BROKEN, Connection, request

PATIENCE_S = 10
STAYS_S = 15


async def look_on(port, room, opened):
    """Read for a while whatever comes, and go; release the Semaphore once the stream is open, or can't be opened."""
    with suppress(*BROKEN):
        try:
            connection = await Connection.open(port)
            await connection.send(request("GET", f"/events/?{urlencode({'channel': f'room-{room}'})}"))
            await asyncio.wait_for(connection.head(), PATIENCE_S)
        finally:
            opened.release()
        try:
            await asyncio.wait_for(_read(connection), STAYS_S)
        finally:
            connection.cut()


async def _read(connection):
    while await connection.piece():
        pass
