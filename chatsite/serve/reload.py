"""python -m chatsite.serve.reload, for bin/run --reload: makes the chat that runs on DATA_DIR take the current code."""

import os
import sys

from chatsite import env as environment

from . import instance, signals
from .terminal import CannotStart, say


def main() -> int:
    """Return the exit status."""
    try:
        url, pid = instance.running(environment.read().data_dir)
        os.kill(pid, signals.RENEW)
    except (environment.EnvironmentProblem, CannotStart) as problem:
        say(problem, fd=2)
        return 1
    say(f"The chat at {url} checks the new code now. Its terminal or log says what comes of it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
