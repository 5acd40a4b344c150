"""Finds processes by what /proc says about them."""

import os
from pathlib import Path


def in_session(session, zombies=False):
    """Return the pids in `session`: the living, or the ended ones that wait to be reaped."""
    return [pid for pid, state, of in _stats() if of == session and (state in "ZX") == zombies]


def carrying(name, value):
    """Return this user's pids, other than our own, that were started with `name=value` in their environment."""
    entry = os.fsencode(f"{name}={value}")
    return [pid for pid, state, _ in _stats() if pid != os.getpid() and entry in _environment(pid)]


def _stats():
    for directory in os.scandir("/proc"):
        if directory.name.isdigit():
            try:
                # "pid (name) state parent group session …": the name may hold spaces and brackets
                fields = Path(directory, "stat").read_bytes().rpartition(b")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            yield int(directory.name), fields[0].decode(), int(fields[3])


def _environment(pid):
    try:
        if os.stat(f"/proc/{pid}").st_uid != os.getuid():
            return []
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return []
