"""The channel of each room."""

from typing import Any

from django.core.exceptions import ValidationError
from django_eventstream.channelmanager import DefaultChannelManager

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


class RoomChannels(DefaultChannelManager):
    """Lets anybody read the channels of rooms, and nobody read any other channel."""

    def can_read_channel(self, user: Any, channel: str) -> bool:
        try:
            return clean_channel(channel) == channel
        except ValidationError:
            return False
