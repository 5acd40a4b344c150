import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.management.found import room_named
from chat.upkeep.progress import Progress, interruptible
from chat.upkeep.rooms import export


class Command(BaseCommand):
    help = "Write a room and its messages as JSON Lines: to the terminal, or into a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("room")
        parser.add_argument("--output", type=Path, help="the file to write")

    def handle(self, *, room: str, output: Path | None, **options: Any) -> None:
        found = room_named(room)
        progress = Progress(self.stderr, found.messages.count() + 1)
        part = output and output.with_name(output.name + ".part")  # a file that has its name is whole
        try:
            with interruptible(progress), open(part or sys.stdout.fileno(), "wb", closefd=bool(part)) as file:
                for line in export(found):
                    file.write(line.encode())
                    progress.add(1)
            if part and output:
                part.replace(output)
        except OSError as error:
            raise CommandError(f"{output or 'The output'} can't be written: {error.strerror}.") from None
        finally:
            if part:
                part.unlink(missing_ok=True)
