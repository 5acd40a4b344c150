"""Turns DATABASE_URL into Django's database settings."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from chat.redaction import public_part

SQLITE_FILE = "chat.sqlite3"  # in DATA_DIR
SQLITE = {
    "ENGINE": "chatsite.sqlite3",
    # Each thread keeps its file open: while the disk is full, SQLite can still read, but not open the file again.
    "CONN_MAX_AGE": None,
}
SQLITE_OPTIONS = {
    # In SQLite's default mode, a transaction that reads first and then writes can't wait for the lock: it fails at once
    # with "database is locked". IMMEDIATE takes the write lock at BEGIN. WAL lets others read meanwhile.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL",
    "timeout": 20,  # seconds to wait for the lock
}

POSTGRESQL = {
    "ENGINE": "django.db.backends.postgresql",
    "CONN_HEALTH_CHECKS": True,  # the pool never gives out a connection that the server has closed
}
POSTGRESQL_OPTIONS = {
    "connect_timeout": 5,  # seconds
    # If the server's machine vanishes, TCP alone would wait a quarter of an hour for an answer.
    "tcp_user_timeout": 10_000,  # ms
    # The server plans a repeated statement once for each connection, not each time. (A pgbouncer in transaction mode
    # must support prepared statements: version 1.21 or newer.)
    "server_side_binding": True,
    "prepare_threshold": 5,
    # Django gives a connection back to the pool after each request, so one for each thread of a worker is enough.
    # The pool gives up after reconnect_timeout seconds, and tries again for the next request. By default it would wait
    # longer after each failure: the chat would answer 503 for half a minute after the server is back.
    "pool": {"min_size": 1, "max_size": 8, "timeout": 3, "reconnect_timeout": 1},
}


# By Django's name: our settings and options.
BACKENDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "django.db.backends.sqlite3": (SQLITE, SQLITE_OPTIONS),
    "django.db.backends.postgresql": (POSTGRESQL, POSTGRESQL_OPTIONS),
}


def from_url(url: str | None, data_dir: Path) -> dict[str, Any]:
    """Return the settings for `url`. Without a URL it is SQLite in `data_dir`."""
    if not url:
        return _settings({"NAME": data_dir / SQLITE_FILE}, SQLITE, SQLITE_OPTIONS)
    config: Mapping[str, Any]
    try:
        config = dj_database_url.parse(url)
    except (ValueError, KeyError):
        config = {}
    ours = BACKENDS.get(config.get("ENGINE", ""))
    # In memory, every thread would have a database of its own.
    if ours is None or config.get("NAME") in (None, "", ":memory:"):
        raise ImproperlyConfigured(
            f"DATABASE_URL={public_part(url)!r} won't do: write postgres://user:password@host:5432/name "
            "(with % and two digits for signs in the password) or sqlite:////path/to/file."
        )
    return _settings(config, *ours)


def _settings(config: Mapping[str, Any], ours: Mapping[str, Any], options: dict[str, Any]) -> dict[str, Any]:
    return {**config, **ours, "OPTIONS": {**deepcopy(options), **config.get("OPTIONS", {})}}
