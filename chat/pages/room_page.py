"""A room as a page: what its template and its scripts get."""

import secrets
import shlex
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode

from chat.events.channels import room_channel
from chat.events.log import event_id
from chat.messages.authors import author_hash_of
from chat.messages.forms import PageForm
from chat.messages.recent import newest_page
from chat.models import MAX_TEXT_LENGTH, ChatMessage, mark_of
from chat.policy import asking
from chat.web.language import current_language
from chat.web.page import render_page
from chat.web.refusals import refuse_form

from .joined_files import are_bundled
from .language import script_sentences
from .message_html import blank_message, render_messages


class Shown(NamedTuple):
    """A room, for whom it is shown, and on which page: `room`, `read` or `frame`."""

    page: str
    eid: str
    user: str  # "" for somebody who reads without a name
    query: str = ""  # of the addresses that lead back to the page
    is_known: bool = False  # the policy knows the name
    theme: str | None = None  # None: the one that the person chose

    @property
    def address(self) -> str:
        path = reverse(f"chat:{self.page}", args=[self.eid])
        return f"{path}?{self.query}" if self.query else path


class Tried(NamedTuple):
    """What somebody has tried to say without scripts, and why it was not saved."""

    text: str = ""
    problem: str = ""
    status: int = 200


def room_page(request: HttpRequest, shown: Shown, tried: Tried | None = None) -> HttpResponse:
    tried = tried or Tried()
    eid, user = shown.eid, shown.user
    before = _before(request)
    channel = room_channel(eid)
    # The event id is read before the messages. A message sent in between arrives twice, and the page drops one by id.
    last_event, messages, more, locked, slow, history, paused = newest_page(eid)
    newest = messages[0]["id"] if messages else 0
    if before is not None:
        messages, more = ChatMessage.objects.in_room(eid).before(before).page()
    newer = before is not None and newest >= before
    page = {
        "room": eid,
        "user": user,
        "lastEventId": event_id(channel, last_event),
        "newest": newest,
        "more": more,
        "atEnd": not newer,
        "messagesUrl": reverse("chat:messages", args=[eid]),
        "eventsUrl": f"{reverse('chat:events')}?{urlencode({'channel': channel})}",
        "streamWorkerUrl": static("chat/worker.js") if are_bundled() else None,
        "maxTextLength": MAX_TEXT_LENGTH,
        "locked": locked,
        "slow": slow,
        "history": history,
        "paused": paused,
        **_about_the_person(request, shown),
    }
    context = {
        "room": eid,
        "user": user,
        "user_query": shown.query,
        "open": asking.is_open(),
        "may_write": page.get("mayWrite", True),
        "sign_out_url": asking.sign_out_url(request),
        "messages": render_messages(reversed(messages)),
        "blank_message": blank_message(),
        "page": page,
        "script_sentences": script_sentences(current_language()),
        "older": messages[-1]["id"] if more else None,
        "newer": newer,
        "origin": request.build_absolute_uri("/").rstrip("/"),  # without scripts; a script knows the address for sure
        "command": _command(request.build_absolute_uri(reverse("chat:messages", args=[eid])), user),
        "key": secrets.token_urlsafe(16),  # the plain form sends it, so that a text sent twice is saved once
        "problem": tried.problem,
        "text": tried.text,
    }
    if shown.theme is not None:
        context["theme"] = shown.theme
    return render_page(request, f"chat/{shown.page}.html", context, status=tried.status)


def _about_the_person(request: HttpRequest, shown: Shown) -> dict[str, Any]:
    """Return what the scripts learn of the person, and of the page that the person is on."""
    found: dict[str, Any] = {}
    if shown.is_known:
        found["known"] = shown.user
    if author_hash := author_hash_of(shown.eid, asking.author_key_of(request, None)):
        found["you"] = mark_of(author_hash)
    if shown.page == "room" and asking.may_moderate(request, shown.eid):
        found |= {"moderateUrl": reverse("chat:moderate"), "csrfToken": get_token(request)}
    if not shown.user or not asking.may_write(request, shown.eid):
        found["mayWrite"] = False
    if shown.page != "room":
        found["home"] = reverse("chat:join")
    # The page to sign in can't be in a frame.
    if shown.page == "frame":
        found["framed"] = True
    elif sign_in := asking.sign_in_url(request):
        found["signInUrl"] = sign_in
    return found


def _command(url: str, user: str) -> str:
    """Return what posts into the room from a terminal."""
    flag = "-d" if quote_plus(user) == user else "--data-urlencode"
    return f"curl {shlex.quote(url)} {flag} {shlex.quote(f'from={user}')} -d text=hello"


def _before(request: HttpRequest) -> int | None:
    """Return the message's id in ?before=, None if there is none."""
    if "before" not in request.GET:
        return None
    form = PageForm({"before": request.GET["before"]})
    if not form.is_valid():
        raise refuse_form(form)
    return form.cleaned_data["before"]
