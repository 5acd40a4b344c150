"""Lines for the person at the terminal."""

import os
from contextlib import suppress


class CannotStart(Exception):
    """One sentence for the person who started us: what is wrong and what to do."""


def say(line, fd=1):
    """Print one line; a terminal that is gone must not keep us from stopping what we started."""
    with suppress(OSError):
        os.write(fd, f"{line}\n".encode(errors="replace"))
