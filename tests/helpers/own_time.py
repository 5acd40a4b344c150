"""A module's own clock. If a test replaced time.sleep itself, the threads that earlier tests left would call it too."""

import time
from types import SimpleNamespace


def let_sleep(monkeypatch, module, sleep):
    """Let this module, and no other, sleep by calling `sleep`."""
    monkeypatch.setattr(module, "time", SimpleNamespace(time=time.time, monotonic=time.monotonic, sleep=sleep))
