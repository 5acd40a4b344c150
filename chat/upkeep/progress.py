"""What a long command says while it works, and when somebody interrupts it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management.base import CommandError, OutputWrapper

EVERY_S = 1


class Progress:
    def __init__(self, out: OutputWrapper, total: int | None = None) -> None:
        self._out, self._total = out, total
        self._said = time.monotonic()
        self.done = 0

    def add(self, count: int) -> None:
        self.done += count
        if time.monotonic() - self._said >= EVERY_S:
            self._said = time.monotonic()
            self._out.write(f"{self.done}{'' if self._total is None else f' of {self._total}'} …")


@contextmanager
def interruptible(progress: Progress) -> Iterator[None]:
    """Let Ctrl-C end the command with a sentence instead of a traceback."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError(
            f"Interrupted after {progress.done}. Run the command again to finish.", returncode=130
        ) from None
