import getpass
import time
from argparse import ArgumentParser, ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from chat.management.found import message_with, room_named
from chat.messages import moderation
from chat.messages.actions import moderate
from chat.messages.errors import MessageError
from chat.messages.room_deletion import remove_room, retire_room
from chat.models import Ban

A_DAY_S = 86_400


def _hours(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= moderation.LONGEST_BAN_H:
        return int(text)
    raise ArgumentTypeError(f"write a number of hours from 1 to {moderation.LONGEST_BAN_H}")


class Command(BaseCommand):
    help = "Remove messages, ban senders, lock or slow down rooms: what moderators do on a room's page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        actions = parser.add_subparsers(dest="action", required=True)
        delete = actions.add_parser("delete", help="delete one message")
        remove = actions.add_parser("remove", help="remove all messages from the sender of this one")
        remove.add_argument("--hours", type=_hours, help="only those of the last hours; all, unless you say")
        ban = actions.add_parser("ban", help="keep the sender of this message from writing")
        ban.add_argument(
            "--hours", type=_hours, default=24, help=f"for so long, at most {moderation.LONGEST_BAN_H} (24)"
        )
        for parser_of_message in (delete, remove, ban):
            parser_of_message.add_argument("message", type=int, help="the id of a message")
        unban = actions.add_parser("unban", help="end all bans of this name")
        unban.add_argument("name")
        slow = actions.add_parser("slow", help="let each sender write one message in so many seconds")
        for action, words in (("lock", "let only moderators write"), ("unlock", "let everybody write again")):
            actions.add_parser(action, help=words).add_argument("room")
        actions.add_parser("clear", help="remove all messages of a room").add_argument("room")
        slow.add_argument("room")
        slow.add_argument("seconds", type=int, help="0 ends it")

    def handle(self, *, action: str, dry_run: bool, **options: Any) -> None:
        try:
            words, room, count = getattr(self, f"_{action}")(dry_run, **options)
        except MessageError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{'Would have ' if dry_run else ''}{words}")
        if not dry_run:
            moderation.write_down(f"{getpass.getuser()} (command)", words, room, count)

    def _delete(self, dry_run: bool, message: int, **_: Any) -> tuple[str, str, int]:
        found = message_with(message)
        count = 1 if dry_run else moderate(found.room.eid, found.pk)
        return f"deleted message {found.pk} of {found.user}", found.room.eid, count

    def _remove(self, dry_run: bool, message: int, hours: int | None, **_: Any) -> tuple[str, str, int]:
        found = message_with(message)
        since = timezone.now() - timedelta(hours=hours) if hours else None
        all_of_them = moderation.written_by_sender_of(found, since)
        count = moderation.count(all_of_them)
        if not dry_run:
            moderation.remove_all(all_of_them, time.monotonic() + A_DAY_S)
        return f"removed {count} message(s) from {found.user}", found.room.eid, count

    def _ban(self, dry_run: bool, message: int, hours: int, **_: Any) -> tuple[str, str, int]:
        found = message_with(message)
        if not dry_run:
            moderation.ban_sender_of(found, hours)
        return f"banned {found.user} for {hours} hour(s)", found.room.eid, 0

    def _unban(self, dry_run: bool, name: str, **_: Any) -> tuple[str, str, int]:
        bans = Ban.objects.filter(name=name)
        count = bans.count()
        if not dry_run:
            bans.delete()
        return f"ended {count} ban(s) of {name}", "", 0

    def _lock(self, dry_run: bool, room: str, **_: Any) -> tuple[str, str, int]:
        if not dry_run:
            moderation.lock_room(room_named(room).eid, True)
        return f"locked {room}", room, 0

    def _unlock(self, dry_run: bool, room: str, **_: Any) -> tuple[str, str, int]:
        if not dry_run:
            moderation.lock_room(room_named(room).eid, False)
        return f"unlocked {room}", room, 0

    def _slow(self, dry_run: bool, room: str, seconds: int, **_: Any) -> tuple[str, str, int]:
        if not 0 <= seconds <= moderation.SLOWEST_S:
            raise CommandError(f"seconds must be 0 to {moderation.SLOWEST_S}.")
        if not dry_run:
            moderation.slow_down_room(room_named(room).eid, seconds)
        return f"set the slow mode of {room} to {seconds} s", room, 0

    def _clear(self, dry_run: bool, room: str, **_: Any) -> tuple[str, str, int]:
        found = room_named(room)
        count = found.messages.not_deleted().count()
        if not dry_run:
            retire_room(found.pk)
            remove_room(found.pk, time.monotonic() + A_DAY_S)
        return f"cleared {room} of {count} message(s)", room, count
