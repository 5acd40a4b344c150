"""python -m tests.torture.pushpins: keeps Pushpins running as bin/run does, until SIGTERM or its parent's end.

The only argument is JSON: [{"run_dir", "log_dir", "listen", "control_port", "web_port", "key"}, ...].
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

from chatsite.serve import open_files, pushpin, sessions, signals, supervisor
from chatsite.serve.part import Part

MARK = "TORTURED_PUSHPIN"  # each process of a Pushpin has this variable; its value is the run directory
PR_SET_PDEATHSIG = 1


def main():
    signals.hold()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    sessions.adopt_orphans()
    open_files.raise_limit()
    parts = [_part(**one) for one in json.loads(sys.argv[1])]
    try:
        for part in parts:
            part.start()
        while True:
            signals.wait(supervisor.tend(parts))
    except signals.StopRequested:
        return 0
    finally:
        supervisor.stop(parts)


def _part(run_dir, log_dir, **values):
    run_dir, log_dir = Path(run_dir), Path(log_dir)
    port = int(values["listen"].rpartition(":")[2])
    log = log_dir / "pushpin.log"

    def start():
        configuration = pushpin.write_configuration(run_dir, log_dir, **values)
        environment = {"PATH": os.environ.get("PATH", os.defpath), MARK: str(run_dir)}
        return sessions.Session(pushpin.command(configuration, port, cores=1), environment, output=log)

    return Part(f"Pushpin in {run_dir}", start, log)


if __name__ == "__main__":
    sys.exit(main())
