"""Where the GRIP proxies are: every accepted way of saying it, made into one list."""

import re
from base64 import b64decode
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.exceptions import ImproperlyConfigured
from gripcontrol import parse_grip_uri

PARAMETERS = ("key", "iss", "verify-key", "verify-iss")


def grip_proxies(written, urls="", verify_key=None):
    """Return the proxies as django-grip's GRIP_PROXIES wants them, each once.

    `written` is a list in that form already, `urls` one or several GRIP URLs separated by white space, and
    `verify_key` the key that proxies sign with where it isn't the one we sign with (Fastly Fanout).
    Raises ImproperlyConfigured, with the cure, for what the libraries would crash or hang on, or read amiss.
    """
    proxies = {}
    for proxy in [*map(_copy, written), *map(_parse, urls.split())]:
        if verify_key:
            proxy.setdefault("verify_key", _decoded("GRIP_VERIFY_KEY", verify_key))
        _refuse_what_fails(proxy)
        proxies.setdefault(proxy["control_uri"], proxy)
    return list(proxies.values())


def public_part(url):
    """Return scheme, host and path of `url`: neither user nor password nor keys."""
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{re.split('[?#]', rest.rpartition('@')[2])[0]}" if found else "..."


def _copy(proxy):
    if not isinstance(proxy, dict) or not isinstance(proxy.get("control_uri"), str):
        raise ImproperlyConfigured('GRIP_PROXIES: write each as {"control_uri": "http://host:5561", "key": "..."}.')
    _refuse_wrong_address("GRIP_PROXIES: control_uri", proxy["control_uri"])
    given = {name: value for name, value in proxy.items() if value}
    return {**given, "control_uri": proxy["control_uri"].rstrip("/")}


def _parse(url):
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


def _refuse_wrong_address(name, uri):
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


def _decoded(name, key):
    """Return the key, as bytes if it is written in base64."""
    if not key.startswith("base64:"):
        return key
    try:
        return b64decode(key.removeprefix("base64:"), validate=True)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is no base64: copy all that follows base64:, down to the last =.") from None


def _refuse_what_fails(proxy):
    uri, key, verify_key = public_part(proxy["control_uri"]), proxy.get("key"), proxy.get("verify_key")
    if isinstance(key, bytes) and not proxy.get("control_iss"):
        # pubcontrol sends such a key as a bearer token, fails on the bytes and never gives its lock back.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a base64 key without an issuer: add iss=... to GRIP_URL "
            "(control_iss in GRIP_PROXIES), or write the key as plain text."
        )
    if isinstance(key, str) and not proxy.get("control_iss") and not (key.isascii() and key.isprintable()):
        # It travels in a header.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a key with other characters than printable ASCII: choose another key."
        )
    if verify_key and not key:
        # django-grip looks the missing key up for every request that the proxy passes on.
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a verify-key but no key: add key=... to GRIP_URL, "
            "or remove verify-key and GRIP_VERIFY_KEY."
        )
    if verify_key and not _is_usable(verify_key):
        raise ImproperlyConfigured(
            f"The GRIP proxy {uri} has a verify-key that is a broken PEM file: keep its line ends, or write base64: "
            "and the whole file in base64."
        )


def _is_usable(verify_key):
    """Tell whether the key is no PEM file or a sound one: with a broken one no request would count as proxied."""
    pem = verify_key.encode() if isinstance(verify_key, str) else verify_key
    try:
        return b"-----BEGIN" not in pem or bool(load_pem_public_key(pem))
    except ValueError:
        return False
