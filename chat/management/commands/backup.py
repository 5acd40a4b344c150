import shlex
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from chat.conf import conf
from chat.upkeep.postgresql_line import program_line
from chat.upkeep.sqlite_file import BadFile, checked_copy


class Command(BaseCommand):
    help = "Copy SQLite's database into a new file, while the chat runs, and check the copy. For PostgreSQL, say how."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: Any) -> None:
        if connection.vendor == "sqlite":
            self._copy(file)
        else:
            self.stdout.write("Run this; it asks for the password, or takes it from PGPASSWORD:")
            self.stdout.write(program_line("pg_dump", "--format=custom", f"--file={file}"))
        self.stdout.write(
            f"Keep this file too: {shlex.quote(str(conf.secret_key_file))}"
            if conf.secret_key_file
            else "Keep SECRET_KEY too: it is in your environment."
        )

    def _copy(self, file: Path) -> None:
        if file.exists():
            raise CommandError(f"{file} is there already. Name a new file.")
        if not file.parent.is_dir():
            raise CommandError(f"There is no folder {file.parent}. Make it first.")
        try:
            with checked_copy(Path(connection.settings_dict["NAME"]), file) as (_, count):
                pass
        except BadFile as problem:
            raise CommandError(str(problem)) from None
        except OSError as error:
            raise CommandError(f"{file} can't be written: {error.strerror}.") from None
        self.stdout.write(f"{file}: {count} message(s), {file.stat().st_size / 1e6:.1f} MB, checked.")
