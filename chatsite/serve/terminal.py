"""Lines for the person at the terminal."""

import os
import time
from contextlib import suppress

from chatsite import json_lines

_as_json = False


class CannotStart(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


def say(line: object, fd: int = 1) -> None:
    """Print one line. If the terminal is gone, go on: the parts that we started must still be stopped."""
    if _as_json:
        level = "ERROR" if fd == 2 else "INFO"
        line = json_lines.line(time.time(), level, "chatsite.serve", str(line))
    with suppress(OSError):
        os.write(fd, f"{line}\n".encode(errors="replace"))


def use_json() -> None:
    """Print each further line as JSON."""
    global _as_json
    _as_json = True
