"""System checks, run at the start, for settings that would lose messages or let strangers in."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from .grip.config import grip_proxies
from .policy import Open, SignedTokens
from .policy.asking import DEFAULT, policy
from .policy.signed_tokens import key_problems
from .redaction import public_part

GRIP_MIDDLEWARE = "chat.streams.middleware.GripMiddleware"
TRUSTED_PROXIES = "chat.streams.proxies.TrustedProxies"
EVENT_LOG = "chat.events.log.EventLog"
CHANNELS = "chat.events.channels.RoomChannels"
NEW_KEY = "Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
SAMPLE_KEY = "changeme"  # in Debian's /etc/pushpin/pushpin.conf
LOCAL = {"localhost", "127.0.0.1", "[::1]"}
MANY = 2**16  # addresses: no network of proxies has more


@register()
def grip_middleware_is_first(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if not settings.MIDDLEWARE or settings.MIDDLEWARE[0] != GRIP_MIDDLEWARE:
        yield Error(
            "GripMiddleware is not the first middleware, so others would change its instructions to the proxy.",
            hint=f"Put {GRIP_MIDDLEWARE!r} first in MIDDLEWARE.",
            id="chat.E001",
        )
    elif TRUSTED_PROXIES not in settings.MIDDLEWARE[1:2]:
        yield Error(
            "TrustedProxies is not the second middleware, so those before it take a proxy's address for the client's.",
            hint=f"Put {TRUSTED_PROXIES!r} second in MIDDLEWARE.",
            id="chat.E006",
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
        yield Error(str(problem), hint="Correct it in GRIP_URL, or in GRIP_PROXIES.", id="chat.E003")
        return
    if normal != settings.GRIP_PROXIES:
        yield Error(
            "GRIP_PROXIES holds a proxy twice or an address that ends in a slash.",
            hint="Pass it through chat.grip.config.grip_proxies, as chatsite/settings.py does.",
            id="chat.E004",
        )
    for proxy in normal:
        if proxy.get("key") == SAMPLE_KEY:
            yield Error(
                f"The GRIP proxy {public_part(proxy['control_uri'])} has the key of Debian's sample, which all know.",
                hint=f"{NEW_KEY}, and write it into GRIP_URL and into the proxy (Pushpin: sig_key).",
                id="chat.E007",
            )
        if _is_on_the_internet(proxy["control_uri"]):
            yield Warning(
                f"The control port {public_part(proxy['control_uri'])} is in the public network, and asks for no "
                "password: whoever reaches it writes into all rooms.",
                hint="Let Pushpin listen in a private network (push_in_http_addr), and name that in GRIP_URL.",
                id="chat.W002",
            )
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


@register()
def readers_get_rooms_only(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if getattr(settings, "EVENTSTREAM_CHANNELMANAGER_CLASS", None) != CHANNELS:
        yield Error(
            "EVENTSTREAM_CHANNELMANAGER_CLASS is not the chat's own: readers could open any channel.",
            hint=f'Set EVENTSTREAM_CHANNELMANAGER_CLASS = "{CHANNELS}".',
            id="chat.E008",
        )


@register()
def sqlite_waits_for_its_lock(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    for name, database in settings.DATABASES.items():
        if "sqlite" not in database["ENGINE"]:
            continue
        options = database.get("OPTIONS", {})
        if options.get("transaction_mode") != "IMMEDIATE" or "wal" not in options.get("init_command", "").lower():
            yield Error(
                f"The SQLite database {name!r} has no WAL or no IMMEDIATE transactions: with several writers, most "
                "posts fail with `database is locked`.",
                hint="Use the settings of chatsite/database.py: transaction_mode IMMEDIATE, PRAGMA journal_mode=WAL.",
                id="chat.E009",
            )


@register()
def debug_is_off_in_public(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    names = [name for name in settings.ALLOWED_HOSTS if name not in LOCAL and name != "testserver"]
    if settings.DEBUG and names:
        yield Warning(
            f"DEBUG is on, and others may come as {names[0]}: an error shows them the settings and the code.",
            hint="Leave DEBUG out.",
            id="chat.W003",
        )


@register()
def few_may_say_who_the_client_is(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    for network in settings.TRUSTED_PROXIES:
        if ipaddress.ip_network(network).num_addresses > MANY and not ipaddress.ip_network(network).is_private:
            yield Warning(
                f"TRUSTED_PROXIES has {network}: strangers in it may claim any address, and so pass limits and bans.",
                hint="Name only the addresses of your own proxies.",
                id="chat.W004",
            )


@register()
def the_policy_is_sound(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    name = getattr(settings, "CHAT_POLICY", DEFAULT)
    try:
        rules: Any = policy()
        if not isinstance(rules, Open):
            raise TypeError("it is not derived from chat.policy.Open")
    except Exception as problem:  # it is the site's own module, which may fail in any way
        yield Error(
            f"CHAT_POLICY names {name!r}, which can't be used: {type(problem).__name__}: {problem}",
            hint="Name a class that is derived from Open, SiteUsers or SignedTokens of chat.policy (docs/policies.md).",
            id="chat.E010",
        )
        return
    if isinstance(rules, SignedTokens):
        for words in key_problems(getattr(settings, "CHAT_TOKEN_KEYS", None)):
            yield Error(
                f"CHAT_TOKEN_KEYS: {words}",
                hint="Correct it in TOKEN_KEYS or its file, or in the setting (docs/policies.md). "
                "A secret for HS256: python3 -c 'import secrets; print(secrets.token_hex(32))'",
                id="chat.E011",
            )


def _is_on_the_internet(control_uri: str) -> bool:
    """Return whether the address is one of the internet, without https: Fastly's has it, and asks for a token."""
    parts = urlsplit(control_uri)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        return False


# For manage.py doctor, which prints a line for each.
ALL: dict[str, Callable[..., Iterable[CheckMessage]]] = {
    "GripMiddleware is the first middleware, TrustedProxies the second": grip_middleware_is_first,
    "the GRIP proxies have sound addresses and keys": grip_proxies_are_sound,
    "the event log is the chat's own": event_log_is_ours,
    "readers can open the channels of rooms only": readers_get_rooms_only,
    "SQLite waits for its lock": sqlite_waits_for_its_lock,
    "DEBUG is off in public": debug_is_off_in_public,
    "only proxies may say who the client is": few_may_say_who_the_client_is,
    "the policy says who may do what": the_policy_is_sound,
}
