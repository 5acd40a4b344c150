"""python -m tests.torture, which bin/torture runs. Exit status 0: the chat kept its promise; 1: it broke it."""

import argparse
import asyncio
import json
import signal
import sys
import time
from contextlib import AsyncExitStack
from itertools import islice
from random import Random
from urllib.parse import quote

from tests.helpers.postgres import find_programs

from . import faults, rooms, tokens
from .breaker import Breaker
from .connection import exchange, request
from .crowd import Crowd, end
from .ledger import Ledger
from .pages import read_page
from .report import summary, table
from .stack import Stack
from .verdict import Evidence, findings

MAX_EXTRA_S = 300  # no run takes longer than --seconds and this, even if something hangs
PAGE = 200  # messages


def main():
    options = arguments()
    if options.postgres and not find_programs():
        sys.exit("PostgreSQL is not installed here: sudo apt install postgresql")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    say(f"Seed {options.seed}: --seed {options.seed} runs the same schedule again.")
    began = time.monotonic()
    try:
        if options.tokens:
            tokens.give_all_people_tokens()
        with Stack(options.pushpins, options.postgres, tokens.SETTINGS if options.tokens else None) as stack:
            outcome = asyncio.run(bounded(stack, options))
            if outcome["verdict"] == "red":
                say("\n".join(stack.printed()))
    except KeyboardInterrupt:
        return 130
    outcome["took_s"] = round(time.monotonic() - began, 1)
    say(table(outcome))
    write(outcome, options.json)
    return 0 if outcome["verdict"] == "green" else 1


def arguments():
    parser = argparse.ArgumentParser(prog="bin/torture", description=sys.modules[__package__].__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="how many seconds to break things (60)")
    parser.add_argument(
        "--seed", type=int, default=Random().randrange(10_000), help="the same seed repeats the schedule"
    )
    parser.add_argument("--postgres", action="store_true", help="use a private PostgreSQL instead of SQLite")
    parser.add_argument(
        "--tokens",
        action="store_true",
        help="use the policy SignedTokens, with rechecks, strangers and expiring tokens",
    )
    parser.add_argument("--pushpins", type=int, default=1, help="number of Pushpins in front (1)")
    parser.add_argument("--readers", type=int, default=12, help="number of readers in the busy rooms (12)")
    parser.add_argument(
        "--posters", type=int, default=8, help="number of posters, who together post about 70 messages a second (8)"
    )
    parser.add_argument(
        "--new-rooms", type=float, default=3, metavar="SECONDS", help="seconds between two new rooms (3)"
    )
    parser.add_argument(
        "--patience", type=float, default=60, metavar="SECONDS", help="seconds until a fault counts as not healed (60)"
    )
    parser.add_argument(
        "--only", type=lambda text: text.split(","), help="names of the only faults to use, separated by commas"
    )
    parser.add_argument("--json", metavar="FILE", help="write the outcome to this file instead of printing it")
    return parser.parse_args()


async def bounded(stack, options):
    """Run with a time limit; at Ctrl-C, SIGTERM or the limit, end everything that was started."""
    task = asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await asyncio.wait_for(torture(stack, options), options.seconds + MAX_EXTRA_S)
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def torture(stack, options):
    """Let people post and read, break things meanwhile, and return the outcome."""
    ledger = Ledger()
    crowd = Crowd(stack.fronts, ledger, options.seed, options.readers, options.posters, options.new_rooms)
    chosen = choose(faults.kinds(stack.names(), options.postgres), options.only)
    first_round = islice(faults.schedule(chosen, Random(f"{options.seed}/schedule")), len(chosen))
    say(f"The first round: {', '.join(first_round)}.")
    async with AsyncExitStack() as relays:
        for relay in stack.relays:
            await relays.enter_async_context(relay)
        scene = faults.Scene(stack, ledger, crowd.residents, rooms.BUSY, crowd.numbers)
        try:
            await crowd.open_streams()
            if options.tokens:
                crowd.watch_rights(stack)
            crowd.start_posting()
            breaker = Breaker(scene, chosen, rooms.QUIET, options.seed, options.patience, crowd.raise_failures)
            await breaker.run(time.monotonic() + options.seconds)
            await crowd.stop_posting(options.patience)
            evidence = await gather(stack, ledger)
        finally:
            await end(scene.onlookers)
            await crowd.leave()
    return summary(ledger, list(findings(ledger, evidence)), vars(options))


def choose(known, names):
    """Return the faults with these names; all known faults if `names` is None."""
    if unknown := {*(names or ())} - {*known}:
        sys.exit(f"There is no fault {', '.join(unknown)}. There are {', '.join(sorted(known))}.")
    return {name: known[name] for name in names or known}


async def gather(stack, ledger):
    """Read all messages and events from the database and through the chat's HTTP API."""
    stored, logged = await asyncio.to_thread(stack.database.stored), await asyncio.to_thread(stack.database.logged)
    evidence = Evidence(stored, logged, rechecks=await asyncio.to_thread(stack.database.rechecks))
    for room in dict.fromkeys(sent.room for sent in ledger.sent.values()):
        evidence.listed[room] = await listed(stack.fronts[0], room)
        newest = json.loads(await get(stack.fronts[-1], f"/rooms/{quote(room, safe='')}/messages/"))["messages"]
        page = read_page(await get(stack.fronts[-1], f"/{quote(room, safe='')}?user=Zoe"))[0]
        evidence.fresh[room] = [newest[::-1], page]
    return evidence


async def listed(port, room):
    """Return all messages of the room, page by page."""
    messages, more = [], True
    while more:
        after = messages[-1]["id"] if messages else 0
        answer = json.loads(await get(port, f"/rooms/{quote(room, safe='')}/messages/?after={after}&limit={PAGE}"))
        messages += answer["messages"]
        more = answer["more"]
    return messages


async def get(port, path):
    status, body = await exchange(port, request("GET", path, headers=[("Connection", "close")]))
    assert status == 200, (path, status, body)
    return body


def write(outcome, file):
    text = json.dumps(outcome, indent=1)
    if file:
        with open(file, "w") as to:
            to.write(text)
    else:
        print(text)


def say(text):
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
