from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.checks import ERROR, CheckMessage
from django.core.management.base import BaseCommand, CommandError

from chat.doctor.front import what_is_wrong
from chat.doctor.steps import Step, steps


class Command(BaseCommand):
    help = "Check settings, database, proxies and the way of a message; say what is wrong and what to do."
    requires_system_checks: list[str] = []  # they are among our own lines

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", help="the address that people open; else that of the running bin/run")
        parser.add_argument(
            "--pushpin", type=Path, action="append", default=[], metavar="FILE", help="a configuration of Pushpin"
        )

    def handle(self, **options: Any) -> None:
        if options["url"] is not None and (problem := what_is_wrong(options["url"])):
            raise CommandError(f"--url {options['url']} won't do: {problem}")
        wrong = False
        for step in steps(options["url"], options["pushpin"]):
            problems = self._look(step)
            wrong |= bool(problems)
            if step.needed and any(problem.is_serious(ERROR) for problem in problems):
                break
        if wrong:
            raise SystemExit(1)

    def _look(self, step: Step) -> list[CheckMessage]:
        """Print one line for the step, or one for each problem."""
        problems = [*step.look()]
        for problem in problems:
            hint = f" → {problem.hint}" if problem.hint else ""
            self.stdout.write(f"WRONG  {problem.id}: {' '.join(problem.msg.split())}{hint}")
        if not problems:
            self.stdout.write(f"ok     {step.name}")
        return problems
