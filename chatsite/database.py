"""DATABASE_URL turned into Django's database settings."""

from copy import deepcopy

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from chat.grip import public_part

from .env import make_data_dir

SQLITE = {
    # A transaction that reads first and then writes can't wait for the lock in SQLite's default mode: it fails
    # at once with "database is locked". IMMEDIATE takes the write lock at BEGIN, WAL lets readers go on meanwhile.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL",
    "timeout": 20,  # seconds to wait for the lock
}

POSTGRESQL = {
    "connect_timeout": 5,  # seconds
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
        return _with_options({"ENGINE": "django.db.backends.sqlite3", "NAME": data_dir / "chat.sqlite3"}, SQLITE)
    try:
        config = dj_database_url.parse(url, conn_health_checks=True)
    except (ValueError, KeyError):
        config = {}
    options = {
        "django.db.backends.sqlite3": SQLITE,
        "django.db.backends.postgresql": POSTGRESQL,
    }.get(config.get("ENGINE"))
    # Every thread would have an in-memory database of its own.
    if options is None or config.get("NAME") in (None, "", ":memory:"):
        raise ImproperlyConfigured(
            f"DATABASE_URL={public_part(url)!r} won't do: write postgres://user:password@host:5432/name "
            "(with % and two digits for signs in the password) or sqlite:////path/to/file."
        )
    return _with_options(config, options)


def _with_options(config, options):
    # A thread keeps its SQLite file open: opening it anew fails while the disk is full, and reading needs no space.
    age = {"CONN_MAX_AGE": None} if options is SQLITE else {}
    return {**config, **age, "OPTIONS": {**deepcopy(options), **config.get("OPTIONS", {})}}
