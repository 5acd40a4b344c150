"""Asks the policy, and turns its answers into refusals."""

from collections.abc import Iterable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from chat.events.channels import PREFIX
from chat.web.refusals import Refusal, refuse

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


def refuse_readers(request: HttpRequest, channels: Iterable[str]) -> None:
    """Raise Refusal, 401 or 403, unless this client may read the rooms of all channels; it names each refused one."""
    status, errors = 403, []
    for channel in channels:
        room = channel.removeprefix(PREFIX)
        try:
            if policy().may_read(request, room):
                continue
            message = f"You may not read {channel}."
        except NotSignedIn as error:
            status, message = 401, str(error)
        errors.append({"field": "channel", "message": message, "channel": channel})
    if errors:
        raise Refusal(status, errors)
