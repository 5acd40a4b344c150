"""Lines for the person at the terminal."""

import os
from contextlib import suppress


class CannotStart(Exception):
    """One sentence for the person at the terminal: what is wrong and what to do."""


def say(line: object, fd: int = 1) -> None:
    """Print one line. If the terminal is gone, go on: the parts that we started must still be stopped."""
    with suppress(OSError):
        os.write(fd, f"{line}\n".encode(errors="replace"))
