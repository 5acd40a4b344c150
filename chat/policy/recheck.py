"""Ends the streams of a room, so that its readers open them again and the policy is asked again.

A recheck is an event of the room, with a number N. The GRIP proxy gets it with the action `close`, as it gets every
event: from the log, after the commit, again until it has it. A stream that can't hear it, because the proxy is just
asking Django where to go on, ends all the same: a next link that comes across a recheck in the log ends its streams,
and so does a stream of embedded mode.

A request that opens a stream reads the log first and asks the policy last. So a stream that was allowed before a right
was revoked begins before N, comes across N, and shows no message after N.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chat.events.channels import room_channel
from chat.events.log import take_event_number
from chat.events.send import publish_again, send_event
from chat.grip.publisher import RECHECK
from chat.models import Recheck
from chat.naming import clean_room_name

PAUSE = timedelta(seconds=10)  # between two rechecks of a room: nobody can keep its readers away by a loop
AGAIN = timedelta(seconds=15)  # for how long other processes publish a recheck again


def recheck(*rooms: str) -> None:
    """Let the policy decide again about all who read these rooms now; call this after you have revoked a right.

    Their streams end within a second, and they open them again: who may read on misses nothing. If a room had a recheck
    in the last 10 seconds, the next one runs when these are over, in any of the server's processes.

    It belongs to the caller's transaction, if there is one: after a rollback nothing happens. Until the commit, nobody
    can write in these rooms. Raises ValidationError for a name that no room can have.
    """
    # In one order: two transactions that take the same rooms in opposite order would wait for each other.
    for room in sorted({clean_room_name(room) for room in rooms}):
        with transaction.atomic():
            entry = _locked(room)
            if _is_due(entry, timezone.now()):
                _run(entry)
            elif not entry.waiting:
                entry.waiting = True
                entry.save(update_fields=["waiting"])


def _locked(room: str) -> Recheck:
    """Return the room's entry, locked until the transaction ends; make it if there is none."""
    Recheck.objects.bulk_create(
        [Recheck(room=room)], update_conflicts=True, unique_fields=["room"], update_fields=["room"]
    )
    return Recheck.objects.get(room=room)


def _is_due(entry: Recheck, now: datetime) -> bool:
    # The clocks of two servers may differ, and somebody may set one back.
    return entry.ran is None or abs(now - entry.ran) >= PAUSE


def _run(entry: Recheck) -> None:
    channel = room_channel(entry.room)
    entry.number = take_event_number(channel)
    entry.ran, entry.waiting = timezone.now(), False
    entry.save(update_fields=["number", "ran", "waiting"])
    send_event(channel, RECHECK, {}, number=entry.number)


class Waiting:
    """What each server process does for the rechecks, again and again."""

    def __init__(self) -> None:
        self._published: dict[str, int] = {}  # {room: the number of its last recheck}

    def run(self) -> None:
        """Run the rechecks that wait and are due, and publish again what other processes have logged in between."""
        recent = timezone.now() - AGAIN
        entries = [*Recheck.objects.filter(Q(waiting=True) | Q(ran__gt=recent))]
        published, self._published = self._published, {}
        for entry in entries:
            if published.get(entry.room) != entry.number:
                publish_again(room_channel(entry.room), RECHECK, {}, entry.number)
            self._published[entry.room] = entry.number
        for entry in entries:
            if entry.waiting and _is_due(entry, timezone.now()):
                self._run_waiting(entry.pk)

    def _run_waiting(self, pk: int) -> None:
        with transaction.atomic():
            # Skip it if another process is just running it.
            entry = Recheck.objects.select_for_update(skip_locked=True).filter(pk=pk, waiting=True).first()
            if entry is not None and _is_due(entry, timezone.now()):
                _run(entry)


def forget_old_rechecks() -> None:
    """Delete what throttles no recheck any more."""
    old = timezone.now() - timedelta(hours=1)
    Recheck.objects.filter(waiting=False, ran__lt=old).delete()
