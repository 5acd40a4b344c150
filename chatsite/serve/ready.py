"""python -m chatsite.serve.ready, for bin/run --ready: exits with 0 if the chat with these variables is of use."""

import sys

from chatsite import env as environment

from . import front, ports
from .terminal import say


def main() -> int:
    """Return the exit status."""
    try:
        env = environment.read()
        ip = ports.address(env.host)
        url = front.url(env, ip)
    except environment.EnvironmentProblem as problem:
        say(problem, fd=2)
        return 1
    ready = front.FirstPage(url, ip).is_ready()
    say(f"The chat at {url} is {'ready' if ready else 'not ready'}.")
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main())
