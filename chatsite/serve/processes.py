"""Finds processes in /proc."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def in_session(session: int, zombies: bool = False) -> list[int]:
    """Return the pids of the session's running processes, or else of those that have ended and wait to be reaped."""
    return [pid for pid, state, of in _stats() if of == session and (state in "ZX") == zombies]


def carrying(name: str, value: str | Path) -> list[int]:
    """Return the pids of this user's other processes that were started with `name=value` in their environment."""
    entry = os.fsencode(f"{name}={value}")
    return [pid for pid, state, _ in _stats() if pid != os.getpid() and entry in _environment(pid)]


def environments(name: str) -> Iterator[dict[str, str]]:
    """Yield the environment of each of this user's processes that was started with the variable `name`."""
    for pid, _, _ in _stats():
        pairs = (os.fsdecode(entry).partition("=") for entry in _environment(pid))
        environment = {key: value for key, _, value in pairs}
        if name in environment:
            yield environment


def is_stopped(pid: int) -> bool:
    """Return whether a signal (SIGSTOP) has stopped the process."""
    return any(of == pid and state == "T" for of, state, _ in _stats())


def name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return f"process {pid}"


def cpu_s(pid: int) -> float:
    """Return the CPU time of the process so far, -1 if it has ended. /proc/<pid>/stat would count in steps of 10 ms."""
    clock = ~pid << 3 | 2  # that is what clock_getcpuclockid(3) returns
    try:
        return time.clock_gettime(clock)
    except OSError:
        return -1


def has_open(pid: int, path: Path) -> bool:
    """Return whether the process has the file open. Raise PermissionError if it is another user's."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        wanted = path.stat()
        for descriptor in os.scandir(f"/proc/{pid}/fd"):
            with suppress(FileNotFoundError):  # closed meanwhile
                if os.path.samestat(descriptor.stat(), wanted):
                    return True
    return False


def _stats() -> Iterator[tuple[int, str, int]]:
    """Yield the pid, the state (one letter) and the session of every process."""
    for directory in os.scandir("/proc"):
        if directory.name.isdigit():
            try:
                # "pid (name) state parent group session …": the name may hold spaces and brackets
                fields = Path(directory, "stat").read_bytes().rpartition(b")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(directory.name), fields[0].decode(), int(fields[3])


def _environment(pid: int) -> list[bytes]:
    try:
        if os.stat(f"/proc/{pid}").st_uid != os.getuid():
            return []
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
