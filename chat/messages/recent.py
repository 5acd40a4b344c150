"""A room's newest page, which nearly every request needs: read once for each event of the room, then cached.

Every change of a room's messages takes the room's next event number in the same transaction (actions.py). So a page
cached under event number N contains at least every event up to N. It may contain more. Clients drop duplicates by id.
"""

from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from chat.events.channels import room_channel
from chat.events.log import LAST_NUMBER
from chat.models import ChatMessage, ChatRoom, ChatState, MessageData

# One statement, because somebody may delete the room and create it again between two: the number must not be newer
# than the room.
LAST_NUMBER_AND_ROOM = (
    f"SELECT ({LAST_NUMBER}), room.id, room.locked, room.slow_s, state.history, state.paused FROM (SELECT 1) AS one"
    f" LEFT JOIN {ChatRoom._meta.db_table} AS room ON room.eid = %s"
    f" LEFT JOIN {ChatState._meta.db_table} AS state ON state.id = {ChatState.ID}"
)
CACHED_S = 60  # a message deleted by hand, in SQL, stays visible at most this long
MAX_CACHED_CHARS = 30_000  # of the texts of one room; settings.CACHES limits the number of rooms


class Newest(NamedTuple):
    number: int  # of the room's last event, read before the messages
    messages: list[MessageData]  # newest first
    more: bool  # whether there are others
    locked: bool = False
    slow: int = 0  # seconds between two messages of one source; 0 is no slow mode
    history: str = ""  # see ChatState
    paused: str = ""  # the operator's words while the chat is paused, else empty


def newest_page(eid: str) -> Newest:
    number, room_id, locked, slow, history, paused = _last_number_and_room(eid)
    messages, more = ([], False) if room_id is None else _messages(room_id, number)
    return Newest(number, messages, more, locked, slow, history, paused)


def _messages(room_id: int, number: int) -> tuple[list[MessageData], bool]:
    if connection.in_atomic_block:  # a rollback would give this number to another event
        return _read(room_id)
    key = f"chat-newest-{room_id}"  # a room never gets the id of a deleted one
    cached_number, cached = cache.get(key, (None, None))
    if cached_number != number:
        cached = _read(room_id)
        if sum(len(message["text"]) for message in cached[0]) <= MAX_CACHED_CHARS:
            cache.set(key, (number, cached), CACHED_S)
    return cached


def _last_number_and_room(eid: str) -> tuple[int, int | None, bool, int, str, str]:
    """Return the number of the room's last event, the room's id or None, locked and slow, and history and paused."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_NUMBER_AND_ROOM, [room_channel(eid), eid])
        number, room_id, locked, slow, history, paused = cursor.fetchone()
    return number, room_id, locked is not None, slow or 0, history or "", paused or ""


def _read(room_id: int) -> tuple[list[MessageData], bool]:
    return ChatMessage.objects.filter(room=room_id).newest_first().page()
