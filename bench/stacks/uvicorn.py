"""The command line of uvicorn."""

import sys

# The benchmark's readers answer no pings, and a busy worker may answer its master late. Without these options, uvicorn
# would end connections and workers for that.
PATIENCE = ("--ws-ping-interval=3600", "--timeout-worker-healthcheck=60")


def uvicorn(port, *arguments):
    return (
        *(sys.executable, "-m", "uvicorn", "--host=127.0.0.1", f"--port={port}"),
        *("--log-level=warning", "--no-access-log", "--timeout-graceful-shutdown=1"),
        *PATIENCE,
        *arguments,
    )
