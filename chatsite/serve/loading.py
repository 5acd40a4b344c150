"""A worker that can't load the code: it says so in one line, and waits until the code is repaired.

gunicorn would stop its master and with it the workers that still serve.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chatsite.env import PROJECT_DIR

from .terminal import say

OURS = ("chat", "chatsite")
CODE = tuple(PROJECT_DIR / name for name in OURS)
LOOK_AGAIN_S = 0.5
RETRY_S = 60  # the cause may be something else than the code: a missing package, too little memory
CLOCK_S = 0.1  # a file's time may be so much behind the clock


def load(worker: Any, load_code: Callable[[], None]) -> None:
    """Load the code into the worker's process, which ends here if it can't."""
    started = time.time() - CLOCK_S
    try:
        _forget_what_the_master_loaded()
        load_code()
    except (Exception, SystemExit) as error:
        say(
            f"A worker can't start, because the code can't be loaded: {described(error)}. Repair the code: then the "
            "worker starts by itself. Workers that run go on with the code that they have.",
            fd=2,
        )
        _wait_for_repair(worker, started)
        sys.exit(0)  # the master starts another worker, and that loads all modules again


def _forget_what_the_master_loaded() -> None:
    """Let all our modules be loaded again: since the master loaded some, their code on the disk may have changed."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]


def _wait_for_repair(worker: Any, started: float) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    end = time.monotonic() + RETRY_S
    while time.monotonic() < end and os.getppid() == worker.ppid and not _changed_since(started):
        worker.notify()
        time.sleep(LOOK_AGAIN_S)


def described(error: BaseException) -> str:
    """Return the error in one line, with the place in our code."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    ours = [(name, line) for name, line in places if any(Path(name).is_relative_to(folder) for folder in CODE)]
    words = " ".join((error.msg if isinstance(error, SyntaxError) else str(error)).split())
    where = f" ({os.path.relpath(ours[-1][0], PROJECT_DIR)}, line {ours[-1][1]})" if ours else ""
    return f"{type(error).__name__}: {words}{where}"


def _changed_since(moment: float) -> bool:
    return any(status.st_ctime >= moment for status in _statuses())


def _statuses() -> Iterator[os.stat_result]:
    """Yield the status of every folder and file with code. A file that is removed or renamed changes its folder."""
    for top in CODE:
        for folder, subfolders, files in os.walk(top):
            subfolders[:] = [name for name in subfolders if name != "__pycache__"]
            for path in (folder, *(os.path.join(folder, name) for name in files if name.endswith(".py"))):
                try:
                    yield os.stat(path)
                except FileNotFoundError:  # an editor replaces its file in this moment
                    continue
