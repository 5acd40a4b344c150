"""What a connection to a GRIP proxy can do, whichever kind it is."""

from collections.abc import Sequence
from typing import Protocol


class RefusedContent(Exception):
    """The proxy refuses what at least one of the items contains, so it will never take them together."""


class Connection(Protocol):
    """Only one thread at a time may use it."""

    def publish(self, items: Sequence[bytes]) -> None:
        """Return when the proxy has the items, each of them JSON. Raise RefusedContent or any other error if not."""
