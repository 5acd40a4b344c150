"""Asks the policy, and turns its answers into refusals. The views ask here, before they look for the room.

With the policy Open nothing is asked, and every answer is what it would be without a policy.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Any, NoReturn

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from chat.conf import conf
from chat.events.channels import PREFIX
from chat.limits import OverLimit
from chat.messages.errors import MessageError
from chat.messages.writer import Writer
from chat.naming import FOR_STAFF, clean_person_name, is_for_staff, sentence
from chat.web import writers
from chat.web.fields import Fields
from chat.web.refusals import Refusal, View, refuse, refuse_message_error, refuse_over_limit

from .doctor import is_doctor
from .open import NotSignedIn, Open

PRIVATE = {"Cache-Control": "no-cache, private", "Vary": "Cookie, Authorization"}

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
    """Return whether everybody may read everything: then nothing is asked, and no answer is private."""
    return type(policy()) is Open


def refuse_reader(request: HttpRequest, room: str) -> None:
    """Raise Refusal, 401 or 403, unless this client may read the room."""
    if not is_open():
        policy().forget(request)
        _refuse(policy().may_read, request, room, _("You may not read the room %(room)s."))


def refuse_writer(request: HttpRequest, room: str, anew: bool = True) -> None:
    """Raise Refusal, 401 or 403, unless this client may write in the room; not `anew` if it was just asked for it."""
    if not is_open():
        if anew:
            policy().forget(request)
        _refuse(policy().may_write, request, room, _("You may not write in the room %(room)s."))


def refuse_moderator(request: HttpRequest, room: str) -> None:
    """Raise Refusal, 401 or 403, unless this client may moderate the room."""
    if not is_open():
        policy().forget(request)
        _refuse(policy().may_moderate, request, room, _("You may not moderate the room %(room)s."))


def refuse_readers(request: HttpRequest, channels: Iterable[str]) -> None:
    """Raise Refusal, 401 or 403, unless this client may read the rooms of all these channels.

    It has one error for each refused channel.
    """
    if is_open():
        return
    policy().forget(request)
    status, errors = 403, []
    for channel in channels:
        message, room = f"You may not read {channel}.", channel.removeprefix(PREFIX)
        try:
            if is_doctor(request, room) or policy().may_read(request, room):
                continue
        except NotSignedIn as error:
            status, message = 401, str(error)
        errors.append({"field": "channel", "message": message, "channel": channel})
    if errors:
        raise Refusal(status, errors, _headers(status))


def _refuse(may: May, request: HttpRequest, room: str, message: str) -> None:
    try:
        if not may(request, room) and not is_doctor(request, room):
            raise Refusal(403, [{"field": "room", "message": message % {"room": room}}], PRIVATE)
    except NotSignedIn as error:
        if not is_doctor(request, room):
            _refuse_stranger(error)


def _refuse_stranger(error: NotSignedIn) -> NoReturn:
    raise Refusal(401, [{"field": "user", "message": str(error)}], _headers(401)) from None


def _headers(status: int) -> dict[str, str]:
    challenge = policy().challenge
    return {**PRIVATE, "WWW-Authenticate": challenge} if status == 401 and challenge else PRIVATE


def may_write(request: HttpRequest, room: str) -> bool:
    """Return whether this client may write in the room, once it is known that the client may read it."""
    return is_open() or bool(_unless_stranger(policy().may_write, request, room))


def may_moderate(request: HttpRequest, room: str) -> bool:
    """Return whether this client may moderate the room."""
    return bool(_unless_stranger(policy().may_moderate, request, room))


def name_of(request: HttpRequest, room: str = "") -> str | None:
    """Return the name under which this client writes in the room; None: people give their own.

    Raises Refusal: 401 for somebody unknown, 403 for a name that nobody can have in a chat.
    """
    try:
        name = policy().name_of(request)
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
    raise Refusal(403, [{"field": "user", "message": message % {"name": shown, "why": why}}], PRIVATE)


def under_own_name(request: HttpRequest, room: str, fields: Fields) -> Fields:
    """Return a message's fields with the name that the policy gives; raise Refusal, 403, if they have another one."""
    name = None if is_open() or is_doctor(request, room) else name_of(request, room)
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
    if is_open() or is_doctor(request, room):
        return writers.writer_of(request, author_key)
    rules, staff = policy(), may_moderate(request, room)
    account, author = _unless_stranger(rules.account_of, request), _unless_stranger(rules.author_of, request)
    return writers.writer_of(request, author_key, staff, account, author)


def author_key_of(request: HttpRequest, author_key: str | None) -> str | None:
    """Return the key that proves the author: one of the policy, else the one that the client has sent."""
    return Writer(
        author_key=author_key, author=None if is_open() else _unless_stranger(policy().author_of, request)
    ).proof


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


def private(view: View) -> View:
    """Let no cache keep the view's answers, or show them to anybody else, unless everybody may read everything."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if is_open():
            return view(request, *args, **kwargs)
        try:
            response = view(request, *args, **kwargs)
        except MessageError as error:
            raise _made_private(refuse_message_error(error)) from error
        except OverLimit as error:
            raise _made_private(refuse_over_limit(error)) from error
        except Refusal as refusal:
            _made_private(refusal)
            raise
        patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Cookie", "Authorization"])
        return response

    return asked


def _made_private(refusal: Refusal) -> Refusal:
    refusal.headers = {**refusal.headers, **PRIVATE}
    return refusal
