"""What moderators do: remove what a sender wrote, ban the sender, lock a room or slow it down.

A sender is a source and, in one room, an author. Nobody can search for a source by an index, so what a sender wrote is
found by walking back from the newest message.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chat.events.channels import room_channel
from chat.events.log import take_event_number
from chat.events.send import send_event
from chat.models import Ban, ChatMessage, ChatRoom, ModerationEntry

from .actions import moderate
from .batches import in_batches
from .errors import NoSuchRoom, UnknownSender
from .pause import refuse_paused, refuse_paused_without_number

IDS = 5_000  # looked at in one statement
LONGEST_BAN_H = 720
SLOWEST_S = 3600  # of a room's slow mode

Found = dict[str, list[int]]  # the ids of messages, for each room's name


def written_by_sender_of(message: ChatMessage, since: datetime | None = None) -> Found:
    """Return what the message's sender wrote and is not deleted yet: in all rooms by source, in this one by author.

    With `since`, only what was written from then on; else all that is kept.
    """
    condition = by_sender_of(message)
    kept = ChatMessage.objects.not_deleted().filter(condition, room__deleted_name=None)
    if since is not None:
        kept = kept.filter(date__gte=since)
    found: Found = defaultdict(list)
    newest = ChatMessage.objects.order_by("-id").values_list("id", flat=True)
    last = newest.first()
    while last is not None and (since is None or not _is_older(last, since)):
        # The ids may have a gap of any size, so the steps are rows.
        step = [*newest.filter(id__lte=last)[: IDS + 1]]
        first = step[IDS] if len(step) > IDS else None
        for room, message_id in kept.filter(id__gt=first or 0, id__lte=last).values_list("room__eid", "id"):
            found[room].append(message_id)
        last = first
    return found


def count(found: Found) -> int:
    return sum(map(len, found.values()))


def by_sender_of(message: ChatMessage) -> Q:
    condition = Q(id=message.pk)
    if message.source:
        condition |= Q(source=message.source)
    if message.author_hash:
        condition |= Q(author_hash=message.author_hash, room=message.room_id)
    return condition


def _is_older(message_id: int, moment: datetime) -> bool:
    """Return whether the message with this id, or the next one below it, is older; ids and dates have one order."""
    dates = ChatMessage.objects.filter(id__lte=message_id).order_by("-id").values_list("date", flat=True)
    newest = dates.first()
    return newest is None or newest < moment


def remove_all(found: Found, deadline: float) -> int:
    """Remove these messages in batches, and from `found`, which keeps what there was no time for; return how many.

    `deadline` is a time of time.monotonic().
    """
    before = count(found)
    for room, ids in found.items():

        def remove(size: int, room: str = room, ids: list[int] = ids) -> int:
            batch, ids[:] = ids[:size], ids[size:]
            moderate(room, *batch)
            return len(batch)

        if not in_batches(remove, deadline):
            break
    return before - count(found)


def ban_sender_of(message: ChatMessage, hours: int) -> Ban:
    """Keep the message's sender from writing; raise UnknownSender if the server no longer knows who that is."""
    if not message.source and not message.author_hash:
        raise UnknownSender(message.pk)
    until = timezone.now() + timedelta(hours=min(hours, LONGEST_BAN_H))
    what = {"until": until, "name": message.user}
    with transaction.atomic():
        refuse_paused_without_number()
        return Ban.objects.update_or_create(what, source=message.source, author_hash=message.author_hash)[0]


def lock_room(eid: str, locked: bool) -> None:
    """Let only moderators write in the room, or everybody again."""
    _change_room(eid, locked=timezone.now() if locked else None)


def slow_down_room(eid: str, seconds: int) -> None:
    """Let each source write one message in so many seconds; 0 ends the slow mode."""
    _change_room(eid, slow_s=seconds or None)


def _change_room(eid: str, **values: object) -> None:
    channel = room_channel(eid)
    with transaction.atomic():
        number = take_event_number(channel)
        refuse_paused()
        if not ChatRoom.objects.filter(eid=eid).update(**values):
            raise NoSuchRoom(eid)
        room = ChatRoom.objects.get(eid=eid)
        send_event(channel, "room-changed", room.to_data(), number=number)


def write_down(moderator: str, action: str, room: str, messages: int = 0) -> None:
    """Note for the admin's log who did what."""
    ModerationEntry.objects.create(moderator=moderator[:150], action=action[:200], room=room, messages=messages)


def forget_old_bans() -> None:
    Ban.objects.filter(until__lt=timezone.now()).delete()
