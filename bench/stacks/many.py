"""Our chat with several Pushpins on PostgreSQL, as in docs/many_machines.md, each with an address of its own."""

from tests.helpers.machines import PUSHPIN, Proxy, kill_machine
from tests.helpers.running import Chat, one_start_at_a_time

from . import database
from .child import spare_ports
from .stack import Stack

START_S = 60
# A process may have 20 000 open files. If one of eight is killed, each of the others has 14 286 of 100 000 readers.
PUSHPINS = 8


class Many(Stack):
    """The readers connect to `reader_addresses`, the posters to Django, as if nginx had sent them there."""

    name = "many"

    def _start(self, stack):
        data = self.folder / "data"
        data.mkdir()
        self._database = database.start("postgresql", stack, data)
        self.database_url = self._database.url
        web, control, *ports = spare_ports(2 + PUSHPINS)
        # Ports in a row: so the Pushpins have the cores in turn.
        proxies = [Proxy(f"127.0.2.{number + 1}:{ports[0] + number}", control) for number in range(PUSHPINS)]
        self.poster_address = ("127.0.0.1", web)
        self.reader_addresses = [(ip, int(port)) for ip, port in (proxy.address.split(":") for proxy in proxies)]
        self.reader_address = self.reader_addresses[0]  # the name that all readers ask for
        self.pushpins = [self._pushpin(stack, proxy, web) for proxy in proxies]
        self._chat = stack.enter_context(
            Chat.ready(
                data,
                PORT=str(web),
                DATABASE_URL=self.database_url,
                GRIP_URL=" ".join(proxy.grip_url for proxy in proxies),
                ALLOWED_HOSTS=",".join(["127.0.0.1", *(ip for ip, _ in self.reader_addresses)]),
                SECRET_KEY="the key of a benchmark, 32 characters or more",
                LOG_LEVEL="ERROR",
            )
        )

    def _pushpin(self, stack, proxy, web):
        ip, port = proxy.address.split(":")
        with one_start_at_a_time():
            command = (PUSHPIN, f"127.0.0.1:{web}")
            pushpin = Chat(self.folder / ip, command, HOST=ip, PORT=port, GRIP_URL=proxy.grip_url)
            stack.enter_context(pushpin)
            pushpin.wait_for_line("Pushpin is ready", START_S)
        pushpin.url = f"http://{proxy.address}/"
        return pushpin

    def kill_a_pushpin(self):
        """Kill all processes of the first Pushpin that is left; it does not come back."""
        kill_machine(self.pushpins.pop(0))

    def processes(self):
        found = {"bin/run": [self._chat.pid], "bin/pushpin": [pushpin.pid for pushpin in self.pushpins]}
        for part in (self._chat, *self.pushpins):
            for name in set(part.names()):
                found[name] = found.get(name, []) + part.pids_of(name)
        return {**found, **self._database.processes()}
