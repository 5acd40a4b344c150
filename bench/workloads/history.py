"""Fills a database with years of messages, in SQL: a quiet room and a thousand busy ones."""

import sqlite3
from contextlib import closing
from urllib.parse import unquote, urlsplit

import psycopg

ROOMS = 1000
SPARSE, DENSE, EMPTY = "quiet", "busy-1", "empty"
SPARSE_MESSAGES = 60  # spread over the whole table
TEXT = "a message of a common length, such as people send all day, not long"
ROOM_TABLE, TABLE = "chat_chatroom", "chat_chatmessage"  # in all stacks
COLUMNS = '(room_id, "user", date, text)'


def fill(stack, messages):
    """Insert `messages` messages into the stack's database; for 0, only the quiet room's 60."""
    scheme = urlsplit(stack.database_url).scheme
    insert = _postgresql if scheme.startswith("postgres") else _sqlite
    insert(stack.database_url, messages or SPARSE_MESSAGES, max(1, messages // SPARSE_MESSAGES))


def _postgresql(url, messages, step):
    date = f"now() - ({messages} - n) * interval '10 seconds'"
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(f"INSERT INTO {ROOM_TABLE} (eid) {_names(f'generate_series(1, {ROOMS - 1}) AS n')}")
        numbers = f"generate_series(1, {messages}) AS n"
        database.execute(f"INSERT INTO {TABLE} {COLUMNS} {_messages(date, step)} {numbers}")
        for one in (ROOM_TABLE, TABLE):
            database.execute(f"VACUUM ANALYZE {one}")  # otherwise PostgreSQL would do so later, during the measurement


def _sqlite(url, messages, step):
    date = f"datetime('now', ((n - {messages}) * 10) || ' seconds')"
    with closing(sqlite3.connect(unquote(url.removeprefix("sqlite:///")), timeout=60)) as database, database:
        database.execute(f"{_numbers(ROOMS - 1)} INSERT INTO {ROOM_TABLE} (eid) {_names('numbers')}")
        database.execute(f"{_numbers(messages)} INSERT INTO {TABLE} {COLUMNS} {_messages(date, step)} numbers")


def _numbers(last):
    return f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last})"


def _names(numbers):
    return f"SELECT '{SPARSE}' UNION ALL SELECT 'busy-' || n FROM {numbers}"


def _messages(date, step):
    quiet = f"(SELECT id FROM {ROOM_TABLE} WHERE eid = '{SPARSE}')"
    first = f"(SELECT id FROM {ROOM_TABLE} WHERE eid = 'busy-1')"
    # 7919 and 999 have no common factor, so the busy rooms take turns, in an irregular order.
    busy = f"{first} + n % {ROOMS - 1} * 7919 % {ROOMS - 1}"
    return (
        f"SELECT CASE WHEN n % {step} = 0 THEN {quiet} ELSE {busy} END, 'person ' || (n % 97), {date},"
        f" '{TEXT} ' || n FROM"
    )
