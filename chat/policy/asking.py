"""Asks the policy, and turns its answers into refusals."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from chat.web.refusals import refuse

from .open import NotSignedIn, Open

DEFAULT = "chat.policy.Open"


@lru_cache
def _made(path: str) -> Open:
    return import_string(path)()


def policy() -> Open:
    return _made(getattr(settings, "CHAT_POLICY", DEFAULT))


def is_open() -> bool:
    """Return whether everybody may read everything: then nothing is asked, and no answer is private."""
    return type(policy()) is Open


def refuse_reader(request: HttpRequest, room: str) -> None:
    """Raise Refusal, 401 or 403, unless this client may read the room."""
    try:
        allowed = policy().may_read(request, room)
    except NotSignedIn as error:
        raise refuse(401, "user", str(error)) from None
    if not allowed:
        raise refuse(403, "room", f"You may not read the room {room}.")
