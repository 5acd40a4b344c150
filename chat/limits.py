"""How much one source may do: token buckets in the database, exact across threads, workers and servers.

Each bucket is one row with one time: when the bucket will be full again. That is GCRA, the generic cell rate algorithm
(ITU-T I.371). A bucket holds `burst` tokens, and one comes back every `period_s`.

django-ratelimit counts in Django's cache, which our processes do not share, and `limits` has no SQL storage.
"""

import math
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from chat.models import Bucket

REMEMBERED = 10_000  # buckets: a process remembers so many
PURGED = 1_000  # rows a statement

_TABLE = Bucket._meta.db_table
_GREATEST = {"sqlite": "MAX", "postgresql": "GREATEST"}
# PostgreSQL's own clock, read after the row was locked: then the order of the times is the order of the locks.
_POSTGRESQL_NOW = "EXTRACT(EPOCH FROM clock_timestamp())::float8"


@dataclass(frozen=True)
class Limit:
    name: str
    burst: int
    period_s: float
    message: str  # what somebody did too often, with a place for %(seconds)s


WRITES = Limit("writes", 20, 1, _("You write faster than this chat allows: wait %(seconds)s s."))
ROOMS = Limit("rooms", 10, 60, _("You open more rooms than this chat allows: wait %(seconds)s s."))
WRONG_KEYS = Limit("wrong keys", 10, 60, _("You sent too many wrong keys: wait %(seconds)s s."))
STREAMS = Limit("streams", 60, 1, _("You open more streams than this chat allows: wait %(seconds)s s."))


class OverLimit(Exception):
    """The source has no token left. `wait_s` (int) is the time until it gets one."""

    def __init__(self, limit: Limit, wait_s: float) -> None:
        self.limit, self.wait_s = limit, max(1, math.ceil(wait_s))
        super().__init__(gettext(limit.message) % {"seconds": self.wait_s})


class _Remembered:
    """What this process knows of buckets without asking the database: {key: a time of time.monotonic()}."""

    def __init__(self) -> None:
        self._times: dict[str, float] = {}
        self._lock = Lock()

    def get(self, key: str) -> float:
        return self._times.get(key, 0)

    def set(self, key: str, moment: float) -> None:
        with self._lock:
            self._times.pop(key, None)
            self._times[key] = moment  # the last one of the dict is the newest
            while len(self._times) > REMEMBERED:
                del self._times[next(iter(self._times))]


_empty_until = _Remembered()
_full_at = _Remembered()  # of the buckets that only this process counts


def refuse_empty(limit: Limit, source: bytes) -> None:
    """Raise OverLimit if this process knows that the bucket is empty: a flood costs no statement."""
    wait_s = _empty_until.get(_key(limit, source)) - time.monotonic()
    if wait_s > 0:
        raise OverLimit(limit, wait_s)


def take(limit: Limit, source: bytes) -> None:
    """Take a token from the bucket, in the caller's transaction if there is one; raise OverLimit if it is empty."""
    refuse_empty(limit, source)
    sql, values = statement(limit, source)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    if row is None:
        refuse(limit, source)


def statement(limit: Limit, source: bytes) -> tuple[str, list[Any]]:
    """Return the SQL statement that takes a token, and its values. It returns a row, or none if the bucket is empty.

    It locks the bucket's row until the transaction ends.
    """
    now = "%s" if connection.vendor == "sqlite" else _POSTGRESQL_NOW
    greatest = _GREATEST[connection.vendor]
    sql = (
        f"INSERT INTO {_TABLE} (key, full_at) VALUES (%s, {now} + %s)"
        f" ON CONFLICT (key) DO UPDATE SET full_at = {greatest}({_TABLE}.full_at, {now}) + %s"
        f" WHERE {_TABLE}.full_at <= {now} + %s RETURNING full_at"
    )
    # SQLite has one lock for all writers, and we hold it, so its clock can be ours.
    clock = [time.time()] if connection.vendor == "sqlite" else []
    spare = (limit.burst - 1) * limit.period_s
    return sql, [_key(limit, source), *clock, limit.period_s, *clock, limit.period_s, *clock, spare]


def refuse(limit: Limit, source: bytes) -> None:
    """Raise OverLimit, and remember for how long the bucket is empty."""
    key = _key(limit, source)
    full_at = Bucket.objects.filter(key=key).values_list("full_at", flat=True).first()
    wait_s = (full_at or 0) - (limit.burst - 1) * limit.period_s - time.time()
    wait_s = min(max(wait_s, 0), limit.burst * limit.period_s)  # the database's clock may differ from ours
    _empty_until.set(key, time.monotonic() + wait_s)
    raise OverLimit(limit, wait_s)


def take_here(limit: Limit, source: bytes) -> None:
    """Take a token from a bucket that this process counts for itself; raise OverLimit if it is empty."""
    key, now = _key(limit, source), time.monotonic()
    full_at = max(_full_at.get(key), now)
    wait_s = full_at - (limit.burst - 1) * limit.period_s - now
    if wait_s > 0:
        raise OverLimit(limit, wait_s)
    _full_at.set(key, full_at + limit.period_s)


def purge() -> None:
    """Delete the buckets that are full again."""
    while _purge_some() == PURGED:
        pass


def _purge_some() -> int:
    with transaction.atomic():
        # Skip the rows that writers hold: they may be full no more, and who waits for them could deadlock.
        full = Bucket.objects.filter(full_at__lt=time.time() - 1).select_for_update(skip_locked=True)
        keys = [*full.values_list("key", flat=True)[:PURGED]]
        return Bucket.objects.filter(key__in=keys).delete()[0]


def _key(limit: Limit, source: bytes) -> str:
    return f"{limit.name} {source.hex()}"
