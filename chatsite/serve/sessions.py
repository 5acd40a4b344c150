"""Commands that lead a session of their own, so that all their descendants can be found and ended.

Each of Pushpin's processes leads a process group of its own; only the session is common to them.
"""

import ctypes
import os
import signal
import time
from contextlib import suppress

from . import processes

LOOK_AGAIN_S = 0.02
KILL_S = 5  # for the kernel to end what was killed
PR_SET_CHILD_SUBREAPER = 36
DEFAULT_SIGNALS = (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGHUP)  # Python or nohup ignored them


def adopt_orphans():
    """Become the parent of descendants whose own parent ended, so that we can reap them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Session:
    """A running command and everything it started."""

    def __init__(self, command, environment, output=None, listener=None):
        """Start `command`; `output` is a file for what it prints, `listener` a socket that it gets as its fd 3."""
        files = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)]
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

    def ended(self):
        """Say how the leader ended ("exit status 1", "Killed"), or None while it runs.

        The leader is left unreaped until end(): as long as it is a zombie, its number can't become that of a
        stranger's session.
        """
        result = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if result is None:
            return None
        if result.si_code == os.CLD_EXITED:
            return f"exit status {result.si_status}"
        return signal.strsignal(result.si_status)

    def end(self, grace_s):
        """End every process of the session: by SIGTERM, and after `grace_s` seconds by SIGKILL."""
        self._signal_all(signal.SIGTERM)
        kill_at = time.monotonic() + grace_s
        while processes.in_session(self.pid) and time.monotonic() < kill_at + KILL_S:
            if time.monotonic() >= kill_at:
                self._signal_all(signal.SIGKILL)
            time.sleep(LOOK_AGAIN_S)
        for pid in processes.in_session(self.pid, zombies=True):
            with suppress(ChildProcessError):  # reaped by its own parent
                os.waitpid(pid, os.WNOHANG)

    def _signal_all(self, number):
        for pid in processes.in_session(self.pid):
            send(pid, number)


def send(pid, number):
    """Send a signal to a process that may have ended meanwhile."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
