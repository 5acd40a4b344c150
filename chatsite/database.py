"""DATABASE_URL turned into Django's database settings."""

from copy import deepcopy

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from chat.redaction import public_part

from .env import make_data_dir

SQLITE = {
    "ENGINE": "chatsite.sqlite3",
    # A thread keeps its file open: opening it anew fails while the disk is full, and reading needs no space.
    "CONN_MAX_AGE": None,
}
SQLITE_OPTIONS = {
    # A transaction that reads first and then writes can't wait for the lock in SQLite's default mode: it fails
    # at once with "database is locked". IMMEDIATE takes the write lock at BEGIN, WAL lets readers go on meanwhile.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL",
    "timeout": 20,  # seconds to wait for the lock
}

POSTGRESQL = {"ENGINE": "chatsite.postgresql"}
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,  # seconds
    # Of a server that vanished without a word TCP would wait for an answer for a quarter of an hour.
    "tcp_user_timeout": 10_000,  # ms
    # The server plans what it is asked again and again once for each connection, and not each time. (A pgbouncer that
    # gives connections away between transactions has to know of prepared statements: version 1.21 or newer.)
    "server_side_binding": True,
    "prepare_threshold": 5,
    # One connection for each thread of a worker is enough; Django returns it after each request.
    # The pool tries for reconnect_timeout only, and anew for the next request: by itself it would wait longer after
    # each failure, and answer 503 for half a minute after the server is back.
    "pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 1},
}


def from_url(url, data_dir):
    """Return the settings for `url`, or for SQLite in `data_dir` (made if missing) when it is None."""
    if not url:
        make_data_dir(data_dir)
        return _settings({"NAME": data_dir / "chat.sqlite3"}, SQLITE, SQLITE_OPTIONS)
    try:
        config = dj_database_url.parse(url)
    except (ValueError, KeyError):
        config = {}
    ours = {
        "django.db.backends.sqlite3": (SQLITE, SQLITE_OPTIONS),
        "django.db.backends.postgresql": (POSTGRESQL, POSTGRESQL_OPTIONS),
    }.get(config.get("ENGINE"))
    # Every thread would have an in-memory database of its own.
    if ours is None or config.get("NAME") in (None, "", ":memory:"):
        raise ImproperlyConfigured(
            f"DATABASE_URL={public_part(url)!r} won't do: write postgres://user:password@host:5432/name "
            "(with % and two digits for signs in the password) or sqlite:////path/to/file."
        )
    return _settings(config, *ours)


def _settings(config, ours, options):
    return {**config, **ours, "OPTIONS": {**deepcopy(options), **config.get("OPTIONS", {})}}
