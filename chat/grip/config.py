"""The list of GRIP proxies: every accepted spelling, made into one form and checked."""

import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from gripcontrol import parse_grip_uri

from chat.redaction import public_part

LONGEST_SOCKET_PATH = 107  # bytes, on Linux
PARAMETERS = ("key", "iss", "verify-key", "verify-iss")

Proxy = dict[str, Any]  # django-grip's form: control_uri, and maybe control_iss, key, verify_key, verify_iss


def proxies() -> list[Proxy]:
    """Return the GRIP proxies of this site, from its setting GRIP_PROXIES or else GRIP_URL."""
    written: list[Proxy] = getattr(settings, "GRIP_PROXIES", [])
    return written or _from_url(getattr(settings, "GRIP_URL", None) or "", getattr(settings, "GRIP_VERIFY_KEY", None))


@lru_cache(maxsize=8)
def _from_url(urls: str, verify_key: str | None) -> list[Proxy]:
    return grip_proxies([], urls, verify_key)


def grip_proxies(written: Iterable[Mapping[str, Any]], urls: str = "", verify_key: str | None = None) -> list[Proxy]:
    """Return each proxy once, in the form of django-grip's GRIP_PROXIES.

    `written` is a list in that form already. `urls` holds GRIP URLs separated by white space. `verify_key` is the key
    that the proxies sign with, where it differs from the one that we sign with (Fastly Fanout).
    Raises ImproperlyConfigured, with the cure, for values that would make the libraries crash, hang or misread them.
    """
    proxies: dict[str, Proxy] = {}
    for proxy in [*map(_copy, written), *map(_parse, urls.split())]:
        if verify_key:
            proxy.setdefault("verify_key", _decoded("GRIP_VERIFY_KEY", verify_key))
        _refuse_what_fails(proxy)
        proxies.setdefault(proxy["control_uri"], proxy)
    return list(proxies.values())


def _copy(proxy: Mapping[str, Any]) -> Proxy:
    if not isinstance(proxy, dict) or not isinstance(proxy.get("control_uri"), str):
        raise ImproperlyConfigured('GRIP_PROXIES: write each as {"control_uri": "http://host:5561", "key": "..."}.')
    _refuse_wrong_address("GRIP_PROXIES: control_uri", proxy["control_uri"])
    given = {name: value for name, value in proxy.items() if value}
    return {**given, "control_uri": proxy["control_uri"].rstrip("/")}


def _parse(url: str) -> Proxy:
    address, _, query = url.partition("?")
    _refuse_wrong_address("GRIP_URL", address)
    parameters = parse_qsl(query.replace("+", "%2B"))  # + as in base64, like the library
    if "#" in query or not {name for name, _ in parameters} <= {*PARAMETERS}:
        raise ImproperlyConfigured(
            f"GRIP_URL={public_part(url)!r} has other parameters than {', '.join(PARAMETERS)}: leave them out, "
            "and write %26 for & and %23 for # in a key."
        )
    for name, value in parameters:
        _decoded(f"{name} in GRIP_URL={public_part(url)!r}", value)
    return _copy(parse_grip_uri(url))


def _refuse_wrong_address(name: str, uri: str) -> None:
    if uri.startswith("ipc:"):
        _refuse_wrong_socket(name, uri)
        return
    try:
        parts = urlsplit(uri)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not re.search("[?#]", uri)
    except ValueError:  # the port is no number
        good = False
    if not good:
        raise ImproperlyConfigured(
            f"{name}={public_part(uri)!r} is no address of a GRIP proxy: write http://host:5561, and in GRIP_URL "
            "?key=... behind it."
        )


def _refuse_wrong_socket(name: str, uri: str) -> None:
    path = unquote(uri.removeprefix("ipc://"))
    if not re.fullmatch("ipc://(/[^/?#@]+)+", uri) or "\0" in path:
        raise ImproperlyConfigured(
            f"{name}={public_part(uri)!r} is no address of Pushpin's command socket: write ipc:///path/to/c-command, "
            "with %20 for a space and the like for other special characters, and in GRIP_URL ?key=... behind it."
        )
    if len(path.encode()) > LONGEST_SOCKET_PATH:
        raise ImproperlyConfigured(
            f"{name}={public_part(uri)!r} has a path of more than {LONGEST_SOCKET_PATH} bytes: no socket can be there."
        )


def _decoded(name: str, key: str) -> str | bytes:
    """Return the key: bytes if it is written in base64, else the text as it is."""
    if not key.startswith("base64:"):
        return key
    try:
        return b64decode(key.removeprefix("base64:"), validate=True)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is no base64: copy all that follows base64:, down to the last =.") from None


def _refuse_what_fails(proxy: Proxy) -> None:
    uri, key, verify_key = public_part(proxy["control_uri"]), proxy.get("key"), proxy.get("verify_key")
    if isinstance(key, bytes) and not proxy.get("control_iss"):
        # pubcontrol would send these bytes as a bearer token, fail, and keep its lock locked.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a base64 key without an issuer: add iss=... to GRIP_URL "
            "(control_iss in GRIP_PROXIES), or write the key as plain text."
        )
    if isinstance(key, str) and not proxy.get("control_iss") and not (key.isascii() and key.isprintable()):
        # pubcontrol sends this key in a header.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a key with other characters than printable ASCII: choose another key."
        )
    if verify_key and not key:
        # django-grip's own middleware, which a host may have too, reads the missing key: a KeyError.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a verify-key but no key: add key=... to GRIP_URL, "
            "or remove verify-key and GRIP_VERIFY_KEY."
        )
    if verify_key and not _is_usable(verify_key):
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a verify-key that is a broken PEM file: keep its line ends, or write base64: "
            "and the whole file in base64."
        )


def _is_usable(verify_key: str | bytes) -> bool:
    """Return whether the key is a sound PEM file or no PEM file; with a broken one, no request counts as proxied."""
    pem = verify_key.encode() if isinstance(verify_key, str) else verify_key
    try:
        return b"-----BEGIN" not in pem or bool(load_pem_public_key(pem))
    except ValueError:
        return False
