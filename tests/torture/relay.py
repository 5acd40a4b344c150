"""A relay in front of the place where a Pushpin takes events. It can refuse or hang while the streams stay open."""

import asyncio
import socket
from contextlib import suppress


class Relay:
    """Passes connections on. Django publishes to its `uri`."""

    def __init__(self, uri):
        self.uri = uri
        self._server = None
        self._tasks = set()
        self._may_pass = asyncio.Event()

    async def __aenter__(self):
        await self.pass_on()
        return self

    async def __aexit__(self, *_):
        await self.refuse()

    async def pass_on(self):
        """Pass connections on, also after refuse() or hang()."""
        self._may_pass.set()
        if not self._server:
            self._server = await self._listen()

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

    async def _serve(self, near_in, near_out):
        task = asyncio.current_task()
        self._tasks.add(task)
        far_out = None
        try:
            await self._may_pass.wait()
            far_in, far_out = await self._connect()
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


class PortRelay(Relay):
    """A relay from `port` to `target`, two TCP ports on this machine."""

    def __init__(self, port, target):
        super().__init__(f"http://127.0.0.1:{port}")
        self._port, self._target = port, target
        # This socket is bound but does not listen: while the relay refuses, no other process can take the port.
        self._reserved = self._bound()

    async def __aexit__(self, *arguments):
        await super().__aexit__(*arguments)
        self._reserved.close()

    async def _listen(self):
        return await asyncio.start_server(self._serve, sock=self._bound())

    async def _connect(self):
        return await asyncio.open_connection("127.0.0.1", self._target)

    def _bound(self):
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self._port))
        return bound


class SocketRelay(Relay):
    """A relay from `path` to `target`, two sockets in folders."""

    def __init__(self, path, target):
        super().__init__(f"ipc://{path}")
        self._path, self._target = path, target

    async def _listen(self):
        return await asyncio.start_unix_server(self._serve, self._path)

    async def _connect(self):
        return await asyncio.open_unix_connection(self._target)
