"""The names of channels at the GRIP proxy."""

from urllib.parse import quote, unquote

PREFIX = "events-"  # django-eventstream's


def name_at_proxy(channel: str) -> str:
    """Return the name of our `channel` at the GRIP proxy."""
    return PREFIX + quote(channel)


def channel_named(name_at_proxy: str) -> str:
    """Return our channel for a name at the GRIP proxy."""
    return unquote(name_at_proxy.removeprefix(PREFIX))
