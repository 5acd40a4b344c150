"""The channel of each room."""

from django.core.exceptions import ValidationError

from chat.naming import clean_room_name

PREFIX = "room-"


def room_channel(eid: str) -> str:
    """Return the name of the channel that carries the room's events."""
    return PREFIX + eid


def clean_channel(name: str) -> str:
    """Return the channel's name in its one stored form; raise ValidationError if it names no room."""
    if not name.startswith(PREFIX):
        raise ValidationError(f"names no room. Write {PREFIX} and the name of a room.", "channel")
    return PREFIX + clean_room_name(name.removeprefix(PREFIX))
