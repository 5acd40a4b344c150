"""A room's newest page, which nearly every request needs: read once for each event of the room, then cached.

Every change of a room's messages takes the room's next event number in the same transaction (actions.py). So a page
cached under event number N contains at least every event up to N. It may contain more. Clients drop duplicates by id.
"""

from django.core.cache import cache
from django.db import connection

from chat.events.channels import room_channel
from chat.events.log import LAST_NUMBER
from chat.models import ChatMessage, ChatRoom, MessageData

# One statement, because somebody may delete the room and create it again between two: the number must not be newer
# than the room.
LAST_NUMBER_AND_ROOM = f"SELECT ({LAST_NUMBER}), (SELECT id FROM {ChatRoom._meta.db_table} WHERE eid = %s)"
CACHED_S = 60  # a message deleted by hand, in SQL, stays visible at most this long
MAX_CACHED_CHARS = 30_000  # of the texts of one room; settings.CACHES limits the number of rooms


def newest_page(eid: str) -> tuple[int, list[MessageData], bool]:
    """Return the number of the room's last event, its newest messages, newest first, and whether there are more.

    The number is read before the messages.
    """
    number, room_id = _last_number_and_room(eid)
    if room_id is None:
        return number, [], False
    if connection.in_atomic_block:  # a rollback would give this number to another event
        return number, *_read(room_id)
    key = f"newest-{room_id}"  # a room never gets the id of a deleted one
    cached_number, cached = cache.get(key, (None, None))
    if cached_number != number:
        cached = _read(room_id)
        if sum(len(message["text"]) for message in cached[0]) <= MAX_CACHED_CHARS:
            cache.set(key, (number, cached), CACHED_S)
    return number, *cached


def _last_number_and_room(eid: str) -> tuple[int, int | None]:
    """Return the number of the room's last event, 0 if it had none, and the room's id, None if there is no room."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_NUMBER_AND_ROOM, [room_channel(eid), eid])
        number, room_id = cursor.fetchone()
    return number or 0, room_id


def _read(room_id: int) -> tuple[list[MessageData], bool]:
    return ChatMessage.objects.filter(room=room_id).newest_first().page()
