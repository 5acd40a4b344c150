from typing import Any

from django.core.management.base import BaseCommand

from chat.messages import pause


class Command(BaseCommand):
    help = "End a pause: everybody can write again, and the pages send what has waited."

    def handle(self, **options: Any) -> None:
        pause.resume()
        pause.announce(None)  # also if the chat was not paused: an earlier `resume` may have been interrupted
        self.stdout.write("The chat goes on. Each room has an event about it.")
