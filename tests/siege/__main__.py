"""python -m tests.siege, which bin/torture --siege runs. Exit status 0: honest people noticed nothing; 1: they did."""

import argparse
import asyncio
import sys
from random import Random

from .siege import Siege, besieged_chat


def main():
    options = arguments()
    say(f"Seed {options.seed}: --seed {options.seed} runs the same attack again.")
    with besieged_chat(options.postgres, not options.no_limits) as chat:
        found, figures = asyncio.run(Siege(chat, options.seconds, options.seed).run())
        if found:
            say("\n".join(chat.printed))
    say("\n".join(f"{name:40}{figure:>8}" for name, figure in figures.items()))
    say("\n".join(["", *(f"- {finding}" for finding in found), f"Verdict: {'red' if found else 'green'}"]))
    return 1 if found else 0


def arguments():
    parser = argparse.ArgumentParser(prog="bin/torture --siege", description=sys.modules[__package__].__doc__)
    parser.add_argument("--seconds", type=float, default=30, help="how many seconds to attack (30)")
    parser.add_argument("--seed", type=int, default=Random().randrange(10_000), help="the same seed repeats the attack")
    parser.add_argument("--postgres", action="store_true", help="use a private PostgreSQL instead of SQLite")
    parser.add_argument("--no-limits", action="store_true", help="attack a chat without limits: this must end red")
    return parser.parse_args()


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
