"""The names of channels at the GRIP proxy."""

from urllib.parse import quote, unquote

PREFIX = "events-"  # django-eventstream's


def name_at_proxy(channel: str) -> str:
    """Return the name of our `channel` at the GRIP proxy."""
    return PREFIX + quote(channel)


def channel_named(name: str) -> str:
    """Return our channel that has this `name` at the GRIP proxy."""
    return unquote(name.removeprefix(PREFIX))
