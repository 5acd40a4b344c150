"""Years of messages in a database, made by its own SQL: a quiet room among a thousand busy ones."""

import sqlite3
from contextlib import closing
from urllib.parse import unquote, urlsplit

import psycopg

ROOMS = 1000
SPARSE, DENSE, EMPTY = "quiet", "busy-1", "empty"
SPARSE_MESSAGES = 60  # spread over all the others
TEXT = "a message of a common length, such as people send all day, not long"
TABLES = {"ours": ("chat_chatroom", "chat_chatmessage"), "ancestor": ("rooms_chatroom", "rooms_chatmessage")}


def fill(stack, messages):
    """Put so many messages into the stack's database, or only the quiet room's 60 for 0."""
    rooms, table = TABLES[stack.name]
    scheme = urlsplit(stack.database_url).scheme
    say = _postgresql if scheme.startswith("postgres") else _sqlite
    say(stack.database_url, rooms, table, messages or SPARSE_MESSAGES, max(1, messages // SPARSE_MESSAGES))


def _postgresql(url, rooms, table, messages, step):
    date = f"now() - ({messages} - n) * interval '10 seconds'"
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(f"INSERT INTO {rooms} (eid) {_names('generate_series(1, %s) AS n')}", [ROOMS - 1])
        numbers = "generate_series(1, %s) AS n"
        database.execute(
            f'INSERT INTO {table} (room_id, "user", date, text) {_messages(rooms, date, step)} {numbers}', [messages]
        )
        database.execute(f"VACUUM ANALYZE {rooms}")
        database.execute(f"VACUUM ANALYZE {table}")


def _sqlite(url, rooms, table, messages, step):
    numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
    date = f"datetime('now', ((n - {messages}) * 10) || ' seconds')"
    with closing(sqlite3.connect(unquote(url.removeprefix("sqlite:///")), timeout=60)) as database, database:
        database.execute(f"{numbers} INSERT INTO {rooms} (eid) {_names('numbers')}", [ROOMS - 1])
        database.execute(
            f'{numbers} INSERT INTO {table} (room_id, "user", date, text) {_messages(rooms, date, step)} numbers',
            [messages],
        )


def _names(numbers):
    return f"SELECT '{SPARSE}' UNION ALL SELECT 'busy-' || n FROM {numbers}"


def _messages(rooms, date, step):
    quiet = f"(SELECT id FROM {rooms} WHERE eid = '{SPARSE}')"
    first = f"(SELECT id FROM {rooms} WHERE eid = 'busy-1')"
    # 7919 is prime to 999, so the busy rooms take turns in no simple order.
    busy = f"{first} + (n * 7919) % {ROOMS - 1}"
    return (
        f"SELECT CASE WHEN n % {step} = 0 THEN {quiet} ELSE {busy} END, 'person ' || (n % 97), {date},"
        f" '{TEXT} ' || n FROM"
    )
