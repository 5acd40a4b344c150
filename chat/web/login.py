"""The check of a password: a limit for each address and name before it hashes, and one hash at a time.

A hash takes half a second of a core. So a few wrong logins at a time would take all threads of a worker. Each worker
counts for itself. (django-axes counts after the hash: it hashed 16 wrong logins that came at once, and it logs each.)
"""

import hashlib
import threading
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _

from .addresses import customer_of
from .refusals import Refusal

TRIES, TRIES_OF_ADDRESS = 5, 20
WINDOW_S = 300
BUSY_S = 2

_hashing = threading.Lock()


class LimitedLogin(ModelBackend):
    """Django's check of a name and a password; it raises Refusal, 429, instead of hashing too often."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Any:
        if request is None:  # a command
            return super().authenticate(request, username, password, **kwargs)
        if not _hashing.acquire(blocking=False):
            raise _refuse(_("Somebody else is logging in. Try again in a moment."), BUSY_S)
        try:
            limits = _limits(request, str(username or kwargs.get("username", "")))
            if any(_count(key) > tries for key, tries in limits.items()):
                words = _("Too many wrong logins. Try again in %(minutes)d minutes.")
                raise _refuse(words % {"minutes": WINDOW_S // 60}, WINDOW_S)
            user = super().authenticate(request, username, password, **kwargs)
            if user:
                cache.delete_many([*limits])
            return user
        finally:
            _hashing.release()


def _limits(request: HttpRequest, name: str) -> dict[str, int]:
    """Return how often the address may try, and how often this name."""
    network = customer_of(request)
    both = hashlib.sha256(f"{network} {name}".encode(errors="replace")).hexdigest()
    return {f"login-{hashlib.sha256(network.encode()).hexdigest()}": TRIES_OF_ADDRESS, f"login-{both}": TRIES}


def _count(key: str) -> int:
    """Return how many tries there were since the first, this one included."""
    cache.add(key, 0, WINDOW_S)
    try:
        return cache.incr(key)
    except ValueError:  # the key has expired meanwhile
        return 1


def _refuse(message: str, seconds: int) -> Refusal:
    return Refusal(429, [{"field": "login", "message": message}], {"Retry-After": str(seconds)})
