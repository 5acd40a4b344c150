"""The faults, by name. Each fault returns when it is over, and has repaired what it broke."""

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial

from .onlooker import look_on
from .poster import compose, deliver
from .texts import of_length

OF_DATABASE = {"database-locked", "commits-refused", "postgresql-killed"}
GRACEFUL = {"web-master-restarted", "web-worker-terminated"}
MISSED_BYTES = 160_000  # more than the 100 000 that Pushpin accepts in a first response
MISSED_EVENTS = 110  # more than one answer of the stream carries
BURST_WRITERS = 6
ONLOOKERS, WAVE_MESSAGES, WAVE_BYTES = 250, 100, 20_000  # 25 000 deliveries: 10 s at an untuned Pushpin's 2500 a second


class Scene:
    """The parts of a run that a fault can use or break."""

    def __init__(self, stack, ledger, residents, rooms, numbers):
        self.stack, self.ledger, self.residents, self.rooms, self.numbers = stack, ledger, residents, rooms, numbers
        self.onlookers = []  # tasks

    def listeners(self, room):
        return [reader for reader in self.residents if reader.room == room]

    async def burst(self, room, rng, messages, size=MISSED_BYTES):
        """Post `messages` messages to a room, of `size` bytes together: by default, too many for a first response."""
        left = iter(range(messages))
        length = size // messages

        async def write(name):
            for _ in left:
                number = next(self.numbers)
                words = of_length(rng, number, length)
                sent = compose(self.ledger, rng, name, room, number, words)
                await deliver(sent, rng.choice(self.stack.fronts), self.ledger, rng)

        await asyncio.gather(*(write(f"Burst writer {number}") for number in range(BURST_WRITERS)))


def kinds(names, postgres):
    """Return {name: fault}, also for processes with these names. A fault is a function of a Scene and a Random."""
    found = {
        "web-master-restarted": partial(send, "web master", signal.SIGHUP),
        "web-worker-terminated": partial(send, "web worker", signal.SIGTERM),
        "control-refuses": control_refuses,
        "control-hangs": control_hangs,
        "all-readers-cut": all_readers_cut,
        "some-readers-cut": some_readers_cut,
        "readers-stalled": readers_stalled,
        "readers-away": readers_away,
        "foreign-event-id": foreign_event_id,
        "room-crowded": room_crowded,
        "database-locked": database_locked,
        "commits-refused": commits_refused,
    }
    for name in names:
        found[f"{_as_kind(name)}-killed"] = partial(send, name, signal.SIGKILL)
        found[f"{_as_kind(name)}-stopped"] = partial(stop, name)
    if postgres:
        found["postgresql-killed"] = postgresql_killed
    return found


def _as_kind(name):
    return name.replace(" ", "-")


async def send(name, number, scene, rng):
    """Send a signal to one process with this name, at a random moment."""
    await asyncio.sleep(rng.uniform(0.05, 0.3))
    _signal(await _victim(name, scene, rng), number)


async def stop(name, scene, rng):
    """Stop one process with this name for a few seconds, and let it continue."""
    pid = await _victim(name, scene, rng)
    _signal(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(rng.uniform(1, 4))
    finally:
        _signal(pid, signal.SIGCONT)


async def _victim(name, scene, rng):
    """Return the pid of one process with this name; wait for it if it is just restarting."""
    while not (pids := scene.stack.pids_of(name)):
        await asyncio.sleep(0.05)
    return rng.choice(sorted(pids))


def _signal(pid, number):
    with suppress(ProcessLookupError):
        os.kill(pid, number)


async def control_refuses(scene, rng):
    relay = rng.choice(scene.stack.relays)
    await relay.refuse()
    try:
        await asyncio.sleep(rng.uniform(1, 4))
    finally:
        await relay.pass_on()


async def control_hangs(scene, rng):
    relay = rng.choice(scene.stack.relays)
    relay.hang()
    try:
        await asyncio.sleep(rng.uniform(1, 6))
    finally:
        await relay.pass_on()


async def all_readers_cut(scene, rng):
    await asyncio.sleep(rng.uniform(0.05, 0.3))
    for reader in scene.residents:
        reader.cut()


async def some_readers_cut(scene, rng):
    for _ in range(rng.randint(2, 5)):
        await asyncio.sleep(rng.uniform(0.05, 0.3))
        for reader in rng.sample(scene.residents, len(scene.residents) // 3):
            reader.cut()


async def readers_stalled(scene, rng):
    """Stop a room's readers from reading, and post more messages than fit into one answer."""
    room = rng.choice(scene.rooms)
    readers = scene.listeners(room)
    for reader in readers:
        reader.stop_reading()
    try:
        await asyncio.gather(scene.burst(room, rng, MISSED_EVENTS), asyncio.sleep(rng.uniform(1, 3)))
    finally:
        for reader in readers:
            reader.continue_reading()


async def readers_away(scene, rng):
    """Take the readers of two rooms offline, and post more messages to both than fit into one answer."""
    rooms = rng.sample(scene.rooms, 2)
    readers = [reader for room in rooms for reader in scene.listeners(room)]
    for reader in readers:
        reader.go_offline()
    try:
        await asyncio.gather(*(scene.burst(room, rng, MISSED_EVENTS // 2) for room in rooms))
    finally:
        for reader in readers:
            reader.go_online()


async def room_crowded(scene, rng):
    """Fill a room with extra readers and post a lot there: the delivery to many readers must not delay any of them."""
    room, front = rng.choice(scene.rooms), rng.choice(scene.stack.fronts)
    opened = asyncio.Semaphore(0)
    scene.onlookers += [asyncio.ensure_future(look_on(front, room, opened)) for _ in range(ONLOOKERS)]
    for _ in range(ONLOOKERS):
        await opened.acquire()
    await scene.burst(room, rng, WAVE_MESSAGES, WAVE_BYTES)


async def foreign_event_id(scene, rng):
    """Let readers resume with an id of another database, or with a malformed one."""
    for reader in rng.sample(scene.residents, len(scene.residents) // 2):
        channel = reader.last_event_id.rpartition(":")[0]
        reader.resume_at(rng.choice((f"{channel}:9999999", f"{channel}:x", "room-elsewhere:7", "%00")))


async def database_locked(scene, rng):
    await _in_thread(scene.stack.database.hold_lock, rng.uniform(1, 4))


async def commits_refused(scene, rng):
    await _in_thread(scene.stack.database.refuse_commits, rng.uniform(1, 2))


async def postgresql_killed(scene, rng):
    await asyncio.sleep(rng.uniform(0.05, 0.3))
    await _in_thread(scene.stack.database.crash)


async def _in_thread(function, *arguments):
    """Run a blocking function. If we are cancelled, wait for its end, because it must repair what it has broken."""
    work = asyncio.get_running_loop().run_in_executor(None, partial(function, *arguments))
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await work
        raise


def schedule(kinds, rng):
    """Yield the kinds without end: in each round every kind once, in random order."""
    kinds = sorted(kinds)
    while True:
        yield from rng.sample(kinds, len(kinds))
