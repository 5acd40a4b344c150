"""python -m bench, which bin/bench runs.

It measures this chat and the alternatives to it, in turn. It merges the figures into bench/results.json, and makes
bench/RESULTS.md and bench/results.png from that file. With --quick, all three files are in var/bench/.
"""

import argparse
import signal
import statistics
import sys
import time
from pathlib import Path

from . import report
from .results import Results
from .stacks import STACKS
from .workloads import WORKLOADS

REPORT = "report"
FOLDER = Path(__file__).parent
QUICK_FOLDER = FOLDER.parent / "var" / "bench"


def main():
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    folder = QUICK_FOLDER if options.quick else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    results = Results(folder / "results.json")
    try:
        for name in options.workloads:
            if name != REPORT:
                measure(name, results, options)
    except KeyboardInterrupt:
        return 130
    finally:
        if results.workloads:  # without results, the page would be empty
            report.write(results.workloads, folder)
    if not results.workloads:
        print(f"There is no {folder / 'results.json'} yet: measure something first.", file=sys.stderr)
        return 1
    return 0


def arguments():
    parser = argparse.ArgumentParser(prog="bin/bench", description=sys.modules["__main__"].__doc__)
    choices = [*WORKLOADS, REPORT]
    parser.add_argument(
        "workloads", nargs="*", metavar="WORKLOAD", help=f"one or several of {', '.join(choices)} (all)"
    )
    parser.add_argument(
        "--rounds", type=int, help="how many times each stack is measured (posts 3, idle 1, the others 2)"
    )
    parser.add_argument(
        "--only", type=lambda text: text.split(","), help="names of the only stacks to measure, separated by commas"
    )
    parser.add_argument(
        "--quick", action="store_true", help="measure everything once and small, to see that it works: 6 minutes"
    )
    parser.add_argument(
        "--readers",
        type=int,
        help="number of readers of one room (10000; 500 with --quick); a crowd is ten times as many",
    )
    parser.add_argument(
        "--messages", type=int, default=5_000_000, help="number of messages in the database of the pages (5000000)"
    )
    parser.add_argument("--minutes", type=float, default=10, help="length of the workload idle (10)")
    options = parser.parse_args()
    if unknown := {*options.workloads} - {*choices}:
        parser.error(f"There is no workload {', '.join(unknown)}. There are {', '.join(choices)}.")
    options.workloads = options.workloads or list(WORKLOADS)
    if unknown := {*(options.only or ())} - {*STACKS}:
        parser.error(f"There is no stack {', '.join(unknown)}. There are {', '.join(STACKS)}.")
    options.only = options.only or list(STACKS)
    options.readers = options.readers or (500 if options.quick else 10_000)
    return options


def measure(name, results, options):
    """Run one workload. Save the figures after each case, so that an interrupted run keeps them."""
    began = time.monotonic()
    print(f"== {name}", file=sys.stderr, flush=True)
    workload = WORKLOADS[name]
    options.rounds_now = options.rounds or (1 if options.quick else workload.ROUNDS)
    results.begin(name, options)
    for case, run in workload.run(options):
        results.add(name, case, run)
        results.save()
        show(run)
    print(f"== {name} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def show(run):
    """Print the most important figures of one run."""
    names = ("rate", "p99_ms", "connect_rate", "posts_p99_ms", "kb_a_reader", "delivery_p99_ms", "lost", "errors")
    shown = {name: run[name] for name in names if run.get(name) not in (None, {})}
    if run.get("fan_out_ms"):
        shown["fan_out_ms"] = statistics.median(run["fan_out_ms"])
    words = (f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in shown.items())
    print("  " + ", ".join(words), file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
