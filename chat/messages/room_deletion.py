"""Deletes a room: nobody sees it any more at once, and what it held is removed bit by bit.

retire_room takes the room's name from it, under the room's lock. A message that was posted before is deleted with the
room; one that is posted later founds a new room of that name. What remains to do is invisible, so remove_room may be
interrupted and repeated.
"""

from functools import partial

from django.db import connection, transaction
from django.db.models import Max, QuerySet

from chat.events.channels import room_channel
from chat.events.log import first_unlike, repeat_event, take_event_number
from chat.events.send import send_event
from chat.models import ChatMessage, ChatRoom

from .batches import in_batches
from .pause import refuse_paused, refuse_paused_without_number


def retire_room(room_id: int) -> None:
    """Take the room away from its readers and announce that by one event; do nothing if that has happened before."""
    wanted = ChatRoom.objects.filter(id=room_id, deleted_name=None)
    room = wanted.first()
    if room is None:
        return
    channel = room_channel(room.eid)
    with transaction.atomic():
        number = take_event_number(channel)
        refuse_paused()
        if not wanted.exists():  # read after the lock: somebody else was faster
            transaction.set_rollback(True)  # nothing but the number has changed
            return
        # Whoever posts in this channel later draws a greater id, because the number comes first, see actions.py.
        cleared = ChatMessage.objects.aggregate(greatest=Max("id"))["greatest"] or 0
        send_event(channel, "room-changed", {**room.to_data(), "cleared": cleared}, number=number)
        again = ChatRoom(eid=room.eid, locked=room.locked, slow_s=room.slow_s)
        room.retire(event=number)
        if again.locked or again.slow_s:
            again.save()  # the new room is as open as the old one was


def remove_room(room_id: int, deadline: float) -> bool:
    """Remove what is left of a retired room, its texts in the event log first; return False if time was too short.

    `deadline` is a time of time.monotonic().
    """
    room = ChatRoom.objects.filter(id=room_id).first()
    if room is None or room.deleted_name is None or room.deleted_event is None:
        return True
    if not _redact_log(room, room_channel(room.deleted_name), room.deleted_event, deadline):
        return False
    if not _remove_messages(room, deadline):
        return False
    with connection.cursor() as cursor:  # room.delete() would first look through all messages, for none
        cursor.execute(f"DELETE FROM {ChatRoom._meta.db_table} WHERE id = %s", [room.pk])
    return True


def _redact_log(room: ChatRoom, channel: str, number: int, deadline: float) -> bool:
    """Let all events before event `number` say what this one says."""
    first = first_unlike(channel, number)

    def redact(size: int) -> int:
        nonlocal first
        _let_one_admin_work(room)
        done = min(size, number - first)
        repeat_event(channel, number, range(first, first + done))
        first += done
        return done

    return in_batches(redact, deadline)


def _remove_messages(room: ChatRoom, deadline: float) -> bool:
    def remove(some: QuerySet[ChatMessage], size: int) -> int:
        _let_one_admin_work(room)
        ids = [*some.values_list("id", flat=True)[:size]]
        ChatMessage.objects.filter(id__in=ids).only("id").delete()
        return len(ids)

    # An index leads to the messages that are not deleted, another one to those that are; none to all of a room.
    kinds = (room.messages.not_deleted(), room.messages.filter(change__isnull=False))
    return all(in_batches(partial(remove, some), deadline) for some in kinds)


def _let_one_admin_work(room: ChatRoom) -> None:
    """Lock the retired room, which nobody else uses: two admins that delete the same rows could deadlock."""
    refuse_paused_without_number()
    ChatRoom.objects.select_for_update().filter(id=room.pk).first()
