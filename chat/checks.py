"""System checks, run at the start, for settings that would lose messages or let strangers in."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils.module_loading import import_string

from chat.conf import conf
from chat.grip.config import proxies

from .grip.config import grip_proxies
from .middleware import ChatMiddleware
from .origins import EVERY_SITE, listed, wrong_origins
from .policy import Open, SignedTokens
from .policy.asking import is_open, policy
from .policy.signed_tokens import key_problems
from .redaction import public_part

MIDDLEWARE = "chat.middleware.ChatMiddleware"
NEW_KEY = "Make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
SAMPLE_KEY = "changeme"  # in Debian's /etc/pushpin/pushpin.conf
LOCAL = {"localhost", "127.0.0.1", "[::1]"}
DATABASES = ("postgresql", "sqlite")
MANY = 2**16  # addresses: no network of proxies has more


@register()
def chat_middleware_is_first(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if not any(_is_the_chats(name) for name in settings.MIDDLEWARE[:1]):
        yield Error(
            "ChatMiddleware is not the first middleware, so others would change its instructions to the proxy.",
            hint=f"Put {MIDDLEWARE!r} first in MIDDLEWARE.",
            id="chat.E001",
        )


def _is_the_chats(name: str) -> bool:
    """Return whether this middleware is ChatMiddleware, or made from it."""
    try:
        found = import_string(name)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, ChatMiddleware)


@register()
def grip_proxies_are_sound(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    url = getattr(settings, "GRIP_URL", None) or getattr(settings, "GRIP_VERIFY_KEY", None)
    if url and hasattr(settings, "GRIP_PROXIES"):
        yield Error(
            "GRIP_PROXIES and GRIP_URL or GRIP_VERIFY_KEY are both Django settings: django-grip would add to "
            "GRIP_PROXIES at every request.",
            hint="Keep only one. In the chat's own site, set the environment's variable.",
            id="chat.E002",
        )
    try:
        normal = grip_proxies(proxies())
    except ImproperlyConfigured as problem:
        yield Error(str(problem), hint="Correct it in GRIP_URL, or in GRIP_PROXIES.", id="chat.E003")
        return
    if normal != proxies():
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
def database_is_known(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    if connection.vendor not in DATABASES:
        yield Error(
            f"The database `default` is {connection.display_name}, for which the chat lacks some statements.",
            hint="Use PostgreSQL or SQLite.",
            id="chat.E009",
        )


@register()
def sqlite_waits_for_its_lock(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    for name, database in settings.DATABASES.items():
        if "sqlite" not in database["ENGINE"]:
            continue
        options = database.get("OPTIONS", {})
        if options.get("transaction_mode") != "IMMEDIATE" or "wal" not in options.get("init_command", "").lower():
            yield Warning(
                f"The SQLite database {name!r} has no WAL or no IMMEDIATE transactions: with several writers, most "
                "posts fail with `database is locked`.",
                hint='Set its OPTIONS: {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"}.',
                id="chat.W005",
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
    for network in conf.trusted_proxies or ():
        if ipaddress.ip_network(network).num_addresses > MANY and not ipaddress.ip_network(network).is_private:
            yield Warning(
                f"TRUSTED_PROXIES has {network}: strangers in it may claim any address, and so pass limits and bans.",
                hint="Name only the addresses of your own proxies.",
                id="chat.W004",
            )


@register()
def the_policy_is_sound(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    name = conf.policy
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
        for words in key_problems(conf.token_keys):
            yield Error(
                f"CHAT_TOKEN_KEYS: {words}",
                hint="Correct it in TOKEN_KEYS or its file, or in the setting (docs/policies.md). "
                "A secret for HS256: python3 -c 'import secrets; print(secrets.token_hex(32))'",
                id="chat.E011",
            )


@register()
def other_sites_are_named(app_configs: Any, **kwargs: Any) -> Iterator[CheckMessage]:
    for origin in wrong_origins(conf.origins):
        yield Error(
            f"CHAT_ORIGINS has {origin!r}, which is no origin as browsers name it.",
            hint='Write a tuple as ("https://shop.example.com",): in lower case, without a path; or ("*",) for all.',
            id="chat.E013",
        )
    if EVERY_SITE in listed() and _takes_cookies():
        yield Error(
            "CHAT_ORIGINS is *, and the policy takes cookies: every site's page could act as the person who visits it.",
            hint="Name the sites in ORIGINS, or take POLICY=open, or POLICY=tokens without TOKEN_COOKIE.",
            id="chat.E012",
        )


def _takes_cookies() -> bool:
    """Return whether the policy may know a person by a cookie: of a class of the site's own, nobody knows."""
    try:
        rules = policy()
    except Exception:  # the_policy_is_sound says so
        return False
    if type(rules) is SignedTokens:
        return bool(conf.token_cookie)
    return not is_open()


def _is_on_the_internet(control_uri: str) -> bool:
    """Return whether the address is one of the internet, without https: Fastly's has it, and asks for a token."""
    parts = urlsplit(control_uri)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_global
    except ValueError:
        return False


# For manage.py doctor, which prints a line for each.
ALL: dict[str, Callable[..., Iterable[CheckMessage]]] = {
    "ChatMiddleware is the first middleware": chat_middleware_is_first,
    "the GRIP proxies have sound addresses and keys": grip_proxies_are_sound,
    "the database is one that the chat knows": database_is_known,
    "SQLite waits for its lock": sqlite_waits_for_its_lock,
    "DEBUG is off in public": debug_is_off_in_public,
    "only proxies may say who the client is": few_may_say_who_the_client_is,
    "the policy says who may do what": the_policy_is_sound,
    "the sites that may use the chat are named": other_sites_are_named,
}
