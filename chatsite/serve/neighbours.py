"""Another chat on the same database, with other GRIP proxies: neither knows of the other's readers.

Each start gives its processes a name for its proxies. PostgreSQL shows the names of all its clients. The clients of a
SQLite file are on this machine, and /proc shows their environment.
"""

import hashlib
import os
import secrets
from pathlib import Path

from . import processes

NAME = "PGAPPNAME"  # the variable from which PostgreSQL's library takes the name
PREFIX = "chat-proxies:"
WARNING = (
    "Another chat uses the same database with other GRIP proxies, so each one's readers see the other's messages late. "
    "Give both the same GRIP_URL (docs/many_machines.md), or each a database of its own."
)


def name(grip_url: str | None) -> str:
    """Return a name for the proxies. It holds no key. A chat without proxies gets a name that no other has."""
    urls = sorted((grip_url or "").split()) or [secrets.token_hex()]
    return PREFIX + hashlib.sha256(" ".join(urls).encode()).hexdigest()[:16]


def has_other_proxies() -> bool:
    """Return whether a chat with another name than ours uses our database now. Call this with Django set up."""
    from django.db import connection

    ours = os.environ.get(NAME)
    if not ours:
        return False  # somebody runs the preparation by hand
    if connection.vendor == "sqlite":
        file = Path(connection.settings_dict["NAME"]).resolve()
        return any(
            environment[NAME].startswith(PREFIX) and environment[NAME] != ours and _sqlite_file(environment) == file
            for environment in processes.environments(NAME)
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND starts_with(application_name, %s) AND application_name <> %s)",
            [PREFIX, ours],
        )
        return bool(cursor.fetchone()[0])


def _sqlite_file(environment: dict[str, str]) -> Path | None:
    """Return the SQLite file of the chat whose processes have this environment."""
    from chatsite import database

    settings = database.from_url(environment.get("DATABASE_URL"), Path(environment["DATA_DIR"]))
    return Path(settings["NAME"]).resolve() if settings["ENGINE"] == database.SQLITE["ENGINE"] else None
