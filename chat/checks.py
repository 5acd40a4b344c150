"""System checks, run at the start, for settings that would lose messages or let strangers in."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from .grip.config import grip_proxies
from .redaction import public_part

GRIP_MIDDLEWARE = "chat.streams.middleware.GripMiddleware"
EVENT_LOG = "chat.events.log.EventLog"


@register()
def grip_middleware_is_first(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if not settings.MIDDLEWARE or settings.MIDDLEWARE[0] != GRIP_MIDDLEWARE:
        yield Error(
            "GripMiddleware is not the first middleware, so others would change its instructions to the proxy.",
            hint=f"Put {GRIP_MIDDLEWARE!r} first in MIDDLEWARE.",
            id="chat.E001",
        )


@register()
def grip_proxies_are_sound(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if getattr(settings, "GRIP_URL", None) or getattr(settings, "GRIP_VERIFY_KEY", None):
        yield Error(
            "GRIP_URL or GRIP_VERIFY_KEY is a Django setting: django-grip would add to GRIP_PROXIES at every request.",
            hint="Set them in the environment, or write GRIP_PROXIES.",
            id="chat.E002",
        )
    try:
        normal = grip_proxies(settings.GRIP_PROXIES)
    except ImproperlyConfigured as problem:
        yield Error(str(problem), id="chat.E003")
        return
    if normal != settings.GRIP_PROXIES:
        yield Error(
            "GRIP_PROXIES holds a proxy twice or an address that ends in a slash.",
            hint="Pass it through chat.grip.config.grip_proxies, as chatsite/settings.py does.",
            id="chat.E004",
        )
    for proxy in normal:
        if not proxy.get("key"):
            yield Warning(
                f"The GRIP proxy {public_part(proxy['control_uri'])} has no key: any Grip-Sig header passes.",
                hint="Set the same key in GRIP_URL (?key=...) and in the proxy (Pushpin: sig_key).",
                id="chat.W001",
            )


@register()
def event_log_is_ours(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if getattr(settings, "EVENTSTREAM_STORAGE_CLASS", None) != EVENT_LOG:
        yield Error(
            "EVENTSTREAM_STORAGE_CLASS is not the chat's own event log: readers could not resume exactly.",
            hint=f'Set EVENTSTREAM_STORAGE_CLASS = "{EVENT_LOG}".',
            id="chat.E005",
        )
