"""The real chat with temporary data, on free ports: Django by bin/run, Pushpins in front of it, and a database."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from chatsite.serve import processes, pushpin
from tests.helpers.postgres import Cluster
from tests.helpers.running import ANSWER_S, STOP_S, Chat, spare_port, wait_for

from . import pushpins
from .database import PostgreSQL, SQLite
from .relay import PortRelay, SocketRelay

WEB = ("web master", "web worker")


class Stack:
    """`with` starts and ends it. `fronts` are the ports that people connect to, one for each Pushpin.

    The first Pushpin takes events at its command socket, like that of bin/run; the others have control ports.
    """

    def __init__(self, how_many_pushpins=1, postgres=False, settings=None):
        self._wanted, self._postgres, self._settings = how_many_pushpins, postgres, settings or {}
        self._ports = set()
        self._stack = ExitStack()

    def __enter__(self):
        with self._stack as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-", dir="/tmp")))
            web = self._port()
            self._pushpins = [self._pushpin(number, web) for number in range(self._wanted)]
            self.fronts = [int(one["listen"].rpartition(":")[2]) for one in self._pushpins]
            # Django publishes through these relays. They must be started in the event loop.
            self.relays = [self._relay(number, one) for number, one in enumerate(self._pushpins)]
            self._start_pushpins(stack)
            self._start_django(stack, web)
            for front in self.fronts:
                wait_for(lambda front=front: _answers(front), ANSWER_S)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def names(self):
        """Return the names of the processes that a fault can break."""
        found = {name for name in WEB if self.pids_of(name)}
        return sorted(found | {_name(pid) for one in self._pushpins for pid in _pids(one)})

    def pids_of(self, name):
        """Return the pids of the processes with this name, of all Pushpins."""
        if name in WEB:
            return self.chat.pids_of(name)
        return [pid for one in self._pushpins for pid in _pids(one) if _name(pid) == name]

    def environment(self):
        """Return the environment of a command that shares the chat's data and its Pushpins."""
        return self._environment

    def printed(self):
        """Return the newest lines that Django printed."""
        return self.chat.printed[-40:]

    def _port(self):
        port = next(port for port in iter(spare_port, None) if port not in self._ports)
        self._ports.add(port)
        return port

    def _pushpin(self, number, web_port):
        run_dir = self.folder / f"p{number}"
        log_dir = self.folder / f"log{number}"
        log_dir.mkdir()
        return {
            "run_dir": str(run_dir),
            "log_dir": str(log_dir),
            "listen": f"127.0.0.1:{self._port()}",
            "control_port": self._port() if number else pushpin.NO_PORT,
            "web_port": web_port,
            "key": secrets.token_hex(32),
        }

    def _relay(self, number, one):
        if number:
            return PortRelay(self._port(), one["control_port"])
        return SocketRelay(self.folder / "command", Path(one["run_dir"], pushpin.COMMAND_SOCKET))

    def _start_pushpins(self, stack):
        command = [sys.executable, "-m", pushpins.__name__, json.dumps(self._pushpins)]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True)
        stack.callback(_stop, child)

    def _start_django(self, stack, web_port):
        environment = {"PORT": str(web_port), "LOG_LEVEL": "ERROR", **self._settings}
        environment["GRIP_URL"] = " ".join(
            f"{relay.uri}?key={one['key']}" for relay, one in zip(self.relays, self._pushpins, strict=True)
        )
        data = self.folder / "data"
        if self._postgres:
            cluster = Cluster()
            stack.callback(shutil.rmtree, cluster.folder, ignore_errors=True)
            with uninterrupted():
                stack.enter_context(cluster)
            environment["DATABASE_URL"] = cluster.new_database()
            self.database = PostgreSQL(environment["DATABASE_URL"], cluster)
        else:
            self.database = SQLite(data / "chat.sqlite3")
        self._environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), **environment}
        self.chat = stack.enter_context(Chat.ready(data, **environment))


@contextmanager
def uninterrupted():
    """Delay Ctrl-C and SIGTERM until the end of the block: a half started server cannot be stopped."""
    delayed = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *arguments: delayed.append(arguments)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number, frame in delayed:
            before[number](number, frame)


def _stop(child):
    child.terminate()
    try:
        child.wait(STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _pids(pushpin):
    return processes.carrying(pushpins.MARK, pushpin["run_dir"])


def _name(pid):
    try:
        return Path(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()).name
    except OSError:
        return ""


def _answers(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/-/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
