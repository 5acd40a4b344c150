"""A room's newest page, which nearly every request needs: read once for each event of the room, then cached.

Every change of a room's messages takes the room's next event number in the same transaction (actions.py). So a page
cached under event number N contains at least every event up to N. It may contain more. Clients drop duplicates by id.
"""

from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from chat.events.channels import room_channel
from chat.events.log import LAST_NUMBER
from chat.models import ChatMessage, ChatRoom, MessageData

# One statement, because somebody may delete the room and create it again between two: the number must not be newer
# than the room.
LAST_NUMBER_AND_ROOM = (
    f"SELECT ({LAST_NUMBER}), room.id, room.locked, room.slow_s FROM (SELECT 1) AS one"
    f" LEFT JOIN {ChatRoom._meta.db_table} AS room ON room.eid = %s"
)
CACHED_S = 60  # a message deleted by hand, in SQL, stays visible at most this long
MAX_CACHED_CHARS = 30_000  # of the texts of one room; settings.CACHES limits the number of rooms


class Newest(NamedTuple):
    number: int  # of the room's last event, read before the messages
    messages: list[MessageData]  # newest first
    more: bool  # whether there are others
    locked: bool = False
    slow: int = 0  # seconds between two messages of one source; 0 is no slow mode


def newest_page(eid: str) -> Newest:
    number, room_id, locked, slow = _last_number_and_room(eid)
    if room_id is None:
        return Newest(number, [], False)
    return Newest(number, *_messages(room_id, number), locked, slow)


def _messages(room_id: int, number: int) -> tuple[list[MessageData], bool]:
    if connection.in_atomic_block:  # a rollback would give this number to another event
        return _read(room_id)
    key = f"newest-{room_id}"  # a room never gets the id of a deleted one
    cached_number, cached = cache.get(key, (None, None))
    if cached_number != number:
        cached = _read(room_id)
        if sum(len(message["text"]) for message in cached[0]) <= MAX_CACHED_CHARS:
            cache.set(key, (number, cached), CACHED_S)
    return cached


def _last_number_and_room(eid: str) -> tuple[int, int | None, bool, int]:
    """Return the number of the room's last event, 0 if it had none, the room's id or None, and locked and slow."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_NUMBER_AND_ROOM, [room_channel(eid), eid])
        number, room_id, locked, slow = cursor.fetchone()
    return number or 0, room_id, locked is not None, slow or 0


def _read(room_id: int) -> tuple[list[MessageData], bool]:
    return ChatMessage.objects.filter(room=room_id).newest_first().page()
