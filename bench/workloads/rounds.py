"""Starts the stacks in turn."""

import sys
from contextlib import contextmanager

from bench.stacks import STACKS


def chosen(options, *names):
    """Return the stacks among `names` that this run measures."""
    return [name for name in names if name in options.only]


@contextmanager
def started(case):
    """Yield the running stack of the case."""
    options = {name: case[name] for name in ("database", "through") if name in case}
    with STACKS[case["stack"]](**options) as stack:
        yield stack


def attempt(case, measure, *arguments):
    """Yield the runs of measure(stack, case, ...) on the started stack; if that fails, a run with the reason."""
    say(", ".join(str(value) for value in case.values()))
    try:
        with started(case) as stack:
            yield from measure(stack, case, *arguments)
    except Exception as error:  # a stack that fails is a result too, and the others continue
        say(f"  failed: {error}")
        yield case, {"failed": f"{type(error).__name__}: {error}"}


def say(line):
    """Print a line about the progress."""
    print(line, file=sys.stderr, flush=True)
