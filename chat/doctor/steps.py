"""What the doctor does, in this order: settings, Pushpin's configuration, the database, the way of a message."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from django.core.checks import CheckMessage, Error, run_checks
from django.db import connection

from chat import checks
from chat.conf import conf
from chat.grip.config import proxies
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
    if proxies():  # manage.py names the Pushpin of bin/run too, if it can reach it
        yield Step("each proxy takes events", way.publish)
    front = Front(url) if url else running()
    if not front:
        yield Step("the chat runs", _nothing_runs, needed=True)
        return
    yield Step(f"requests arrive well ({front.place})", lambda: arrival.look(front), needed=True)
    yield Step("a message is posted, saved, logged and published, and arrives", lambda: way.walk(front))


def running() -> Front | None:
    """Return the front of the chat that bin/run has started on our DATA_DIR, None if there is none."""
    if conf.run_lock is None:
        return None
    try:
        url, _, address = [*conf.run_lock.read_text().split(), "", "", ""][:3]  # 1.0.0 writes no address
    except OSError:
        return None
    return Front(url, address) if url else None


def _nothing_runs() -> Iterator[CheckMessage]:
    if conf.run_lock is None:
        yield Error(
            "This command does not know where the chat is.",
            hint="Name the address that people open: doctor --url https://www.example.com/chat/",
            id="chat.E205",
        )
        return
    yield Error(
        f"No chat runs with its data in {conf.run_lock.parent}.",
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
        yield Error(found.migrations, hint="Give it the chat's variables. bin/run does it too.", id="chat.E202")
    elif not found.ok:
        yield Error(
            found.database,
            hint=_others_files() or "Start the database, correct DATABASE_URL, or make room on its disk.",
            id="chat.E203",
        )
    elif connection.vendor == "sqlite" and _journal_mode() != "wal":
        yield Error(
            "SQLite can't use WAL for this file: with several writers, posts fail with `database is locked`.",
            hint="Put DATA_DIR on a disk of this machine, not on a network file system.",
            id="chat.E204",
        )


def _others_files() -> str:
    """Return what to do about files of SQLite that only another user may write, nothing if there are none."""
    if connection.vendor != "sqlite":
        return ""
    database = Path(connection.settings_dict["NAME"]).resolve()
    folder = database.parent
    for file in sorted(folder.glob(f"{database.name}*")):
        if file.stat().st_uid != os.geteuid() and not os.access(file, os.W_OK):
            return f"{file} is {_owner(file)}'s. The folder's owner needs it: chown -R {_owner(folder)}: {folder}"
    return ""


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # a user without a name, as in a container
        return str(path.stat().st_uid)


def _journal_mode() -> str:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        return str(cursor.fetchone()[0]).lower()
