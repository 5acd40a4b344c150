"""The siege: honest people talk in peace first, then under attack; then a moderator removes one attacker."""

import asyncio
import json
import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.helpers import postgres
from tests.helpers.running import Chat
from tests.torture.connection import exchange, request

from .attackers import ADDRESSES, RATE, Attack
from .honest import POSTERS, READERS, ROOM, Poster, Reader, post

BURST, SPARE_S = 20, 1  # what the limit of writes allows at once; the first and the last second are not whole ones
OPEN_S, ARRIVE_S, REMOVE_S, TOKEN_S = 30, 20, 10, 10
END_THE_BAN = "from chat.models import Ban; from django.utils import timezone; Ban.objects.update(until=timezone.now())"


@contextmanager
def besieged_chat(on_postgresql=False, limits=True):
    """Yield a running chat with temporary data."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="siege-", dir="/tmp")))
        environment = {"LIMITS": "on" if limits else "off"}
        if on_postgresql:
            environment["DATABASE_URL"] = stack.enter_context(postgres.Cluster()).new_database()
        yield stack.enter_context(Chat.ready(folder, **environment))


class Siege:
    """Lets honest people talk in peace first, then attacks, then removes one attacker."""

    def __init__(self, chat, seconds, seed):
        self._chat, self._port, self._seconds = chat, int(chat.port), seconds
        self._posters = [Poster(self._port, number, seed) for number in range(POSTERS)]
        self._readers = [Reader(self._port, number) for number in range(READERS)]
        self._attack = Attack(self._port, seed, self._posters)
        self._found, self._figures = [], {}

    async def run(self):
        """Return the findings, each as a sentence, and figures."""
        readers = [asyncio.create_task(reader.read()) for reader in self._readers]
        await asyncio.wait_for(asyncio.gather(*(reader.opened.wait() for reader in self._readers)), OPEN_S)
        posters = [asyncio.create_task(poster.write()) for poster in self._posters]
        await asyncio.sleep(self._seconds / 2)
        began = time.monotonic()
        await self._besiege(began)
        await self._remove_one()
        await _end(posters)
        await self._check_readers()
        await _end(readers)
        self._check_posters(began)
        return self._found, self._figures

    async def _besiege(self, began):
        attack = asyncio.create_task(self._attack.run())
        await asyncio.sleep(self._seconds)
        await _end([attack])
        allowed = BURST + (time.monotonic() - began) + SPARE_S
        for address, accepted in self._attack.accepted.items():
            if len(accepted) > allowed:
                self._found.append(f"{address} wrote {len(accepted)} messages, at most {allowed:.0f} are allowed")
        self._figures |= {f"attack: {kind}": count for kind, count in sorted(self._attack.answers.items())}

    async def _remove_one(self):
        """Remove all from the first attacker and ban him, while the others go on."""
        attacker, *others = ADDRESSES
        attack = asyncio.create_task(self._attack.run(others))
        accepted = self._attack.accepted[attacker]
        room, message_id = accepted[-1]
        began = time.monotonic()
        await self._manage("moderate", "remove", str(message_id))
        took = time.monotonic() - began
        self._figures |= {"removed messages": len(accepted), "removal took s": round(took, 1)}
        if took > REMOVE_S:
            self._found.append(f"to remove {len(accepted)} messages took {took:.1f} s")
        for room, message_id in accepted:
            _, body = await exchange(self._port, request("GET", f"/rooms/{room}/messages/{message_id}/"))
            if "deleted" not in json.loads(body):
                self._found.append(f"message {message_id} of the attacker is still there")
        await self._manage("moderate", "ban", str(message_id))
        status, _ = await self._write_from(attacker)
        if status != 403:
            self._found.append(f"the banned attacker's next write was answered {status}")
        await self._manage("shell", "-v0", "-c", END_THE_BAN)
        until = time.monotonic() + TOKEN_S
        while (status := (await self._write_from(attacker))[0]) == 429 and time.monotonic() < until:
            await asyncio.sleep(1)
        if status != 200:
            self._found.append(f"after the ban, a write was answered {status}")
        await _end([attack])

    async def _manage(self, *arguments):
        await asyncio.to_thread(self._chat.manage, *arguments)

    async def _write_from(self, address):
        return await exchange(self._port, post(ROOM, "troll", "again"), address=address)

    async def _check_readers(self):
        sent = {message_id for poster in self._posters for message_id in poster.sent}
        last = max(sent)
        arrived = await asyncio.gather(*(reader.wait_for(last, ARRIVE_S) for reader in self._readers))
        if not all(arrived):
            self._found.append(f"{arrived.count(False)} readers did not get the last honest message")
        for reader in self._readers:
            honest = [message_id for message_id in reader.got if message_id in sent]
            if honest != sorted(sent):
                missing = len(sent - {*honest})
                self._found.append(f"a reader got {len(honest)} honest messages, {missing} are missing, or in disorder")
        self._figures["honest messages to each of 100 readers"] = len(sent)

    def _check_posters(self, began):
        for poster in self._posters:
            self._found += [f"{poster.name} was refused: {answer}" for answer in poster.refused]
        took = [one for poster in self._posters for one in poster.took]
        calm, besieged = ([s for at, s in took if (at < began) == wanted] for wanted in (True, False))
        for name, seconds in (("calm", calm), ("under siege", besieged)):
            for percent in (50, 99):
                self._figures[f"honest POSTs, {name}: p{percent} ms"] = _ms(seconds, percent)
        self._figures["attacking requests a second"] = RATE


def _ms(seconds, percent):
    return round(1000 * statistics.quantiles(seconds, n=100)[percent - 1])


async def _end(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
