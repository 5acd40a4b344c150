"""An extra reader, which checks nothing: it only gives the proxy one more stream to write to."""

import asyncio
from contextlib import suppress
from urllib.parse import urlencode

from .connection import BROKEN, Connection, request

PATIENCE_S = 10
STAYS_S = 15


async def look_on(port, room, opened):
    """Read the room's stream for a while; release the Semaphore when the stream is open or cannot be opened."""
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
