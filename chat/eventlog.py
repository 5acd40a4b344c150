"""The event log: what readers are told, kept so that they can resume."""

import json
import time
from datetime import timedelta

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from django_eventstream.event import Event
from django_eventstream.models import Event as LoggedEvent
from django_eventstream.models import EventCounter
from django_eventstream.storage import DjangoModelStorage, EventDoesNotExist
from django_eventstream.utils import get_storage, make_id

from . import embedded, publisher

KEPT = timedelta(hours=24)
TRIM_BATCH = 500  # rows a transaction, which holds SQLite's one write lock for some 10 ms (100 ms for the longest)
TRIM_PAUSE_S = 0.1  # others that wait for that lock get it meanwhile
LAST_NUMBER = f"SELECT value FROM {EventCounter._meta.db_table} WHERE name = %s"  # of a channel; no row if it had none
COUNT = f"UPDATE {EventCounter._meta.db_table} SET value = value + 1, updated = %s WHERE name = %s RETURNING value"
LOG = f"INSERT INTO {LoggedEvent._meta.db_table} (channel, type, data, eid, created) VALUES (%s, %s, %s, %s, %s)"
MAX_DATA_BYTES = 400_000  # JSON escapes it once more for the proxy, which refuses requests over 1 000 000


class NotInTransaction(Exception):
    """send_event was called outside transaction.atomic(): an event could stay without its message."""


def send_event(channel, event_type, data, skip_user_ids=None, async_publish=True, json_encode=True, number=None):
    """Log an event in the caller's transaction and publish it after the commit.

    Takes what django_eventstream.send_event takes, but tells readers only of what has been committed, and never
    of what was rolled back. `data` is encoded as JSON unless `json_encode` is false. `skip_user_ids` must be
    empty, there are no users; with `async_publish` false the commit waits up to 1 s for the proxies. `number` (int) is
    the event's, for who has taken it with take_event_number, and else the channel's next.
    Raises NotInTransaction, and ValueError for data over 400 000 bytes.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction("Call send_event inside transaction.atomic(), after saving what it tells of.")
    if skip_user_ids:
        raise ValueError("skip_user_ids must be empty: readers of this site are not users.")
    if json_encode:
        data = _json(data)
    if len(data.encode()) > MAX_DATA_BYTES:
        raise ValueError(f"An event carries at most {MAX_DATA_BYTES} bytes of data.")

    event = get_storage().append_event(channel, event_type, data, number)

    def tell():
        publisher.publish(event)
        embedded.wake(channel)
        if not async_publish:
            publisher.flush()

    # robust: the message is saved, so a failure here is logged and must not become an error of the POST.
    transaction.on_commit(tell, robust=True)


def current_event_number(channel):
    """Return the number of the channel's last event, 0 if it had none."""
    return get_storage().get_current_id(channel)


def event_id(channel, number):
    """Return the event's id on the wire (str): a stream that is opened there tells what comes after it."""
    return make_id({channel: str(number)})


def take_event_number(channel):
    """Return the number of the event that the caller will send in this transaction, which locks the channel."""
    number = _count(channel)
    if number is None:
        # Several first events may get here at once. A plain INSERT would fail for all but one of them, and on
        # PostgreSQL a failed statement spoils the whole transaction.
        EventCounter.objects.bulk_create([EventCounter(name=channel)], ignore_conflicts=True)
        number = _count(channel)
    return number


def _count(channel):
    """Return the channel's next number, None if it has no counter; lock that until the transaction ends.

    One statement for the two that Django has for it. An upsert would be one for all three, but it uses up an id of
    the counters' table each time, and these have 31 bits.
    """
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [_now(), channel])
        row = cursor.fetchone()
    return row[0] if row else None


def _now():
    return connection.ops.adapt_datetimefield_value(timezone.now())


def take_back(channel, message_id, first, last, data):
    """Put a deleted message's tombstone (`data`) in place of what the channel's events said of it.

    They keep their ids and become message-deleted; `first` and `last` are the numbers between which they are.
    """
    told = LoggedEvent.objects.filter(
        channel=channel,
        type__in=["message", "message-edited"],
        eid__range=(first, last),
        data__startswith=_as_kept(f'{{"id": {message_id}, ')[:-1],  # without the quote at its end
    )
    told.update(type="message-deleted", data=_as_kept(_json(data)))


def _json(data):
    # One published app's parser ends a line at U+0085, U+2028 and U+2029 too, and drops an event that holds
    # `retry:` anywhere. So: ASCII, and that colon escaped.
    return json.dumps(data, cls=DjangoJSONEncoder).replace("retry:", "retry\\u003a")


def _as_kept(data):
    """Return an event's data (str) as the library's table has it: encoded as JSON, once more."""
    return json.dumps(data)


class EventLog(DjangoModelStorage):
    """The library's log without its faults: exact under concurrency, and never trimmed while somebody waits."""

    def get_current_id(self, channel):
        """Return the number of the channel's last event, 0 if it had none. Each stream and each page begins with it."""
        with connection.cursor() as cursor:
            cursor.execute(LAST_NUMBER, [channel])
            row = cursor.fetchone()
        return row[0] if row else 0

    def append_event(self, channel, event_type, data, number=None):
        """Log `data` (str) under a number that was taken, or the channel's next, within the caller's transaction.

        Return the Event.
        """
        number = number or take_event_number(channel)
        with connection.cursor() as cursor:
            cursor.execute(LOG, [channel, event_type, _as_kept(data), number, _now()])
        return Event(channel, event_type, data, id=number)

    def get_events(self, channel, last_id, limit=100):
        """Return up to `limit` Events after `last_id` (int), oldest first.

        Raises EventDoesNotExist when they can't be told without a gap: the id is unknown, or what came
        right after it has been trimmed. The event `last_id` itself may be gone, for it is not asked for.
        """
        current_id = self.get_current_id(channel)
        if last_id == current_id:
            return []
        rows = list(LoggedEvent.objects.filter(channel=channel, eid__gt=last_id).order_by("eid")[:limit])
        if not rows or last_id < 0 or [row.eid for row in rows] != [*range(last_id + 1, last_id + 1 + len(rows))]:
            raise EventDoesNotExist(f"No such event {last_id}", current_id)
        return [_event(row) for row in rows]

    def recent(self, seconds, limit):
        """Return the Events of the last `seconds`, at most `limit`, oldest first."""
        since = timezone.now() - timedelta(seconds=seconds)
        rows = LoggedEvent.objects.filter(created__gte=since).order_by("-id")[:limit]
        return [_event(row) for row in reversed(rows)]

    def trim_event_log(self):
        """Delete the events of more than 24 hours ago, in bulk; return how many."""
        trimmed = 0
        while True:
            batch = self._trim_batch()
            trimmed += batch
            if batch < TRIM_BATCH:
                return trimmed
            time.sleep(TRIM_PAUSE_S)

    def _trim_batch(self):
        with transaction.atomic():
            # What another process is deleting is left to it: two that lock the same rows could deadlock.
            old = LoggedEvent.objects.filter(created__lt=timezone.now() - KEPT).select_for_update(skip_locked=True)
            batch = list(old.values_list("id", flat=True)[:TRIM_BATCH])
            return LoggedEvent.objects.filter(id__in=batch).delete()[0]


def _event(row):
    return Event(row.channel, row.type, json.loads(row.data), id=row.eid)
