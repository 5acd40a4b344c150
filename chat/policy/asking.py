"""Asks the policy, and turns its answers into refusals. The views ask here, before they look for the room.

The policy Open allows everything, so every answer is what it would be without a policy.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any, NoReturn

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from chat.conf import conf
from chat.events.channels import PREFIX
from chat.messages.writer import Writer
from chat.naming import FOR_STAFF, clean_person_name, is_for_staff, sentence
from chat.web import writers
from chat.web.fields import Fields
from chat.web.refusals import Refusal, refuse

from .doctor import is_doctor
from .open import NotSignedIn, Open

May = Callable[[HttpRequest, str], bool]


@lru_cache
def _made(path: str) -> Open:
    """Return the policy; raise TypeError for one whose answers nobody would await: they would all count as True."""
    made = import_string(path)
    for name in dir(Open):
        if iscoroutinefunction(getattr(made, name, None)):
            raise TypeError(f"{name} is async: write it with def, the chat calls it in a thread")
    return made()


def policy() -> Open:
    return _made(conf.policy)


def is_open() -> bool:
    """Return whether everybody may read everything: then no answer is private."""
    return type(policy()) is Open


def _rules(request: HttpRequest, room: str) -> Open:
    """Return the policy that decides about this request: Open for manage.py doctor, in its own room."""
    return policy() if is_open() or not is_doctor(request, room) else Open()


def refuse_reader(request: HttpRequest, room: str) -> None:
    """Raise Refusal, 401 or 403, unless this client may read the room."""
    _refuse(_rules(request, room).may_read, request, room, _("You may not read the room %(room)s."))


def refuse_writer(request: HttpRequest, room: str) -> None:
    """Raise Refusal, 401 or 403, unless this client may write in the room."""
    _refuse(_rules(request, room).may_write, request, room, _("You may not write in the room %(room)s."))


def refuse_moderator(request: HttpRequest, room: str) -> None:
    """Raise Refusal, 401 or 403, unless this client may moderate the room."""
    _refuse(_rules(request, room).may_moderate, request, room, _("You may not moderate the room %(room)s."))


def refuse_readers(request: HttpRequest, channels: Iterable[str]) -> None:
    """Raise Refusal, 401 or 403, unless this client may read the rooms of all these channels.

    It has one error for each refused channel.
    """
    status, errors = 403, []
    for channel in channels:
        message, room = f"You may not read {channel}.", channel.removeprefix(PREFIX)
        try:
            if _rules(request, room).may_read(request, room):
                continue
        except NotSignedIn as error:
            status, message = 401, str(error)
        errors.append({"field": "channel", "message": message, "channel": channel})
    if errors:
        raise Refusal(status, errors, _challenge() if status == 401 else {})


def _refuse(may: May, request: HttpRequest, room: str, message: str) -> None:
    try:
        if not may(request, room):
            raise refuse(403, "room", message % {"room": room})
    except NotSignedIn as error:
        _refuse_stranger(error)


def _refuse_stranger(error: NotSignedIn) -> NoReturn:
    raise Refusal(401, [{"field": "user", "message": str(error)}], _challenge()) from None


def _challenge() -> dict[str, str]:
    """Return the header of a 401 that says how to prove who one is."""
    challenge = policy().challenge
    return {"WWW-Authenticate": challenge} if challenge else {}


def may_write(request: HttpRequest, room: str) -> bool:
    """Return whether this client may write in the room, once it is known that the client may read it."""
    return bool(_unless_stranger(_rules(request, room).may_write, request, room))


def may_moderate(request: HttpRequest, room: str) -> bool:
    """Return whether this client may moderate the room."""
    return bool(_unless_stranger(_rules(request, room).may_moderate, request, room))


def name_of(request: HttpRequest, room: str = "") -> str | None:
    """Return the name under which this client writes in the room; None: people give their own.

    Raises Refusal: 401 for somebody unknown, 403 for a name that nobody can have in a chat.
    """
    try:
        name = _rules(request, room).name_of(request)
    except NotSignedIn as error:
        _refuse_stranger(error)
    return None if name is None else _valid(name, request, room)


def _valid(name: str, request: HttpRequest, room: str) -> str:
    try:
        cleaned = clean_person_name(name)
        if not is_for_staff(cleaned) or may_moderate(request, room):
            return cleaned
        error = ValidationError(FOR_STAFF)
    except ValidationError as found:
        error = found
    why = " ".join(sentence(single, "user") for single in error.error_list)
    message = _("Your account's name, “%(name)s”, can't be one here: %(why)s Only the site can change it.")
    shown = name[:100].encode(errors="replace").decode()  # no page can show half of a surrogate pair
    raise refuse(403, "user", message % {"name": shown, "why": why})


def under_own_name(request: HttpRequest, room: str, fields: Fields) -> Fields:
    """Return a message's fields with the name that the policy gives; raise Refusal, 403, if they have another one."""
    name = name_of(request, room)
    if name is None:
        return fields
    if fields.get("from", name).strip() != name:
        words = _(
            "You write here as “%(name)s”. Send that name or none. A page that shows another one must be loaded again."
        )
        raise refuse(403, "from", words % {"name": name})
    return {**fields, "from": name}


def writer_of(request: HttpRequest, room: str, author_key: str | None = None) -> Writer:
    """Return who writes in the room."""
    rules, staff = _rules(request, room), may_moderate(request, room)
    account, author = _unless_stranger(rules.account_of, request), _unless_stranger(rules.author_of, request)
    return writers.writer_of(request, author_key, staff, account, author)


def author_key_of(request: HttpRequest, author_key: str | None) -> str | None:
    """Return the key that proves the author: one of the policy, else the one that the client has sent."""
    return Writer(author_key=author_key, author=_unless_stranger(policy().author_of, request)).proof


def _unless_stranger(ask: Callable[..., Any], *about: Any) -> Any:
    """Return what the policy answers, None about a stranger, who may read where a policy says so."""
    try:
        return ask(*about)
    except NotSignedIn:
        return None


def sign_in_url(request: HttpRequest) -> str | None:
    return policy().sign_in_url(request)


def sign_out_url(request: HttpRequest) -> str | None:
    return policy().sign_out_url(request)


def proves_itself(request: HttpRequest) -> bool:
    return policy().proves_itself(request)


def private(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let no cache keep the view's answers, or show them to anybody else, unless everybody may read everything.

    It goes around `serve`, so that refusals are private too.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if not is_open():
            patch_cache_control(response, private=True, no_cache=True)
            patch_vary_headers(response, ["Cookie", "Authorization"])
        return response

    return answered
