from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from chat.management.found import message_with, room_named
from chat.messages.moderation import by_sender_of
from chat.upkeep.erase import MARK, Found, by_mark, erase, find
from chat.upkeep.progress import Progress, interruptible


class Command(BaseCommand):
    help = "Forget a person: all texts, the name and what is left of deleted messages. This can't be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased, and do nothing")
        parser.add_argument("--room", help="with --author and --name: the room")
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--author", metavar="MARK", help="the author's public mark in the room")
        who.add_argument("--name", help="everybody who wrote under this name in the room")
        who.add_argument("--message", type=int, metavar="ID", help="whoever sent this message, in all rooms")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        found = self._find(**options)
        total = sum(map(len, found.values()))
        progress = Progress(self.stderr, total)
        if not dry_run:
            with interruptible(progress):
                erase(found, progress.add)
        rooms = f" in {len(found)} room(s)" if found else ""
        self.stdout.write(f"{'Would have erased' if dry_run else 'Erased'} {total} message(s){rooms}.")

    def _find(self, author: str | None, name: str | None, message: int | None, room: str | None, **_: Any) -> Found:
        if message is not None:
            return self._by_message(message)
        if not room:
            raise CommandError("Name the room too: --room ROOM. A mark or a name means a person in one room only.")
        room = room_named(room).eid
        if author is not None:
            if not MARK.fullmatch(author):
                raise CommandError("--author takes a mark: the 8 characters that messages have as `author`.")
            return find(by_mark(author), room)
        if not name:
            raise CommandError("--name must not be empty.")
        return find(Q(user=name), room)

    def _by_message(self, message_id: int) -> Found:
        found = message_with(message_id)
        wanted = find(by_sender_of(found))
        # This one comes last: without it, a command that was interrupted could not find the rest.
        ids = wanted.pop(found.room.eid, [])
        wanted[found.room.eid] = [*(other for other in ids if other != message_id), message_id]
        return wanted
