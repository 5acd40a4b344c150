"""What a restored database needs before anybody reads it.

Readers may have seen messages and events that the database does not know. So no id and no number that was given out may
be given out again, and readers must notice that the past has changed. The clock is ahead of everything that was given
out: a chat has fewer than a thousand messages a second, so ids that once began at the clock fall behind it. A constant
jump would not do: a room that is younger than the backup has no counter in it.

The clock in milliseconds has 13 digits. Clients read at least 15: JavaScript's numbers are exact up to 2^53, the iOS
app's are unsigned and have 64 bits (32 on an iPhone 5 or older), and the Android app keeps ids as text.
"""

import time

from django.db import connection, transaction
from django.db.models import Max

from chat.events.log import go_on_from, greatest_number
from chat.models import ChatMessage, ChatState, new_mark

TABLE = ChatMessage._meta.db_table


class ClockIsBehind(Exception):
    """One sentence for the operator."""


def begin() -> int:
    """Let all ids and event numbers go on from the clock, and give the history a new mark; return that number."""
    with transaction.atomic():
        floor = _clock(max(_last_message_id(), greatest_number()))
        go_on_from(floor)
        _let_message_ids_go_on(floor)
        ChatState.objects.update_or_create({"history": new_mark()}, id=ChatState.ID)
    return floor


def go_on_elsewhere() -> int:
    """Let message ids go on from the clock: the database was moved, and lacks ids that belonged to removed messages."""
    with transaction.atomic():
        floor = _clock(_last_message_id())
        _let_message_ids_go_on(floor)
    return floor


def _clock(greatest: int) -> int:
    now = time.time_ns() // 1_000_000
    if now <= greatest:
        raise ClockIsBehind(f"This machine's clock ({now} ms) is behind the database ({greatest}). Set it right first.")
    return now


def _last_message_id() -> int:
    """Return the greatest id that the database knows to have been given out."""
    kept = ChatMessage.objects.aggregate(greatest=Max("id"))["greatest"] or 0
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [TABLE])
        else:
            cursor.execute(
                "SELECT last_value FROM pg_sequences WHERE schemaname || '.' || sequencename = %s", [_sequence()]
            )
        row = cursor.fetchone()
    return max(kept, row[0] or 0 if row else 0)


def let_message_ids_pass(greatest: int) -> None:
    """Let PostgreSQL give new messages greater ids than this one. (SQLite does so by itself.)"""
    with connection.cursor() as cursor:
        # Nobody may draw an id between the two calls.
        cursor.execute(f"LOCK TABLE {TABLE} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("SELECT nextval(%s)", [_sequence()])
        cursor.execute("SELECT setval(%s, greatest(%s, lastval()))", [_sequence(), greatest])


def _let_message_ids_go_on(floor: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [TABLE])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [TABLE, floor])
        else:
            cursor.execute("SELECT setval(%s, %s)", [_sequence(), floor])


def _sequence() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [TABLE])
        return cursor.fetchone()[0]
