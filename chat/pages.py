"""The pages for people."""

import secrets

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from .bodies import read_fields
from .channels import room_channel
from .drawn import blank, drawn
from .errors import Refusal, only, refuse, refuse_form
from .eventlog import event_id
from .forms import JoinForm, MessageForm, PageForm
from .latest import latest
from .models import MAX_TEXT_LENGTH, ChatMessage
from .static_files import are_bundled
from .turns import in_turn
from .writing import say

SENT_BEFORE = "This form has sent another text already. To say this one too, send it again."


@only("GET", "HEAD")
def join(request):
    """Ask who you are and where you want to go; with ?user= (and ?room=) go there."""
    if "user" not in request.GET:
        return render(request, "chat/join.html", {"form": JoinForm(), "room": None})
    form = JoinForm({"room": "default", **request.GET.dict()})
    if not form.is_valid():
        return render(request, "chat/join.html", {"form": form, "room": None}, status=400)
    query = request.GET.copy()
    query.pop("room", None)
    return redirect(f"{reverse('room', args=[form.cleaned_data['room']])}?{query.urlencode()}")


# No CSRF token, for the reason given beside the messages' view.
@csrf_exempt
@only("GET", "HEAD", "POST")
# Not a page of yesterday, and none from anybody else's cache; but no-store would shut the page out of the
# back-forward cache, from which it comes back at once, and catches up.
@cache_control(no_cache=True, private=True)
@gzip_page
def room(request, room):
    """Show the room to ?user=, or take from a plain form what they say there."""
    form = JoinForm({"room": room, "user": request.GET.get("user", "")})
    valid = form.is_valid()
    if "room" in form.errors:
        return render(request, "chat/join.html", {"form": form, "room": None}, status=400)
    eid = form.cleaned_data["room"]
    if "user" not in request.GET and request.method != "POST":
        return render(request, "chat/join.html", {"form": JoinForm(), "room": eid})
    if not valid:
        return render(request, "chat/join.html", {"form": form, "room": eid}, status=400)
    user = form.cleaned_data["user"]
    return _say_by_form(request, eid, user) if request.method == "POST" else _chat_page(request, eid, user)


@in_turn
def _say_by_form(request, eid, user):
    """Say what a browser without scripts sends, and show the room; or show what was typed and why it was refused."""
    fields = read_fields(request)
    if "text" in fields:
        fields["text"] = fields["text"].replace("\r\n", "\n")  # a form sends a line end so, whatever was typed
    form = MessageForm({**fields, "from": user})
    try:
        if not form.is_valid():
            raise refuse_form(form)
        message = say(eid, user, form.cleaned_data["text"], form.cleaned_data["key"])
        if message.text != form.cleaned_data["text"]:  # it has been changed
            raise refuse(409, "key", "key was used before.")
    except Refusal as refusal:
        used = refusal.status == 409  # somebody went back to a form that had been sent
        problem = SENT_BEFORE if used else " ".join(error["message"] for error in refusal.errors)
        return _chat_page(request, eid, user, problem, fields.get("text", ""), refusal.status)
    return SeeOther(f"{reverse('room', args=[eid])}?{urlencode({'user': user})}#m{message.id}")


def _chat_page(request, eid, user, problem="", text="", status=200):
    before = _before(request)
    channel = room_channel(eid)
    # The event id is read before the messages: what is sent in between comes twice and is dropped by its id.
    last_event, newest_messages, more = latest(eid)
    newest = newest_messages[0]["id"] if newest_messages else 0
    messages = newest_messages
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
        "messagesUrl": reverse("messages", args=[eid]),
        "eventsUrl": f"{reverse('events')}?{urlencode({'channel': channel})}",
        "streamWorkerUrl": static("chat/worker.js") if are_bundled() else None,
        "maxTextLength": MAX_TEXT_LENGTH,
    }
    context = {
        "room": eid,
        "user": user,
        "user_query": urlencode({"user": user}),
        "messages": drawn(reversed(messages), user),
        "blank_message": blank(),
        "page": page,
        "older": messages[-1]["id"] if more else None,
        "newer": newer,
        "key": secrets.token_urlsafe(16),  # sent with the plain form: what is sent twice is said once
        "problem": problem,
        "text": text,
    }
    return render(request, "chat/room.html", context, status=status)


def _before(request):
    """Return the message's id in ?before=, None without."""
    if "before" not in request.GET:
        return None
    form = PageForm({"before": request.GET["before"]})
    if not form.is_valid():
        raise refuse_form(form)
    return form.cleaned_data["before"]


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was taken: reloading what it leads to sends nothing again."""

    status_code = 303


@only("GET", "HEAD")
def favicon(request):
    return redirect(static("chat/favicon.svg"))


@only("GET", "HEAD")
def robots(request):
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
