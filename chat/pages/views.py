"""The pages for people."""

import secrets
import shlex
from functools import wraps
from typing import Any
from urllib.parse import quote_plus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy, gettext_noop
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.vary import vary_on_headers
from django.views.i18n import set_language

from chat.events.channels import room_channel
from chat.events.log import event_id
from chat.limits import OverLimit
from chat.messages.actions import say
from chat.messages.authors import author_hash_of
from chat.messages.errors import KeyConflict, MessageError
from chat.messages.forms import JoinForm, MessageForm, PageForm
from chat.messages.recent import newest_page
from chat.messages.write_lock import one_at_a_time
from chat.models import MAX_TEXT_LENGTH, ChatMessage, mark_of
from chat.naming import FOR_STAFF, is_for_staff, sentence
from chat.policy import asking
from chat.web.fields import read_fields
from chat.web.language import current_language
from chat.web.page import render_page
from chat.web.place import is_for_programs
from chat.web.refusals import Refusal, View, not_found, only, refuse_form, refuse_message_error
from chat.web.theme import chosen_theme

from .app_manifest import app_manifest
from .joined_files import are_bundled
from .language import script_sentences
from .message_html import blank_message, render_messages

SENT_BEFORE = gettext_noop("This form has sent another text already. To say this one too, send it again.")


def _signed_in(view: View) -> View:
    """Lead people whom the policy does not know to where they sign in. A form that was sent is not lost by that."""

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            if refusal.status == 401 and request.method != "POST" and (url := asking.sign_in_url(request)):
                return redirect(url)
            raise

    return led


@only("GET", "HEAD")
@_signed_in
def join(request: HttpRequest) -> HttpResponse:
    """Ask who you are and where you want to go; with ?user= (and ?room=) go there.

    Where a policy says who you are, ?room= is enough.
    """
    name = asking.name_of(request)
    if "user" not in request.GET and (name is None or "room" not in request.GET):
        return _join_page(request, JoinForm(), name=name)
    fields = request.GET.dict()
    given = {} if name is None else {"user": name}
    form = _join_form(request, {**fields, **given, "room": fields.get("room", "").strip() or "default"})
    if not form.is_valid():
        return _join_page(request, form, name=name, status=400)
    query = request.GET.copy()
    query.pop("room", None)
    if name is not None:
        query.pop("user", None)
    return redirect(_address(form.cleaned_data["room"], query.urlencode()))


def _join_form(request: HttpRequest, fields: dict[str, str]) -> JoinForm:
    form = JoinForm(fields)
    room = fields["room"] if "room" in form.errors else form.cleaned_data["room"]
    if is_for_staff(form.data.get("user", "")) and not asking.may_moderate(request, room):
        form.add_error("user", gettext_lazy(FOR_STAFF))
    return form


def _join_page(
    request: HttpRequest, form: JoinForm, room: str | None = None, name: str | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "room": room, "name": name, "open": asking.is_open()}
    return render_page(request, "chat/join.html", context, status=status)


def _address(room: str, query: str) -> str:
    return f"{reverse('chat:room', args=[room])}?{query}" if query else reverse("chat:room", args=[room])


# No CSRF token, for the reason that api/views.py gives.
@csrf_exempt
@only("GET", "HEAD", "POST")
# Browsers must ask before they show an old page, and shared caches must not keep it. But no-store would keep the page
# out of the back-forward cache, which shows it at once; it then catches up by itself.
@cache_control(no_cache=True, private=True)
@gzip_page
@_signed_in
def room(request: HttpRequest, room: str) -> HttpResponse:
    """Show the room to ?user=, or to whom the policy knows, or save the message that a plain form sends."""
    if is_for_programs(request):
        return not_found(request)
    form = _join_form(request, {"room": room, "user": request.GET.get("user", "")})
    valid = form.is_valid()
    if "room" in form.errors:
        return _join_page(request, form, status=400)
    eid = form.cleaned_data["room"]
    asking.refuse_reader(request, eid)
    name = asking.name_of(request, eid)
    if name is None:
        if "user" not in request.GET and request.method != "POST":
            return _join_page(request, JoinForm(), eid)
        if not valid:
            return _join_page(request, form, eid, status=400)
    user = form.cleaned_data["user"] if name is None else name
    if request.method != "POST":
        return _chat_page(request, eid, user)
    asking.refuse_writer(request, eid)
    return _say_by_form(request, eid, user)


@one_at_a_time
def _say_by_form(request: HttpRequest, eid: str, user: str) -> HttpResponse:
    """Save the message of a browser without scripts and show the room, or show the text again and what is wrong."""
    fields = read_fields(request)
    if "text" in fields:
        fields["text"] = fields["text"].replace("\r\n", "\n")  # a form sends every line end like this
    form = MessageForm({**fields, "from": user})
    try:
        if not form.is_valid():
            return _chat_page(request, eid, user, _problem_of(form), fields.get("text", ""), 400)
        by = asking.writer_of(request, eid)
        message = say(eid, user, form.cleaned_data["text"], form.cleaned_data["key"], by=by)
        if message.text != form.cleaned_data["text"]:  # the message was changed since
            raise KeyConflict
    except KeyConflict as conflict:  # the person went back to a form that was sent already
        return _chat_page(
            request, eid, user, gettext(SENT_BEFORE), fields.get("text", ""), refuse_message_error(conflict).status
        )
    except MessageError as error:
        return _chat_page(request, eid, user, str(error), fields.get("text", ""), refuse_message_error(error).status)
    except OverLimit as over:
        return _chat_page(request, eid, user, str(over), fields.get("text", ""), 429)
    except Refusal as refusal:
        problem = " ".join(error["message"] for error in refusal.errors)
        return _chat_page(request, eid, user, problem, fields.get("text", ""), refusal.status)
    return SeeOther(f"{_address(eid, _user_query(request, user))}#m{message.id}")


def _user_query(request: HttpRequest, user: str) -> str:
    """Return what the page's own addresses say of the person: nothing where a policy knows the name."""
    return urlencode({"user": user}) if asking.is_open() or asking.name_of(request) is None else ""


def _problem_of(form: MessageForm) -> str:
    errors = form.errors.as_data()
    return " ".join(
        sentence(error, gettext("Your text") if field == "text" else field)
        for field, found in errors.items()
        for error in found
    )


def _chat_page(
    request: HttpRequest, eid: str, user: str, problem: str = "", text: str = "", status: int = 200
) -> HttpResponse:
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
    }
    user_query = _user_query(request, user)
    if not user_query:
        page["known"] = user
    if author_hash := author_hash_of(eid, asking.author_key_of(request, None)):
        page["you"] = mark_of(author_hash)
    if asking.may_moderate(request, eid):
        page |= {"moderateUrl": reverse("chat:moderate"), "csrfToken": get_token(request)}
    may_write = asking.may_write(request, eid)
    if not may_write:
        page["mayWrite"] = False
    if sign_in := asking.sign_in_url(request):
        page["signInUrl"] = sign_in
    context = {
        "room": eid,
        "user": user,
        "user_query": user_query,
        "open": asking.is_open(),
        "may_write": may_write,
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
        "problem": problem,
        "text": text,
    }
    return render_page(request, "chat/room.html", context, status=status)


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


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was saved: a reload of the next page sends nothing twice."""

    status_code = 303


# No CSRF token, for the reason that api/views.py gives.
@csrf_exempt
@only("POST")
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the form's language in a cookie and show the page `next` again."""
    return set_language(request)


@only("GET", "HEAD")
@cache_control(no_cache=True, private=True)
@vary_on_headers("Cookie", "Accept-Language")
def manifest(request: HttpRequest) -> HttpResponse:
    """Tell browsers how to install the chat, in the person's language and colours."""
    return JsonResponse(
        app_manifest(current_language(), chosen_theme(request)), content_type="application/manifest+json"
    )
