"""The event log: each channel numbers its events, and keeps them for 24 hours so that readers can resume."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min
from django.utils import timezone
from django_eventstream.event import Event
from django_eventstream.storage import EventDoesNotExist
from django_eventstream.utils import make_id

from chat.grip.publisher import RECHECK
from chat.models.events import EventCounter, LoggedEvent
from chat.models.state import ChatState

KEPT = timedelta(hours=24)
TRIM_BATCH = 500  # rows a transaction; each holds SQLite's one write lock for about 10 ms, 100 ms for the longest
TRIM_PAUSE_S = 0.1  # writers that wait for that lock get it in the pause
# The counter that no channel has: no channel has a smaller number. It is there once the database was restored, because
# readers may have seen the numbers of a channel that the restored database does not know.
FLOOR = "floor"
# A channel without a counter, which had no event, begins at the floor.
LAST_NUMBER = f"SELECT COALESCE(MAX(value), 0) FROM {EventCounter._meta.db_table} WHERE name = %s OR name = '{FLOOR}'"
# The numbers of the channels and the floor, and one row without a number: it has the mark of the history.
POSITIONS = (
    f"SELECT name, value FROM {EventCounter._meta.db_table} WHERE name IN ({{channels}}) OR name = '{FLOOR}' "
    f"UNION ALL SELECT history, NULL FROM {ChatState._meta.db_table} WHERE id = {ChatState.ID}"
)
COUNT = f"UPDATE {EventCounter._meta.db_table} SET value = value + 1, updated = %s WHERE name = %s"
GIVE_BACK = f"UPDATE {EventCounter._meta.db_table} SET value = value - 1 WHERE name = %s"
GIVE_FIRST_BACK = f"DELETE FROM {EventCounter._meta.db_table} WHERE name = %s"
LOG = f"INSERT INTO {LoggedEvent._meta.db_table} (channel, type, data, eid, created) VALUES (%s, %s, %s, %s, %s)"
REDACT = f"UPDATE {LoggedEvent._meta.db_table} SET type = %s, data = %s WHERE channel = %s AND eid = %s AND type <> %s"


def current_event_number(channel: str) -> int:
    """Return the number of the channel's last event; if it had none, the floor."""
    return EVENT_LOG.get_current_id(channel)


def positions(channels: Sequence[str]) -> tuple[dict[str, int], str]:
    """Return the current_event_number of each channel, and the mark of the database's history.

    This is one statement because each stream that opens asks for both, and after a restart all of them open.
    """
    with connection.cursor() as cursor:
        cursor.execute(POSITIONS.format(channels=",".join(["%s"] * len(channels))), channels)
        rows = dict(cursor.fetchall())
    history = next((name for name, number in rows.items() if number is None), "")
    floor = rows.get(FLOOR, 0)
    return {channel: max(rows.get(channel, 0), floor) for channel in channels}, history


def event_id(channel: str, number: int) -> str:
    """Return the event's id on the wire: a stream that opens there sends the events after it."""
    return make_id({channel: str(number)})


def take_event_number(channel: str) -> int:
    """Return the number of the event that the caller sends in this transaction.

    The number is the room's lock: until the transaction ends, no other transaction gets a number of this channel.
    """
    number = _count(channel)
    if number is None:
        # Several first events may arrive here at once. A plain INSERT would fail for all but one, and on PostgreSQL
        # a failed statement spoils the whole transaction.
        EventCounter.objects.bulk_create([EventCounter(name=channel, value=_floor())], ignore_conflicts=True)
        number = _count(channel)
        assert number is not None
    return number


def _count(channel: str) -> int | None:
    """Return the channel's next number, None if it has no counter; lock the counter until the transaction ends.

    Django needs two statements for this one. An upsert would do it all in one, but each upsert uses up an id of the
    counters' table, and these ids have only 31 bits.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{COUNT} RETURNING value", count_values(channel))
        row = cursor.fetchone()
    return row[0] if row else None


def count_values(channel: str) -> list[Any]:
    """Return the values of the statement COUNT."""
    return [_now(), channel]


def give_back(channel: str, number: int) -> None:
    """Give back the number that this transaction has taken: then the next event gets it."""
    with connection.cursor() as cursor:
        # A channel that had no event is left as it was, without a counter.
        cursor.execute(GIVE_FIRST_BACK if number == _floor() + 1 else GIVE_BACK, [channel])


def _floor() -> int:
    return EventCounter.objects.filter(name=FLOOR).values_list("value", flat=True).first() or 0


def greatest_number() -> int:
    """Return the greatest number of all channels, 0 if there is none."""
    return EventCounter.objects.aggregate(greatest=Max("value"))["greatest"] or 0


def go_on_from(floor: int) -> None:
    """Let all channels go on after this number, also those that the database does not know, and empty the log.

    No reader has an event of the new numbers, so each gets a stream-reset when it resumes.
    """
    LoggedEvent.objects.all().delete()
    EventCounter.objects.update_or_create({"value": floor}, name=FLOOR)
    EventCounter.objects.update(value=floor)


def raise_number(channel: str, number: int) -> None:
    """Let the channel's next event have a greater number than this one."""
    with transaction.atomic():
        current = take_event_number(channel) - 1
        EventCounter.objects.filter(name=channel).update(value=max(current, number))


def wait_for_writers() -> None:
    """Return when every transaction that has taken a number, or blocked pauses, has ended.

    SQLite needs nothing: whoever has committed had its one lock after all of them.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _lock_counters("SHARE")


def block_pauses() -> None:
    """Let wait_for_writers wait for this transaction too; taking a number does that by itself."""
    if connection.vendor == "postgresql":
        _lock_counters("ROW EXCLUSIVE")


def _lock_counters(mode: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {EventCounter._meta.db_table} IN {mode} MODE")


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def redact_events(channel: str, event_type: str, data_of: Mapping[int, str]) -> None:
    """Give events of the channel another type, and other data: {the event's number: data}. They keep their ids.

    Those that have this type already stay as they are.
    """
    rows = [(event_type, _encoded(data), channel, number, event_type) for number, data in data_of.items()]
    with connection.cursor() as cursor:
        cursor.executemany(REDACT, rows)


def first_unlike(channel: str, number: int) -> int:
    """Return the number of the first event that repeat_event has to change; `number` if none precedes it."""
    alike = LoggedEvent.objects.filter(channel=channel, eid=number).values("type")
    others = LoggedEvent.objects.filter(channel=channel, eid__lt=number).exclude(type__in=alike)
    return others.exclude(type=RECHECK).aggregate(first=Min("eid"))["first"] or number


def repeat_event(channel: str, number: int, earlier: range) -> None:
    """Let the events with these numbers say what event `number` says, which has made them meaningless.

    They keep their ids, so readers can still resume at them. A recheck stays: next links have to find it.
    """
    event = LoggedEvent.objects.filter(channel=channel, eid=number).first()
    if event is not None:  # else the log was trimmed, and the earlier ones went before it
        others = LoggedEvent.objects.filter(channel=channel, eid__gte=earlier.start, eid__lt=earlier.stop)
        others.exclude(type__in=[event.type, RECHECK]).update(type=event.type, data=event.data)


def _encoded(data: str) -> str:
    """Return an event's data as the library's table keeps it: encoded as JSON once more."""
    return json.dumps(data)


class EventLog:
    """What the library calls a storage: exact under concurrency, and no request trims it."""

    def get_current_id(self, channel: str) -> int:
        """Return the number of the channel's last event; each stream and each page begins with it.

        If the channel had none, it is the floor: 0 unless the database was restored.
        """
        with connection.cursor() as cursor:
            cursor.execute(LAST_NUMBER, [channel])
            row = cursor.fetchone()
        return row[0]

    def append_event(self, channel: str, event_type: str, data: str, number: int | None = None) -> Event:
        """Log `data` in the caller's transaction, under the taken number or else the channel's next."""
        number = number or take_event_number(channel)
        with connection.cursor() as cursor:
            cursor.execute(LOG, [channel, event_type, _encoded(data), number, _now()])
        return Event(channel, event_type, data, id=number)

    def get_events(self, channel: str, last_id: int, limit: int = 100) -> list[Event]:
        """Return up to `limit` events after `last_id`, oldest first.

        Raises EventDoesNotExist if the log has a gap there: the id is unknown, or the event right after it was
        trimmed. The event `last_id` itself need not be there.
        """
        current_id = self.get_current_id(channel)
        if last_id == current_id:
            return []
        rows = list(LoggedEvent.objects.filter(channel=channel, eid__gt=last_id).order_by("eid")[:limit])
        if not rows or last_id < 0 or [row.eid for row in rows] != [*range(last_id + 1, last_id + 1 + len(rows))]:
            raise EventDoesNotExist(f"No such event {last_id}", current_id)
        return [_event(row) for row in rows]

    def recent(self, seconds: float, limit: int) -> list[Event]:
        """Return the events of the last `seconds`, at most `limit`, oldest first."""
        since = timezone.now() - timedelta(seconds=seconds)
        rows = LoggedEvent.objects.filter(created__gte=since).order_by("-id")[:limit]
        return [_event(row) for row in reversed(rows)]

    def trim_event_log(self) -> int:
        """Delete the events of more than 24 hours ago, in batches; return how many."""
        trimmed = 0
        while True:
            batch = self._trim_batch()
            trimmed += batch
            if batch < TRIM_BATCH:
                return trimmed
            time.sleep(TRIM_PAUSE_S)

    def _trim_batch(self) -> int:
        with transaction.atomic():
            # Skip the rows that another process is deleting: two processes that lock the same rows could deadlock.
            old = LoggedEvent.objects.filter(created__lt=timezone.now() - KEPT).select_for_update(skip_locked=True)
            batch = list(old.values_list("id", flat=True)[:TRIM_BATCH])
            return LoggedEvent.objects.filter(id__in=batch).delete()[0]


EVENT_LOG = EventLog()


def _event(row: LoggedEvent) -> Event:
    return Event(row.channel, row.type, json.loads(row.data), id=row.eid)
