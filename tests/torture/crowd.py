"""The people: those who stay, those who come and go, and those who meet in a new room."""

import asyncio
import itertools
import sys
import time
from random import Random

from . import rooms
from .poster import Poster, compose, deliver
from .reader import Reader

POSTS_A_SECOND = 90  # all posters together, were the network good; above 40 an untuned Pushpin holds messages back
VISIT_S = 3
FIRST_POSTERS = 6
OPENED_S = 20
CANCEL_AGAIN_S = 0.5
SLOW_S = 5  # to fall silent; whoever waits is told then
NAMES = ("Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Mallory", "Niaj")


class Crowd:
    """Everybody who uses one Stack."""

    def __init__(self, fronts, ledger, seed, readers, posters, new_room_every_s):
        self._fronts, self._ledger, self._seed = fronts, ledger, seed
        self.numbers = itertools.count(1)
        self._new_room_every_s = new_room_every_s
        self._tasks = {}
        self._over = False
        busy = [(room, front) for front in fronts for room in rooms.BUSY]
        quiet = [(room, front) for front in fronts for room in rooms.QUIET]
        seats = [*itertools.islice(itertools.cycle(busy), max(readers, len(busy))), *quiet]
        self.residents = [self._reader(n, *seat) for n, seat in enumerate(seats)]
        self._posters = [self._poster(number, POSTS_A_SECOND / posters, number / posters) for number in range(posters)]

    async def settle(self):
        """Let the readers open their streams."""
        for reader in self.residents:
            self._start(reader.run(), reader)
        deadline = time.monotonic() + OPENED_S
        while shut := [reader.room for reader in self.residents if not reader.opened.is_set()]:
            if time.monotonic() > deadline:
                rooms_shut = ", ".join(sorted(set(shut)))
                self._ledger.violations.append(f"no stream could be opened within {OPENED_S} s in: {rooms_shut}")
                return
            await asyncio.sleep(0.05)

    def talk(self):
        """Begin to post, to visit and to meet in new rooms."""
        for poster in self._posters:
            self._start(poster.run(lambda: self._over), poster)
        self._start(self._visits())
        self._start(self._new_rooms())

    async def fall_silent(self, seconds):
        """Stop posting, and wait until everybody has been shown everything, or the time is over."""
        self._over = True
        deadline = time.monotonic() + seconds
        talking = [task for task, who in self._tasks.items() if not isinstance(who, Reader)]
        told = False
        while any(not task.done() for task in talking) or self._ledger.awaited():
            if time.monotonic() > deadline:
                self._ledger.violations.append(f"it was not quiet {seconds:.0f} s after the last fault")
                break
            if not told and time.monotonic() > deadline - seconds + SLOW_S:
                told = True
                self._tell_who_waits()
            await asyncio.sleep(0.05)
        self.look_for_accidents()

    def _tell_who_waits(self):
        for task, reader in self._tasks.items():
            if isinstance(reader, Reader) and not task.done() and (reader.awaiting or not reader.opened.is_set()):
                waits_for = ", ".join(map(str, reader.awaiting)) or "its stream"
                line = f"{reader.name} in {reader.room!r} waits for {waits_for}, {reader.doing}"
                print(f"{' ':10}{line}", file=sys.stderr, flush=True)

    def look_for_accidents(self):
        """Raise what a task of ours has died of."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception():
                raise task.exception()

    async def leave(self):
        await end(self._tasks)

    async def _visits(self):
        """Open a page now and then and leave it soon: nothing may fall between the page and its stream."""
        rng = self._random("visitors")
        for number in itertools.count():
            if self._over:
                return
            room, front = rng.choice(rooms.BUSY), rng.choice(self._fronts)
            visitor = self._reader(f"visitor {number}", room, front, resident=False)
            await self._visit(visitor, asyncio.sleep(VISIT_S * rng.uniform(0.3, 1)))

    async def _new_rooms(self):
        rng = self._random("new rooms")
        for number in itertools.count():
            await asyncio.sleep(self._new_room_every_s)
            if self._over:
                return
            room = rooms.newborn(number)
            witness = self._reader(f"witness {number}", room, rng.choice(self._fronts), resident=False)
            await self._visit(witness, self._first_words(witness, room, rng))

    async def _first_words(self, witness, room, rng):
        """Let several people be the first in a room, all at once."""
        said = [compose(self._ledger, rng, _name(n), room, next(self.numbers)) for n in range(FIRST_POSTERS)]
        await asyncio.gather(*(deliver(one, rng.choice(self._fronts), self._ledger, rng) for one in said))
        while len(witness.shown) < len(said) and not self._over:
            await asyncio.sleep(0.05)

    async def _visit(self, reader, stay):
        """Let somebody read while `stay` lasts, and until all has arrived; if that never happens, they stay."""
        task = self._start(reader.run(), reader)
        opened = asyncio.ensure_future(reader.opened.wait())
        await asyncio.wait({opened, task}, return_when=asyncio.FIRST_COMPLETED)
        await stay
        while reader.awaiting and not self._over:
            await asyncio.sleep(0.01)
        if not reader.awaiting:
            reader.leave()
            task.cancel()

    def _poster(self, number, rate, turn):
        rng = self._random(f"poster {number}")
        return Poster(_name(number), rooms.BUSY, self._fronts, self._ledger, rng, self.numbers, rate, turn)

    def _reader(self, number, room, port, resident=True):
        name = f"{_name(number)}, reading" if resident else number
        rng = self._random(f"reader {number}")
        return Reader(name, room, port, self._ledger, rng, by_page=rng.random() < 0.5, resident=resident)

    def _random(self, name):
        return Random(f"{self._seed}/{name}")

    def _start(self, job, who=None):
        task = asyncio.ensure_future(job)
        self._tasks[task] = who
        return task


async def end(tasks):
    """Cancel the tasks until they have ended: a wait_for whose time is over in the same moment loses a cancellation."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)


def _name(number):
    again, place = divmod(number, len(NAMES))
    return NAMES[place] + (f" {again + 1}" if again else "")
