import os
import pwd
import shlex
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from chat.upkeep.in_use import InUse, nobody_else
from chat.upkeep.postgresql_line import program_line
from chat.upkeep.sqlite_file import BadFile, checked_copy, put_aside

from .after_restore import begin_history


class Command(BaseCommand):
    help = "Put a backup in the place of SQLite's database. The chat must be stopped. For PostgreSQL, say how."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        if connection.vendor != "sqlite":
            restore = program_line("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction")
            self.stdout.write("Stop all servers, then run these two lines:")
            self.stdout.write(f"{restore} {shlex.quote(str(file))}")
            self.stdout.write(".venv/bin/python manage.py after_restore")
            return
        database = Path(connection.settings_dict["NAME"])
        owner = database.parent.stat().st_uid
        if owner != os.geteuid():  # the chat could not open our file
            raise CommandError(f"{database.parent} belongs to the user {_name(owner)}. Become that user, then restore.")
        try:
            with nobody_else():
                self._restore(file, database)
        except (InUse, BadFile) as problem:
            raise CommandError(str(problem)) from None
        except DatabaseError as error:
            raise CommandError(f"{file} can't be brought up to date: {error}. Nothing was changed.") from None
        except OSError as error:
            raise CommandError(f"{error.filename} can't be written: {error.strerror}.") from None

    def _restore(self, file: Path, database: Path) -> None:
        connection.close()
        with checked_copy(file, database) as (copy, count):
            # The copy is complete before it takes the place: whoever interrupts this keeps the old database.
            with _use(copy):
                call_command("migrate", interactive=False, verbosity=0)
                begin_history(self.stdout)
            aside = database.with_name(f"{database.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
            if database.exists():
                put_aside(database, aside)
        self.stdout.write(f"Restored {count} message(s) from {file}. Start the chat now.")
        if aside.exists():
            self.stdout.write(f"The old database is {aside}. Remove it when you don't need it any more.")


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@contextmanager
def _use(path: Path) -> Iterator[None]:
    """Let Django work on this file instead of the chat's own."""
    own = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = path
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
