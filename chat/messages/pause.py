"""Pauses the chat: people read on, and what they write waits in their pages.

A writer looks for the pause when it holds the room's number. So it either sees the pause, or the pause waits for it.
"""

from django.db import connection, transaction

from chat.events.channels import room_channel
from chat.events.log import block_pauses, take_event_number, wait_for_writers
from chat.events.send import send_event
from chat.models import ChatRoom, ChatState, new_mark

from .batches import in_batches
from .errors import Paused


def words() -> str | None:
    """Return the operator's words while the chat is paused, else None."""
    return ChatState.objects.filter(id=ChatState.ID).values_list("paused", flat=True).first()


def refuse_paused() -> None:
    """Raise Paused while the chat is paused; a writer calls this after it has taken a number, or blocked pauses."""
    if found := words():
        raise Paused(found)


def refuse_paused_without_number() -> None:
    """Let a transaction that takes no number write, or raise Paused: the pause then waits for its end."""
    if connection.in_atomic_block:
        block_pauses()
    refuse_paused()


def pause(new_words: str) -> None:
    """Refuse all writes from now on; return when no earlier write can still commit."""
    _set(new_words)
    wait_for_writers()


def resume() -> None:
    _set(None)


def announce(new_words: str | None) -> None:
    """Tell the readers of all rooms that the chat is paused, or that it goes on."""
    last = 0

    def tell(size: int) -> int:
        nonlocal last
        rooms = [*ChatRoom.objects.filter(id__gt=last, deleted_name=None).order_by("id")[:size]]
        for room in rooms:
            channel = room_channel(room.eid)
            data = {**room.to_data(), "paused": new_words}
            send_event(channel, "room-changed", data, number=take_event_number(channel))
            last = room.pk
        return len(rooms)

    in_batches(tell, float("inf"))


def _set(new_words: str | None) -> None:
    with transaction.atomic():
        state, _ = ChatState.objects.get_or_create({"history": new_mark()}, id=ChatState.ID)
        state.paused = new_words
        state.save(update_fields=["paused"])
