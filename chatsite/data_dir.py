"""The folder for everything that the chat keeps. Nobody else may look into it."""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from .env import PROJECT_DIR, EnvironmentProblem


def make_data_dir(path: Path) -> None:
    """Make the folder if it is missing, and close it to other users.

    Raise EnvironmentProblem if we can't write in it, or can't close it.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        cure = f"name a folder that we may write to ({error.strerror})."
        raise EnvironmentProblem("DATA_DIR", str(path), cure) from None
    if _others_may_enter(path):
        _close(path)


def _others_may_enter(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)


def _close(path: Path) -> None:
    found = path.stat()
    # /tmp, or / and /srv if that is where the project is: others need these.
    if found.st_mode & stat.S_ISVTX or path in PROJECT_DIR.parents:
        raise EnvironmentProblem("DATA_DIR", str(path), "others use this folder too: name one for the chat alone.")
    if found.st_uid == os.getuid():
        with suppress(OSError):
            path.chmod(0o700)
    if _others_may_enter(path):  # it is another user's, or its file system has no permissions
        cure = "others may look into this folder, and it is not ours to close: make it ours (chown), or name another."
        raise EnvironmentProblem("DATA_DIR", str(path), cure)
