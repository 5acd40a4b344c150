"""What honest people notice of an attack: the times of their POSTs in peace and under siege."""

import asyncio

from tests.siege.siege import Siege, besieged_chat

from .rounds import chosen, say

NAME = "siege"
ROUNDS = 2
SECONDS, QUICK_SECONDS = 60, 10
FIGURES = {
    f"{state}_p{percent}_ms": f"honest POSTs, {words}: p{percent} ms"
    for state, words in (("calm", "calm"), ("siege", "under siege"))
    for percent in (50, 99)
}


def run(options):
    """Yield (case, run)."""
    for number in range(options.rounds_now):
        for database in ("postgresql", "sqlite") if chosen(options, "ours") else ():
            say(f"ours, {database}")
            yield {"stack": "ours", "database": database}, _besieged(database, number, options)


def _besieged(database, seed, options):
    with besieged_chat(database == "postgresql") as chat:
        found, figures = asyncio.run(Siege(chat, QUICK_SECONDS if options.quick else SECONDS, seed).run())
    if found:
        return {"failed": found[0]}
    return {name: figures[words] for name, words in FIGURES.items()}
