"""Breaks one part after the other, and measures how long the chat takes to recover."""

import asyncio
import itertools
import sys
import time
from random import Random

from .faults import GRACEFUL, OF_DATABASE, schedule
from .ledger import Window
from .poster import compose, deliver

FAULT_S = 60  # a fault that takes longer is stuck
LOOK_AGAIN_S = 0.01
SLOW_S = 5  # after this time, print the readers that still wait
PAUSE_S = 0.5  # between two faults


class Breaker:
    """Breaks parts by a schedule that the seed decides, while others post and read."""

    def __init__(self, scene, kinds, quiet_rooms, seed, patience_s, raise_failures):
        self._scene, self._kinds, self._seed = scene, kinds, seed
        self._quiet = itertools.cycle(quiet_rooms)
        self._ledger = scene.ledger
        self._patience_s = patience_s  # after this time, a fault counts as not healed
        self._raise_failures = raise_failures

    async def run(self, until):
        """Break parts until that moment, and wait until the last fault has healed."""
        for number, kind in enumerate(schedule(self._kinds, Random(f"{self._seed}/schedule"))):
            await asyncio.sleep(PAUSE_S)
            self._raise_failures()
            if time.monotonic() >= until:
                return
            await self.break_once(kind, Random(f"{self._seed}/{number}/{kind}"))

    async def break_once(self, kind, rng):
        window = Window(kind, time.monotonic(), kind in OF_DATABASE, kind in GRACEFUL)
        self._ledger.windows.append(window)
        quiet = asyncio.ensure_future(self._post_marker(next(self._quiet), rng, rng.uniform(0, 0.3)))
        try:
            await asyncio.wait_for(self._kinds[kind](self._scene, rng), FAULT_S)
            window.ended = time.monotonic()
            await asyncio.wait_for(self._heal(window, quiet, rng), self._patience_s)
            self._report(window, f"healed after {window.healed - window.ended:.2f} s")
        except asyncio.TimeoutError:
            window.ended = window.ended or time.monotonic()
            late = {f"{r.name} in {r.room!r}": len(ids) for r, ids in self._ledger.awaited().items()}
            self._ledger.violations.append(
                f"{kind} was not healed within {self._patience_s:.0f} s; still missing: {late}"
            )
            self._report(window, "NOT HEALED")
        finally:
            quiet.cancel()

    async def _heal(self, window, quiet, rng):
        """Wait until all readers have received the messages posted after the fault and all acknowledged ones before."""
        markers = [self._post_marker(room, rng) for room in self._scene.rooms]
        await asyncio.gather(quiet, *markers)
        awaited = {r: ids for r, ids in self._ledger.awaited().items() if r.resident}
        printed = False
        while late := [reader for reader, ids in awaited.items() if not ids.isdisjoint(reader.awaiting)]:
            if not printed and time.monotonic() > window.ended + SLOW_S:
                printed = True
                _say("".join(f"{' ':10}{r.name} in {r.room!r} at front {r.port} is late, {r.doing}\n" for r in late))
            await asyncio.sleep(LOOK_AGAIN_S)
        window.healed = time.monotonic()

    async def _post_marker(self, room, rng, wait_s=0):
        await asyncio.sleep(wait_s)
        sent = compose(self._ledger, rng, "Marker", room, next(self._scene.numbers))
        await deliver(sent, rng.choice(self._scene.stack.fronts), self._ledger, rng)

    def _report(self, window, outcome):
        counters = self._ledger.counters
        began, lasted = window.start - self._ledger.began, window.ended - window.start
        so_far = f"({counters['acknowledged']} acknowledged, {counters['deliveries']} deliveries)"
        _say(f"{began:6.1f} s  {window.kind:24} lasted {lasted:4.1f} s, {outcome}  {so_far}\n")


def _say(lines):
    print(lines, end="", file=sys.stderr, flush=True)
