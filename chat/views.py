from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django_eventstream import get_current_event_id

from .bodies import read_message_fields
from .channels import room_channel
from .errors import only, refuse, refuse_form, refuse_invalid
from .eventlog import send_event
from .forms import JoinForm, MessageForm, PageForm
from .models import MAX_TEXT_LENGTH, PAGE_SIZE, ChatMessage, ChatRoom, hash_of
from .names import clean_room_name


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


@only("GET", "HEAD")
def room(request, room):
    """Show the room to ?user=."""
    form = JoinForm({"room": room, "user": request.GET.get("user", "")})
    valid = form.is_valid()
    if "room" in form.errors:
        return render(request, "chat/join.html", {"form": form, "room": None}, status=400)
    eid = form.cleaned_data["room"]
    if "user" not in request.GET:
        return render(request, "chat/join.html", {"form": JoinForm(), "room": eid})
    if not valid:
        return render(request, "chat/join.html", {"form": form, "room": eid}, status=400)
    return _chat_page(request, eid, form.cleaned_data["user"])


def _chat_page(request, eid, user):
    channel = room_channel(eid)
    # The event id is read before the messages: what is sent in between comes twice and is dropped by its id.
    last_event_id = get_current_event_id([channel])
    messages = ChatMessage.objects.in_room(eid).newest_first()[:PAGE_SIZE]
    page = {
        "room": eid,
        "user": user,
        "lastEventId": last_event_id,
        "messagesUrl": reverse("messages", args=[eid]),
        "eventsUrl": f"{reverse('events')}?{urlencode({'channel': channel})}",
        "maxTextLength": MAX_TEXT_LENGTH,
    }
    context = {
        "room": eid,
        "user": user,
        "user_query": urlencode({"user": user}),
        "messages": list(reversed(messages)),
        "page": page,
    }
    return render(request, "chat/room.html", context)


# No CSRF token: a request carries no cookie or password of the person, so a foreign page that makes a browser
# post gains nothing that it couldn't post itself.
@csrf_exempt
@only("GET", "HEAD", "POST")
def messages(request, room):
    eid = _room_or_refusal(room)
    return _post_message(request, eid) if request.method == "POST" else _list_messages(request, eid)


def _list_messages(request, eid):
    form = PageForm(request.GET)
    if not form.is_valid():
        raise refuse_form(form)
    limit = form.cleaned_data["limit"]
    last_event_id = get_current_event_id([room_channel(eid)])  # before the messages, as in the page
    messages = list(_wanted(eid, form.cleaned_data)[: limit + 1])
    return JsonResponse(
        {
            "messages": [m.to_data() for m in messages[:limit]],
            "more": len(messages) > limit,
            "last-event-id": last_event_id,
        }
    )


def _wanted(eid, page):
    messages = ChatMessage.objects.in_room(eid)
    if page["after"] is not None:
        return messages.after(page["after"])
    if page["before"] is not None:
        return messages.before(page["before"])
    return messages.newest_first()


def _post_message(request, eid):
    form = MessageForm(read_message_fields(request))
    if not form.is_valid():
        raise refuse_form(form)
    sender, text, key, tag = (form.cleaned_data[name] for name in ("sender", "text", "key", "tag"))
    with transaction.atomic():
        room = ChatRoom.objects.locked(eid)
        message = room.messages.sent_with(key)  # under the lock, so that of two at once one finds the other's
        if message is None:
            message = room.messages.create(user=sender, text=text, tag=tag or None, key_hash=key and hash_of(key))
            send_event(room_channel(eid), "message", message.to_data())
        elif (message.user, message.text) != (sender, text):
            raise refuse(409, "key", "key was used for another message in this room. Use a new one for each message.")
    return JsonResponse(message.to_data())


def _room_or_refusal(room):
    try:
        return clean_room_name(room)
    except ValidationError as error:
        raise refuse_invalid("room", error) from None


@only("GET", "HEAD")
def favicon(request):
    return redirect(static("chat/favicon.svg"))


@only("GET", "HEAD")
def robots(request):
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
