"""One running instance for each DATA_DIR: its lock, its run directory, and the processes that a killed one left."""

import fcntl
import hashlib
import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from chatsite.data_dir import make_data_dir
from chatsite.env import EnvironmentProblem

from . import processes
from .sessions import LOOK_AGAIN_S, send
from .terminal import CannotStart

LOCK = "run.lock"
MARK = "CHAT_RUN_DIR"  # in the environment of every process we start
LEFTOVERS_S = 5
SHARED_MEMORY = Path("/dev/shm")
LONGEST_RUN_DIR = 80  # bytes: Pushpin aborts if a socket's path in it has over about 100


@contextmanager
def only_one(data_dir: Path, url: str, address: str) -> Iterator[None]:
    """Hold the lock on `data_dir`; its file then has our `url`, our pid, and the `address` we listen on."""
    with _lock_file(data_dir) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"The chat with its data in {data_dir} is already running: {lock.readline().strip()}  (stop that one "
                "first, or start another with a PORT and a DATA_DIR of its own)"
            ) from None
        _write(lock, url, address, data_dir)
        try:
            yield
        finally:
            os.ftruncate(lock.fileno(), 0)


def running(data_dir: Path) -> tuple[str, int]:
    """Return the URL and the pid of the instance that runs on `data_dir`; raise CannotStart if there is none."""
    path = data_dir / LOCK
    try:
        url, pid, *_ = path.read_text().split()
        # A killed instance leaves its pid in the file, and another program may have that number now.
        if processes.has_open(int(pid), path):
            return url, int(pid)
    except (FileNotFoundError, ValueError):
        pass
    except PermissionError:
        raise CannotStart(f"The chat with its data in {data_dir} is another user's: become that user.") from None
    raise CannotStart(f"No chat runs with its data in {data_dir}: start one, or name its DATA_DIR.")


def is_running(data_dir: Path) -> bool:
    try:
        return bool(running(data_dir))
    except CannotStart:
        return False


def _write(lock: TextIO, url: str, address: str, data_dir: Path) -> None:
    try:
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), f"{url}\n{os.getpid()}\n{address}\n".encode())
    except OSError as error:
        raise CannotStart(f"Can't write to DATA_DIR={str(data_dir)!r}: {error.strerror}") from None


def _lock_file(data_dir: Path) -> TextIO:
    make_data_dir(data_dir)
    try:
        return open(data_dir / LOCK, "a+")
    except OSError as error:
        cure = f"name a folder that we may write to ({error.strerror})."
        raise EnvironmentProblem("DATA_DIR", str(data_dir), cure) from None


@contextmanager
def run_directory(data_dir: Path) -> Iterator[Path]:
    """End the processes of an earlier run, and make the run directory empty; remove it in the end."""
    path = path_for(data_dir)
    _make_private(path)
    _end_leftovers(path)
    with _emptied(path):
        yield path


@contextmanager
def counts(run_dir: Path) -> Iterator[Path]:
    """Make an empty folder in which the web server's processes count; remove it in the end.

    They map its files into their memory. On a full disk, the first write to a new page would kill them.
    """
    path = SHARED_MEMORY / _own_name(run_dir) if os.access(SHARED_MEMORY, os.W_OK) else run_dir / "counts"
    _make_private(path)
    with _emptied(path):
        yield path


def path_for(data_dir: Path) -> Path:
    """Return the run directory that belongs to `data_dir`, the same at every start.

    Usually it is in `data_dir`, where manage.py finds it too: a service of systemd has a /tmp of its own.
    """
    path = data_dir / "run"
    is_plain = re.fullmatch(r"[\w./-]+", str(path), re.ASCII)  # Pushpin's configuration has no quotes
    return path if is_plain and len(str(path)) <= LONGEST_RUN_DIR else Path("/tmp") / _own_name(data_dir)


def _own_name(path: Path) -> str:
    """Return the name that belongs to this folder in a folder that we share with others."""
    return f"chat-{os.getuid()}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"


def _make_private(path: Path) -> None:
    """Make the directory, or check that it is our own private one: anybody may write to /tmp."""
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        found = path.lstat()
        mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
        if not mine:
            raise CannotStart(
                f"{path} is not a private directory of ours: remove it, or choose another DATA_DIR."
            ) from None


def _end_leftovers(path: Path) -> None:
    deadline = time.monotonic() + LEFTOVERS_S
    while leftovers := processes.carrying(MARK, path):
        if time.monotonic() > deadline:
            raise CannotStart(f"An earlier run left processes that do not end: {leftovers}. Restart the machine.")
        for pid in leftovers:
            send(pid, signal.SIGKILL)
        time.sleep(LOOK_AGAIN_S)


@contextmanager
def _emptied(path: Path) -> Iterator[None]:
    """Make the folder empty; remove it in the end."""
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    try:
        yield
    finally:
        shutil.rmtree(path, ignore_errors=True)
