"""POST /-/moderate/: what moderators do on a room's page."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from chat.messages import moderation
from chat.messages.actions import moderate
from chat.messages.batches import WORK_S
from chat.messages.errors import NoSuchMessage, NoSuchRoom
from chat.messages.forms import ModerationForm
from chat.messages.room_deletion import remove_room, retire_room
from chat.models import ChatMessage, ChatRoom
from chat.policy import asking
from chat.web.fields import read_fields
from chat.web.refusals import only, refuse, refuse_form
from chat.web.writers import is_staff

FORM = "application/x-www-form-urlencoded"


class Done(NamedTuple):
    """What an action has done: the words for the log (none: nothing), how many messages it removed, and whether that
    was all.
    """

    words: str
    messages: int = 0
    all: bool = True


@csrf_exempt
@only("POST")
def act(request: HttpRequest) -> HttpResponse:
    """Answer {"messages": how many were removed, "done": whether nothing is left}; if not, send the same again."""
    return _act(request) if asking.proves_itself(request) else _act_by_cookie(request)


def _act(request: HttpRequest) -> HttpResponse:
    if asking.is_open() and not is_staff(request):
        raise refuse(403, "user", _("Only moderators may do this. Log in as one who has the permission chat.moderate."))
    if request.content_type != FORM:
        raise refuse(415, "Content-Type", f"Content-Type must be {FORM}.")
    form = ModerationForm(read_fields(request))
    if not form.is_valid():
        raise refuse_form(form)
    wanted = form.cleaned_data
    asking.refuse_moderator(request, wanted["room"])
    done = ACTIONS[wanted["action"]](request, wanted)
    if done.words:
        moderator = asking.name_of(request, wanted["room"]) or _username(request)
        moderation.write_down(moderator, done.words, wanted["room"], done.messages)
    return JsonResponse({"messages": done.messages, "done": done.all})


def _username(request: HttpRequest) -> str:
    user = getattr(request, "user", None)  # a site may have no users
    return "" if user is None else user.get_username()


# With CSRF protection, unlike the rest of this folder: here a cookie says who somebody is. The method comes first.
_act_by_cookie = csrf_protect(_act)


def _delete(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    message = _message(wanted)
    count = moderate(wanted["room"], message.pk)
    return Done(f"deleted message {message.pk} of {message.user}" if count else "", count)


def _remove(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    message = _message(wanted)
    span = ModerationForm.SPANS[wanted["span"]]
    found = moderation.written_by_sender_of(message, timezone.now() - span if span else None)
    found = {room: ids for room, ids in found.items() if asking.may_moderate(request, room)}
    removed = moderation.remove_all(found, time.monotonic() + WORK_S)
    words = f"removed all from {message.user} ({wanted['span']})" if removed else ""
    return Done(words, removed, moderation.count(found) == 0)


def _ban(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    message = _message(wanted)
    ban = moderation.ban_sender_of(message, wanted["hours"])
    return Done(f"banned {message.user} until {ban.until:%Y-%m-%d %H:%M} UTC")


def _lock(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    moderation.lock_room(wanted["room"], True)
    return Done("locked the room")


def _unlock(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    moderation.lock_room(wanted["room"], False)
    return Done("unlocked the room")


def _slow(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    moderation.slow_down_room(wanted["room"], wanted["seconds"])
    return Done(f"set the slow mode to {wanted['seconds']} s")


def _clear(request: HttpRequest, wanted: dict[str, Any]) -> Done:
    room = ChatRoom.objects.filter(eid=wanted["room"]).first()
    left = ChatRoom.objects.filter(deleted_name=wanted["room"])
    words, count = "", 0
    if not left.exists():  # else this repeats a request that was not done: what came since stays
        if room is None:
            raise NoSuchRoom(wanted["room"])
        words, count = "cleared the room", room.messages.not_deleted().count()
        retire_room(room.pk)
    deadline = time.monotonic() + WORK_S
    return Done(words, count, all(remove_room(one.pk, deadline) for one in left.all()))


ACTIONS: dict[str, Callable[[HttpRequest, dict[str, Any]], Done]] = {
    "delete": _delete,
    "remove": _remove,
    "ban": _ban,
    "lock": _lock,
    "unlock": _unlock,
    "slow": _slow,
    "clear": _clear,
}


def _message(wanted: dict[str, Any]) -> ChatMessage:
    found = ChatMessage.objects.filter(id=wanted["message"], room__eid=wanted["room"]).first()
    if found is None:
        raise NoSuchMessage(wanted["message"])
    return found
