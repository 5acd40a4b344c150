"""The command line of uvicorn."""

import sys

# Readers of the benchmark do not answer pings, and a busy worker may be late to answer its master: neither may end
# what is being measured.
PATIENCE = ("--ws-ping-interval=3600", "--timeout-worker-healthcheck=60")


def uvicorn(port, *arguments):
    return (
        *(sys.executable, "-m", "uvicorn", "--host=127.0.0.1", f"--port={port}"),
        *("--log-level=warning", "--no-access-log", "--timeout-graceful-shutdown=1"),
        *PATIENCE,
        *arguments,
    )
