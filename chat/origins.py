"""Which other sites may use the chat from a browser: CHAT_ORIGINS."""

import re
from typing import Any

from .conf import conf

EVERY_SITE = "*"
# As browsers write it: in lower case, without the port that its scheme has anyway, and without a slash at the end.
ORIGIN = re.compile(
    r"(?:http(?!.*:80$)|https(?!.*:443$))://(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?"
)
MAX_PORT = 65535


def wrong_origins(origins: Any) -> list[Any]:
    """Return those that no browser would ever send. Every site is either alone or wrong."""
    if not isinstance(origins, (tuple, list)):
        return [origins]
    if [*origins] == [EVERY_SITE]:
        return []
    return [one for one in origins if not (isinstance(one, str) and _is_origin(one))]


def _is_origin(text: str) -> bool:
    found = ORIGIN.fullmatch(text)
    return found is not None and int(found[1] or 0) <= MAX_PORT


def listed() -> tuple[str, ...]:
    """Return CHAT_ORIGINS. A text in place of a tuple lists nobody: each part of it would be in it."""
    return () if isinstance(conf.origins, str) else tuple(conf.origins)


def is_listed(origin: str) -> bool:
    """Return whether the header Origin names a listed site; `null` names none, unless every site is listed."""
    return not {EVERY_SITE, origin}.isdisjoint(listed())
