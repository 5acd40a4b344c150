"""The processes of a stack: each has a log of its own, and ends together with all processes that it has started."""

import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from chatsite.serve import processes
from tests.helpers.running import kill, spare_port

START_S = 30
STOP_S = 5
LOOK_AGAIN_S = 0.02
OPEN_FILES = 20_000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class CannotStart(Exception):
    """A part of a stack does not start; the message has its name and the end of its log."""


class Child:
    """A command in a session of its own; the end of `with` ends it and its descendants."""

    def __init__(self, name, command, folder, **environment):
        self.name = name
        self._log = Path(folder, f"{name.replace(' ', '-')}.log")
        inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        try:
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    [str(word) for word in command],
                    env={**inherited, **environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_before_exec,
                )
        except OSError as error:
            raise CannotStart(f"{name}: {command[0]}: {error.strerror}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        deadline = time.monotonic() + STOP_S
        # We reap the process only at the end, so that its pid cannot belong to another process before that.
        while self.pids() and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_S)
        for pid in self.pids():
            kill(pid)
        self._process.wait()

    def pids(self):
        """Return the pids of the command and its descendants."""
        return processes.in_session(self._process.pid)

    def programs(self):
        """Return the same pids as {program: [pid, ...]}."""
        found = {}
        for pid in self.pids():
            with suppress(OSError):
                found.setdefault(Path(f"/proc/{pid}/comm").read_text().strip(), []).append(pid)
        return found

    def workers(self):
        """Return the pids without that of the command itself."""
        return [pid for pid in self.pids() if pid != self._process.pid]

    def wait_until_done(self):
        """Wait until the command has ended; raise CannotStart unless its exit status is 0."""
        try:
            status = self._process.wait(START_S)
        except subprocess.TimeoutExpired:
            status = "still running"
        if status != 0:
            raise CannotStart(f"{self.name} (status {status}): {self._last_lines()}")

    def wait_until(self, works, what):
        """Call works() until it is true; raise CannotStart if the command ends before that or the time is over."""
        deadline = time.monotonic() + START_S
        while not works():
            if self._process.poll() is not None:
                raise CannotStart(f"{self.name} ended (status {self._process.returncode}): {self._last_lines()}")
            if time.monotonic() > deadline:
                raise CannotStart(f"{self.name}: no {what} within {START_S} s: {self._last_lines()}")
            time.sleep(LOOK_AGAIN_S)

    def _last_lines(self):
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:]) or "it has printed nothing"


def _before_exec():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # it ends even if the benchmark is killed
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limit = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))


def spare_ports(count):
    """Return `count` different free ports."""
    ports = set()
    while len(ports) < count:
        ports.add(spare_port())
    return list(ports)


def answers(address, path, status=200):
    """Return whether GET `path` is answered with `status`."""
    connection = HTTPConnection(*address, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == status
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def listens(address):
    """Return whether a server listens at the address."""
    with suppress(OSError), socket.create_connection(address, timeout=3):
        return True
    return False
