"""Rooms and their channels."""

from urllib.parse import quote, unquote

from django.core.exceptions import ValidationError
from django_eventstream.channelmanager import DefaultChannelManager

from .names import clean_room_name

PREFIX = "room-"
AT_THE_PROXY = "events-"


def room_channel(eid):
    """Return the name of the channel that carries the room's events."""
    return PREFIX + eid


def name_at_proxy(channel):
    """Return the name under which the GRIP proxy knows the channel: that of django-eventstream."""
    return AT_THE_PROXY + quote(channel)


def channel_named(name_at_proxy):
    """Return the channel that the GRIP proxy knows under this name."""
    return unquote(name_at_proxy.removeprefix(AT_THE_PROXY))


def clean_channel(name):
    """Return the channel under its one true name; raise ValidationError if there is no such channel."""
    if not name.startswith(PREFIX):
        raise ValidationError(f"names no room. Write {PREFIX} and the name of a room.", "channel")
    return PREFIX + clean_room_name(name.removeprefix(PREFIX))


class RoomChannels(DefaultChannelManager):
    """Let anybody read the channels of rooms, and nobody any other."""

    def can_read_channel(self, user, channel):
        try:
            return clean_channel(channel) == channel
        except ValidationError:
            return False
