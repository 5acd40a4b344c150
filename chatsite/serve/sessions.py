"""Commands that lead a session of their own, so that we can find and end all their descendants.

A process group is not enough: each of Pushpin's processes leads its own, and only the session is common to them.
"""

import ctypes
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

from . import processes

LOOK_AGAIN_S = 0.02
KILL_S = 5  # time for the kernel to end killed processes
PR_SET_CHILD_SUBREAPER = 36
DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGHUP)  # Python or nohup ignored them


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended, so that we can reap them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Session:
    """A running command and all its descendants."""

    def __init__(
        self,
        command: tuple[str, ...],
        environment: dict[str, str],
        output: Path | None = None,
        listener: socket | None = None,
    ) -> None:
        """Start the command. It prints to the file `output`, or else to our terminal; its fd 3 is `listener`."""
        files: list[tuple[Any, ...]] = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
        if output:
            files.append((os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
            files.append((os.POSIX_SPAWN_DUP2, 1, 2))
        if listener:
            files.append((os.POSIX_SPAWN_DUP2, listener.fileno(), 3))
        self.started = time.monotonic()
        self.pid = os.posix_spawnp(
            command[0],
            command,
            environment,
            file_actions=files,
            setsid=True,
            setsigmask=(),
            setsigdef=DEFAULT_SIGNALS,
        )

    def ended(self) -> str | None:
        """Return how the leader ended ("exit status 1", "Killed"), or None while it runs.

        The leader stays a zombie until end(): so no other program's session can get its number.
        """
        result = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if result is None:
            return None
        if result.si_code == os.CLD_EXITED:
            return f"exit status {result.si_status}"
        return signal.strsignal(result.si_status) or f"signal {result.si_status}"

    def end(self, grace_s: float) -> None:
        """End every process of the session: with SIGTERM, and after `grace_s` seconds with SIGKILL.

        At first SIGTERM goes to the leader alone. Pushpin ends its own processes, and would log an error for each that
        ends without it. When the leader has ended, those that it left get the signal too.
        """
        send(self.pid, signal.SIGTERM)
        leader_ended = False
        kill_at = time.monotonic() + grace_s
        while processes.in_session(self.pid) and time.monotonic() < kill_at + KILL_S:
            if time.monotonic() >= kill_at:
                self._signal_all(signal.SIGKILL)
            elif not leader_ended and self.ended():
                leader_ended = True
                self._signal_all(signal.SIGTERM)
            time.sleep(LOOK_AGAIN_S)
        for pid in processes.in_session(self.pid, zombies=True):
            with suppress(ChildProcessError):  # its own parent has reaped it
                os.waitpid(pid, os.WNOHANG)

    def _signal_all(self, number: int) -> None:
        for pid in processes.in_session(self.pid):
            send(pid, number)


def send(pid: int, number: int) -> None:
    """Send a signal to a process, which may have ended meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
