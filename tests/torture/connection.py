"""HTTP/1.1 on bare sockets, so that a test can cut a connection at any byte, or read from it slowly."""

import asyncio
import socket
import struct
from contextlib import suppress

BUFFER = 16_384  # bytes; small, so that the server soon notices a reader that stops reading
CONNECT_S = 5
ANSWER_S = 10
RESET_ON_CLOSE = struct.pack("ii", 1, 0)

# The exceptions that a bad network, a killed server or a malformed answer can cause here.
BROKEN = (OSError, EOFError, asyncio.TimeoutError, ValueError)


class Connection:
    """One connection to a port on this machine."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer
        self._chunked, self._length = False, None

    @classmethod
    async def open(cls, port, address=""):
        """Connect from this address of the machine, by default from the usual one."""
        near = socket.socket()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        near.setblocking(False)
        if address:
            near.bind((address, 0))
        try:
            loop = asyncio.get_running_loop()
            await asyncio.wait_for(loop.sock_connect(near, ("127.0.0.1", port)), CONNECT_S)
            return cls(*await asyncio.open_connection(sock=near, limit=BUFFER))
        except BaseException:
            near.close()
            raise

    async def send(self, data):
        self._writer.write(data)
        await self._writer.drain()

    async def head(self):
        """Read the head of the answer; return its status (int)."""
        words = (await self._reader.readline()).split(None, 2)
        if len(words) < 2:
            raise EOFError("no answer")
        while (line := (await self._reader.readline()).strip()) != b"":
            name, _, value = line.lower().partition(b":")
            if name == b"transfer-encoding":
                self._chunked = b"chunked" in value
            if name == b"content-length":
                self._length = int(value)
        return int(words[1])

    async def piece(self):
        """Return the next bytes of the body, b"" at its end; raise EOFError if the body is cut off."""
        if self._chunked:
            size = await self._reader.readline()
            data = await self._reader.readexactly(int(size or b"x", 16) + 2)
            return data[:-2]
        if self._length is None:
            return await self._reader.read(BUFFER)
        data = await self._reader.readexactly(min(BUFFER, self._length))
        self._length -= len(data)
        return data

    async def body(self):
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return b"".join(pieces)

    def close(self):
        self._writer.close()

    def cut(self):
        """Close the connection with a reset; bytes that are still in the buffer are never sent."""
        with suppress(OSError):  # the other side has closed it already
            self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._writer.transport.abort()


def authorization(name):
    """Return the headers by which somebody with this name proves who it is: none, unless the run has tokens."""
    return []


def request(method, path, body=b"", headers=(), name="somebody"):
    """Return the request as bytes; it proves that somebody with this name sends it (None: it proves nothing)."""
    fields = [("Host", "127.0.0.1"), *headers, *(authorization(name) if name else ())]
    if method in ("POST", "PATCH", "DELETE"):
        fields.append(("Content-Length", str(len(body))))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(lines).encode() + body


async def exchange(port, data, seconds=ANSWER_S, address=""):
    """Send a whole request; return the answer's status and body. Raises one of BROKEN."""

    async def ask():
        connection = await Connection.open(port, address)
        try:
            await connection.send(data)
            return await connection.head(), await connection.body()
        finally:
            connection.close()

    return await asyncio.wait_for(ask(), seconds)
