"""What the doctor does, in this order: settings, Pushpin's configuration, the database, the way of a message."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.checks import CheckMessage, Error, run_checks
from django.db import connection

from chat import checks
from chat.health import database

from . import arrival, pushpin_config, way
from .front import Front


class Step(NamedTuple):
    name: str
    look: Callable[[], Iterable[CheckMessage]]
    needed: bool = False  # if it finds an error, the steps after it would only say the same


def steps(url: str | None, pushpin_files: Iterable[Path]) -> Iterator[Step]:
    for name, check in checks.ALL.items():
        yield Step(name, partial(check, None))
    yield Step("Django finds nothing else", _others)
    for file in [*pushpin_files] or pushpin_config.files():
        yield Step(f"Pushpin is configured without a trap ({file})", partial(pushpin_config.look, file))
    yield Step("the database takes a write and has all tables", _database, needed=True)
    if settings.GRIP_PROXIES:  # of the Pushpin that bin/run has started, this command does not know the key
        yield Step("each proxy takes events", way.publish)
    front = Front(url or running_url())
    if not front.url:
        yield Step("the chat runs", _nothing_runs, needed=True)
        return
    yield Step(f"requests arrive well ({front.url})", lambda: arrival.look(front), needed=True)
    yield Step("a message is posted, saved, logged and published, and arrives", lambda: way.walk(front))


def running_url() -> str:
    """Return the URL of the chat that bin/run has started on our DATA_DIR, nothing if there is none."""
    try:
        return settings.RUN_LOCK.read_text().split("\n")[0]
    except OSError:
        return ""


def _nothing_runs() -> Iterator[CheckMessage]:
    yield Error(
        f"No chat runs with its data in {settings.RUN_LOCK.parent}.",
        hint="Start it, give this command the same DATA_DIR, or name the address that people open: doctor --url.",
        id="chat.E201",
    )


def _others() -> Iterator[CheckMessage]:
    for found in run_checks(include_deployment_checks=False):
        if not str(found.id).startswith("chat.") and not found.is_silenced():
            yield found


def _database() -> Iterator[CheckMessage]:
    found = database.look()
    if not found.ok and found.migrations != database.UNKNOWN:
        yield Error(found.migrations, hint="Run manage.py migrate with the same variables.", id="chat.E202")
    elif not found.ok:
        yield Error(
            found.database,
            hint="Start the database, correct DATABASE_URL, or make room on its disk.",
            id="chat.E203",
        )
    elif connection.vendor == "sqlite" and _journal_mode() != "wal":
        yield Error(
            "SQLite can't use WAL for this file: with several writers, posts fail with `database is locked`.",
            hint="Put DATA_DIR on a disk of this machine, not on a network file system.",
            id="chat.E204",
        )


def _journal_mode() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        return str(cursor.fetchone()[0]).lower()
