"""A TCP relay in front of a Pushpin's control port. It can refuse or hang while the streams stay open."""

import asyncio
import socket
from contextlib import suppress


class Relay:
    """Passes connections from `port` on to `target`, two ports on this machine."""

    def __init__(self, port, target):
        self.port, self._target = port, target
        # This socket is bound but does not listen: while the relay refuses, no other process can take the port.
        self._reserved = self._bound()
        self._server = None
        self._tasks = set()
        self._may_pass = asyncio.Event()

    async def __aenter__(self):
        await self.pass_on()
        return self

    async def __aexit__(self, *_):
        await self.refuse()
        self._reserved.close()

    async def pass_on(self):
        """Pass connections on, also after refuse() or hang()."""
        self._may_pass.set()
        if not self._server:
            self._server = await asyncio.start_server(self._serve, sock=self._bound())

    async def refuse(self):
        """End all connections and refuse new ones."""
        if self._server:
            self._server.close()
            self._server = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def hang(self):
        """Accept connections and their bytes, but never answer."""
        self._may_pass.clear()

    def _bound(self):
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self.port))
        return bound

    async def _serve(self, near_in, near_out):
        task = asyncio.current_task()
        self._tasks.add(task)
        far_out = None
        try:
            await self._may_pass.wait()
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._target)
            there = asyncio.ensure_future(self._pass(near_in, far_out))
            back = asyncio.ensure_future(self._pass(far_in, near_out))
            try:
                await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                back.cancel()
        except (OSError, asyncio.CancelledError):
            pass  # Pushpin is down, or we refuse
        finally:
            self._tasks.discard(task)
            for end in filter(None, (near_out, far_out)):
                end.transport.abort()

    async def _pass(self, source, target):
        with suppress(OSError):
            while data := await source.read(65_536):
                await self._may_pass.wait()
                target.write(data)
                await target.drain()
