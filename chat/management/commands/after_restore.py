from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from chat.upkeep import new_history
from chat.upkeep.in_use import InUse, nobody_else


class Command(BaseCommand):
    help = "Run this after a database was restored by other means than `restore`, before the chat starts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--moved", action="store_true", help="nothing was lost: the database was moved while the chat was paused"
        )

    def handle(self, *, moved: bool, **options: Any) -> None:
        try:
            with nobody_else():
                call_command("migrate", interactive=False, verbosity=0)
                begin_history(self.stdout, moved)
        except InUse as problem:
            raise CommandError(str(problem)) from None


def begin_history(out: OutputWrapper, moved: bool = False) -> None:
    try:
        floor = new_history.go_on_elsewhere() if moved else new_history.begin()
    except new_history.ClockIsBehind as problem:
        raise CommandError(str(problem)) from None
    out.write(f"Message ids go on from {floor}." if moved else f"Ids and event numbers go on from {floor}.")
