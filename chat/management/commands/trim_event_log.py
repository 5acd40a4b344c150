from typing import Any

from django.core.management.base import BaseCommand

from chat.events.log import EVENT_LOG


class Command(BaseCommand):
    help = "Delete the events of more than 24 hours ago from the log. The servers do it by themselves every hour."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{EVENT_LOG.trim_event_log()} event(s) trimmed")
