"""A room's latest messages, which nearly everybody asks for: read once for each event of the room, and kept.

Whatever changes a room's messages takes the room's next event number in the same transaction (writing.py). So what is
read while a number is the last one, or later, holds what all events up to it told, for everybody who finds that number.
It may hold more, as without being kept: what comes twice is dropped by its id.
"""

from django.core.cache import cache
from django.db import connection

from .channels import room_channel
from .eventlog import LAST_NUMBER
from .models import ChatMessage, ChatRoom

# In one statement: the number must not be a later one than the room, which may be deleted and made again meanwhile.
NOW = f"SELECT ({LAST_NUMBER}), (SELECT id FROM {ChatRoom._meta.db_table} WHERE eid = %s)"
KEPT_S = 60  # what is deleted past writing.py, by hand in SQL, is shown for so long
MAX_KEPT_CHARS = 30_000  # the texts of one room; settings.CACHES limits the number of rooms


def latest(eid):
    """Return the number of the room's last event (int), its latest messages, and whether there are more (bool).

    The messages are those of the wire (dict), newest first, one page. They are read after the number.
    """
    number, room_id = _now(eid)
    if room_id is None:
        return number, [], False
    if connection.in_atomic_block:  # what is read here may be rolled back, and its number be another event's then
        return number, *_read(room_id)
    key = f"latest-{room_id}"  # no other room gets the id of one that was deleted
    kept_number, kept = cache.get(key, (None, None))
    if kept_number != number:
        kept = _read(room_id)
        if sum(len(message["text"]) for message in kept[0]) <= MAX_KEPT_CHARS:
            cache.set(key, (number, kept), KEPT_S)
    return number, *kept


def _now(eid):
    """Return the number of the room's last event, 0 if it had none, and the room's id, None if nobody wrote in it."""
    with connection.cursor() as cursor:
        cursor.execute(NOW, [room_channel(eid), eid])
        number, room_id = cursor.fetchone()
    return number or 0, room_id


def _read(room_id):
    return ChatMessage.objects.filter(room=room_id).newest_first().page()
