"""Where the GRIP proxies are: every accepted way of saying it, made into one list."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from gripcontrol import parse_grip_uri


def grip_proxies(written, urls="", verify_key=None):
    """Return the proxies as django-grip's GRIP_PROXIES wants them, each once.

    `written` is a list in that form already, `urls` one or several GRIP URLs separated by white space, and
    `verify_key` the key that proxies sign with where it isn't the one we sign with (Fastly Fanout).
    Raises ImproperlyConfigured, with the cure, for what the libraries would crash or hang on.
    """
    proxies = {}
    for proxy in [*map(dict, written), *map(_parse, urls.split())]:
        proxy["control_uri"] = proxy.get("control_uri", "").rstrip("/")
        if verify_key:
            proxy.setdefault("verify_key", _key(verify_key))
        _refuse_what_hangs(proxy)
        proxies.setdefault(proxy["control_uri"], proxy)
    return list(proxies.values())


def _parse(url):
    try:
        return parse_grip_uri(url)
    except ValueError:  # a port or a base64 key that can't be read
        raise ImproperlyConfigured(
            f"GRIP_URL={_without_query(url)!r} can't be read: write http://host:5561?key=... "
            "(a key after base64: must be valid base64)."
        ) from None


def _key(text):
    return parse_grip_uri(f"http://key?verify-key={text}")["verify_key"] if text.startswith("base64:") else text


def _refuse_what_hangs(proxy):
    uri = proxy["control_uri"]
    if not re.fullmatch(r"https?", urlsplit(uri).scheme) or not urlsplit(uri).hostname:
        raise ImproperlyConfigured(
            f"GRIP_URL={_without_query(uri)!r} is no address of a GRIP proxy: write http://host:5561?key=..."
        )
    if isinstance(proxy.get("key"), bytes) and not proxy.get("control_iss"):
        # pubcontrol sends such a key as a bearer token, fails on the bytes and never gives its lock back.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a base64 key without an issuer: add iss=... to GRIP_URL "
            "(control_iss in GRIP_PROXIES), or write the key as plain text."
        )
    if proxy.get("verify_key") and not proxy.get("key"):
        # django-grip looks the missing key up for every request that the proxy passes on.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a verify-key but no key: add key=... to GRIP_URL, "
            "or remove verify-key and GRIP_VERIFY_KEY."
        )


def _without_query(url):
    return url.split("?")[0]  # keys stay out of messages
