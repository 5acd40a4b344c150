"""What is wrong with a GRIP proxy's signature: the key, or the clocks. The libraries only say that it is wrong."""

import logging
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

import jwt
from gripcontrol import validate_sig

from chat.conf import conf
from chat.grip.config import Proxy

ALGORITHMS = ["HS256", "RS256", "ES256"]  # gripcontrol's
PUSHPIN, VALID_S = "pushpin", 3600  # how long a signature of Pushpin is valid
NONE, GOOD, KEY, CLOCK = "none", "good", "key", "clock"
LOG_AGAIN_S = 60
KEPT_S = 30  # the supervisor of each Pushpin asks every 5 s

log = logging.getLogger(__name__)


def is_good(token: str, proxies: Iterable[Proxy]) -> bool:
    """Return whether one of the proxies has made this signature, and it is valid now.

    Pushpin signs all requests of a second alike. A signature takes as long to check as a fifth of a stream's opening.
    """
    second = int(time.time())
    return any(_is_good(token, second, _key(proxy), proxy.get("verify_iss")) for proxy in proxies)


def is_needed(proxies: Iterable[Proxy]) -> bool:
    """Return whether only a good signature proves a proxy. If one of the proxies has no key, any text does."""
    return all(_key(proxy) is not None for proxy in proxies)


def _key(proxy: Proxy) -> str | bytes | None:
    """Return the key that the proxy's signatures are checked with."""
    return proxy.get("verify_key", proxy.get("key"))


@lru_cache(maxsize=64)
def _is_good(token: str, second: int, key: str | bytes | None, issuer: str | None) -> bool:
    return key is not None and bool(validate_sig(token, key, iss=issuer))


class Found(NamedTuple):
    kind: str
    behind_s: int = 0  # by how much the proxy's clock is behind ours, as far as the signature tells


def look(token: str | None, proxies: Iterable[Proxy]) -> Found:
    """Return what the signature says, whichever of the proxies has made it."""
    if not token:
        return Found(NONE)
    for proxy in proxies:
        try:
            claim = jwt.decode(
                token,
                _key(proxy) or "",
                algorithms=ALGORITHMS,
                options={"verify_exp": False},
                issuer=proxy.get("verify_iss"),
            )
            end = float(claim["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            continue
        now = time.time()
        behind_s = round(now + VALID_S - end) if claim.get("iss") == PUSHPIN or end <= now else 0
        return Found(CLOCK if end <= now else GOOD, behind_s)
    return Found(KEY)


class _Log:
    last = float("-inf")


def refuse(token: str | None, proxies: Iterable[Proxy]) -> None:
    """Say once a minute what is wrong with a refused signature; let all processes know that a clock is wrong."""
    found, now = look(token, proxies), time.monotonic()
    words = _words(found)
    if found.kind == CLOCK and (file := conf.late_proxy_file):
        with suppress(OSError):  # the disk is full
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(words)
            os.replace(new, file)
    if now - _Log.last >= LOG_AGAIN_S:
        _Log.last = now
        log.error("%s", words)


def delays() -> list[str]:
    """Return a sentence if a proxy's clock is wrong. A wrong key is no reason: any stranger can send one."""
    file = conf.late_proxy_file
    if file is None:
        return []
    try:
        age_s = time.time() - file.stat().st_mtime
        return [file.read_text()] if age_s < KEPT_S else []
    except OSError:
        return []


def _words(found: Found) -> str:
    if found.kind == CLOCK:
        return (
            f"The clock of a GRIP proxy is about {found.behind_s} s behind ours, so its signature is over and its "
            "readers get no stream. Set both clocks by NTP; the key is right."
        )
    return (
        "A GRIP proxy signs with another key than the one in GRIP_URL (Pushpin: sig_key), so its readers get no stream."
    )
