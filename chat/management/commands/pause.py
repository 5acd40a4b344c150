from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from chat.messages import pause
from chat.models import MAX_PAUSE_LENGTH
from chat.naming import is_blank, refuse_controls, refuse_long, sentence


class Command(BaseCommand):
    help = "Let nobody write until `resume`; people read on, see these words, and what they write waits in their pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("words", help='what people should know, such as "back at 12"')

    def handle(self, *, words: str, **options: Any) -> None:
        words = words.strip().rstrip(".")
        try:
            refuse_controls(words)
            refuse_long(words, MAX_PAUSE_LENGTH)
        except ValidationError as error:
            raise CommandError(sentence(error, "words")) from None
        if is_blank(words):
            raise CommandError("words is blank. Say what people should know.")
        pause.pause(words)
        self.stdout.write("Paused: no write can be saved any more.")
        pause.announce(words)
        self.stdout.write("Each room has an event about it.")
