"""The people of a run: readers who stay, posters, visitors who come and go, and groups that meet in a new room."""

import asyncio
import itertools
import sys
import time
from random import Random

from . import rooms, tokens
from .poster import Poster, compose, deliver
from .reader import Reader

POSTS_A_SECOND = 90  # all posters together, on a good network; above 40, an untuned Pushpin delays messages
VISIT_S = 3
FIRST_POSTERS = 6
OPENED_S = 20
CANCEL_AGAIN_S = 0.5
FOR_EVER = "until the end of the run"
SLOW_S = 5  # after this time, print the readers that still wait
NAMES = ("Alice", "Bob", "Carol", "Dave", "Erin", "Frank", "Grace", "Heidi", "Ivan", "Judy", "Mallory", "Niaj")


class Crowd:
    """All people who use one Stack."""

    def __init__(self, fronts, ledger, seed, readers, posters, new_room_every_s):
        self._fronts, self._ledger, self._seed = fronts, ledger, seed
        self.numbers = itertools.count(1)
        self._new_room_every_s = new_room_every_s
        self._tasks = {}
        self._ended = False
        busy = [(room, front) for front in fronts for room in rooms.BUSY]
        quiet = [(room, front) for front in fronts for room in rooms.QUIET]
        seats = [*itertools.islice(itertools.cycle(busy), max(readers, len(busy))), *quiet]
        self.residents = [self._reader(n, *seat) for n, seat in enumerate(seats)]
        self._posters = [self._poster(number, POSTS_A_SECOND / posters, number / posters) for number in range(posters)]

    async def open_streams(self):
        """Start the readers who stay, and wait until their streams are open."""
        for reader in self.residents:
            self._start(reader.run(), reader)
        deadline = time.monotonic() + OPENED_S
        while without_stream := [reader.room for reader in self.residents if not reader.opened.is_set()]:
            if time.monotonic() > deadline:
                names = ", ".join(sorted(set(without_stream)))
                self._ledger.violations.append(f"no stream could be opened within {OPENED_S} s in: {names}")
                return
            await asyncio.sleep(0.05)

    def watch_rights(self, stack):
        """Start strangers, guests whose rights end, and the rechecks."""
        for number, room in enumerate(rooms.BUSY):
            front = self._fronts[number % len(self._fronts)]
            for who in (tokens.Stranger, tokens.Guest):
                one = who(room, front, self._ledger, self._random(f"{who.__name__} {number}"))
                self._start(one.run(), FOR_EVER)
        rechecker = tokens.Rechecker(stack, self._ledger, rooms.BUSY, self._random("rechecks"))
        self._start(rechecker.run(), FOR_EVER)

    def start_posting(self):
        """Start the posters, the visitors and the groups in new rooms."""
        for poster in self._posters:
            self._start(poster.run(lambda: self._ended), poster)
        self._start(self._visits())
        self._start(self._new_rooms())

    async def stop_posting(self, seconds):
        """Stop posting, and wait at most `seconds` until every reader has received everything."""
        self._ended = True
        deadline = time.monotonic() + seconds
        posting = [task for task, who in self._tasks.items() if who is not FOR_EVER and not isinstance(who, Reader)]
        printed = False
        while any(not task.done() for task in posting) or self._ledger.awaited():
            if time.monotonic() > deadline:
                self._ledger.violations.append(f"readers or posters still waited {seconds:.0f} s after the last fault")
                break
            if not printed and time.monotonic() > deadline - seconds + SLOW_S:
                printed = True
                self._print_waiting_readers()
            await asyncio.sleep(0.05)
        self.raise_failures()

    def _print_waiting_readers(self):
        for task, reader in self._tasks.items():
            if isinstance(reader, Reader) and not task.done() and (reader.awaiting or not reader.opened.is_set()):
                waits_for = ", ".join(map(str, reader.awaiting)) or "its stream"
                line = f"{reader.name} in {reader.room!r} waits for {waits_for}, {reader.doing}: {reader.last_events}"
                print(f"{' ':10}{line}", file=sys.stderr, flush=True)

    def raise_failures(self):
        """Raise the exception of a task that has failed."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception():
                raise task.exception()

    async def leave(self):
        """End all tasks."""
        await end(self._tasks)

    async def _visits(self):
        """Open a page now and then and close it soon: no message may get lost between the page and its stream."""
        rng = self._random("visitors")
        for number in itertools.count():
            if self._ended:
                return
            room, front = rng.choice(rooms.BUSY), rng.choice(self._fronts)
            visitor = self._reader(f"visitor {number}", room, front, resident=False)
            await self._visit(visitor, asyncio.sleep(VISIT_S * rng.uniform(0.3, 1)))

    async def _new_rooms(self):
        rng = self._random("new rooms")
        for number in itertools.count():
            await asyncio.sleep(self._new_room_every_s)
            if self._ended:
                return
            room = rooms.new_room(number)
            witness = self._reader(f"witness {number}", room, rng.choice(self._fronts), resident=False)
            await self._visit(witness, self._first_words(witness, room, rng))

    async def _first_words(self, witness, room, rng):
        """Let several people post the first messages of a room at the same time."""
        sent = [compose(self._ledger, rng, _name(n), room, next(self.numbers)) for n in range(FIRST_POSTERS)]
        await asyncio.gather(*(deliver(one, rng.choice(self._fronts), self._ledger, rng) for one in sent))
        while len(witness.shown) < len(sent) and not self._ended:
            await asyncio.sleep(0.05)

    async def _visit(self, reader, stay):
        """Let a reader stay until `stay` has ended and all messages have arrived."""
        task = self._start(reader.run(), reader)
        opened = asyncio.ensure_future(reader.opened.wait())
        await asyncio.wait({opened, task}, return_when=asyncio.FIRST_COMPLETED)
        await stay
        while reader.awaiting and not self._ended:
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
    """Cancel the tasks until they have ended: a wait_for whose time ends at that moment can lose a cancellation."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_AGAIN_S)


def _name(number):
    round_number, place = divmod(number, len(NAMES))
    return NAMES[place] + (f" {round_number + 1}" if round_number else "")
