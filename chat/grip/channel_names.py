"""The names of channels at the GRIP proxy.

A host may have django-eventstream's channels at the same proxy. Where the chat shares that library's log, its channels
have that library's names, as in 1.0.0; otherwise they have names of their own.
"""

from urllib.parse import quote, unquote

from django.conf import settings

from chat.conf import conf

GRIP_PREFIX = getattr(settings, "GRIP_PREFIX", "")  # django-grip's: several sites may share a proxy
PREFIX = GRIP_PREFIX + ("events-" if conf.shares_log else "chat-")


def name_at_proxy(channel: str) -> str:
    """Return the name of our `channel` at the GRIP proxy."""
    return PREFIX + quote(channel)


def channel_named(name: str) -> str:
    """Return our channel that has this `name` at the GRIP proxy."""
    return unquote(name.removeprefix(PREFIX))
