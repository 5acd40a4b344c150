"""The folder in which the web server's processes count, if bin/run asks for that: prometheus-client reads its name."""

import os

NAME = "PROMETHEUS_MULTIPROC_DIR"


def make() -> None:
    """Make the folder if it is missing: systemd may empty /dev/shm when a user logs out, and a worker needs it."""
    if folder := os.environ.get(NAME):
        os.makedirs(folder, mode=0o700, exist_ok=True)
