"""Starting stacks by turns."""

import sys
from contextlib import contextmanager

from bench.stacks import STACKS


def chosen(options, *names):
    """Return those of the stacks that are wanted in this run."""
    return [name for name in names if name in options.only]


@contextmanager
def started(case):
    """Start the stack that the case wants, with those of its options that are a stack's."""
    options = {name: case[name] for name in ("database", "through") if name in case}
    with STACKS[case["stack"]](**options) as stack:
        yield stack


def attempt(case, measure, *arguments):
    """Yield what measure(stack, case, ...) yields for the started stack; if that fails, how it failed."""
    say(", ".join(str(value) for value in case.values()))
    try:
        with started(case) as stack:
            yield from measure(stack, case, *arguments)
    except Exception as error:  # one stack that does not hold out is a result; the others go on
        say(f"  failed: {error}")
        yield case, {"failed": f"{type(error).__name__}: {error}"}


def say(line):
    """Tell the person at the terminal what goes on."""
    print(line, file=sys.stderr, flush=True)
