"""What is wrong with a GRIP proxy's signature: the key, or the clocks. The libraries only say that it is wrong."""

import time
from collections.abc import Iterable
from typing import NamedTuple

import jwt

from chat.grip.config import Proxy

ALGORITHMS = ["HS256", "RS256", "ES256"]  # gripcontrol's
PUSHPIN, VALID_S = "pushpin", 3600  # how long a signature of Pushpin is valid
NONE, GOOD, KEY, CLOCK = "none", "good", "key", "clock"


class Found(NamedTuple):
    kind: str
    behind_s: int = 0  # by how much the proxy's clock is behind ours, as far as the signature tells


def look(token: str | None, proxies: Iterable[Proxy]) -> Found:
    """Return what the signature says, whichever of the proxies has made it."""
    if not token:
        return Found(NONE)
    for proxy in proxies:
        key = proxy.get("verify_key") or proxy.get("key") or ""
        try:
            claim = jwt.decode(
                token, key, algorithms=ALGORITHMS, options={"verify_exp": False}, issuer=proxy.get("verify_iss")
            )
            end = float(claim["exp"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError):
            continue
        now = time.time()
        behind_s = round(now + VALID_S - end) if claim.get("iss") == PUSHPIN or end <= now else 0
        return Found(CLOCK if end <= now else GOOD, behind_s)
    return Found(KEY)
