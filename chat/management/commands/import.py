import io
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.upkeep.progress import Progress, interruptible
from chat.upkeep.rooms import BadLine, import_room


class Command(BaseCommand):
    help = "Read a room that `export` has written: from a file, or from the terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?")

    def handle(self, *, file: Path | None, **options: Any) -> None:
        progress = Progress(self.stderr)
        try:
            source = open(file, "rb") if file else sys.stdin.buffer  # noqa: SIM115 (closed below)
            # Other characters than \n, such as U+2028, end no line.
            with interruptible(progress), io.TextIOWrapper(source, encoding="utf-8", newline="\n") as lines:
                for count in import_room(lines):
                    progress.add(count)
        except BadLine as problem:
            raise CommandError(f"{problem} {progress.done} message(s) of this file were read before that.") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file or 'The input'} is not UTF-8.") from None
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.") from None
        self.stdout.write(f"{progress.done} message(s) are there.")
