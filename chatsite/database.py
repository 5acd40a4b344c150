"""DATABASE_URL turned into Django's database settings."""

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

SQLITE = {
    # A transaction that reads first and then writes can't wait for the lock in SQLite's default mode: it fails
    # at once with "database is locked". IMMEDIATE takes the write lock at BEGIN, WAL lets readers go on meanwhile.
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL",
    "timeout": 20,  # seconds to wait for the lock
}

POSTGRESQL = {
    "connect_timeout": 5,  # seconds
    # One connection for each thread of a worker is enough; Django returns it after each request.
    "pool": {"min_size": 1, "max_size": 8, "timeout": 5},
}


def from_url(url, data_dir):
    """Return the settings for `url`, or for SQLite in `data_dir` (made if missing) when it is None."""
    if not url:
        data_dir.mkdir(parents=True, exist_ok=True)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": data_dir / "chat.sqlite3", "OPTIONS": SQLITE}
    try:
        config = dj_database_url.parse(url, conn_health_checks=True)
    except (ValueError, KeyError):
        config = {}
    options = {
        "django.db.backends.sqlite3": SQLITE,
        "django.db.backends.postgresql": POSTGRESQL,
    }.get(config.get("ENGINE"))
    if options is None or not config.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL won't do: write postgres://user:password@host:5432/name or sqlite:////path/to/file."
        )
    return {**config, "OPTIONS": {**options, **config.get("OPTIONS", {})}}
