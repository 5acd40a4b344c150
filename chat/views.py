"""A room's messages, for programs. What is done to them stands in writing.py."""

import re

from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page

from . import writing
from .bodies import read_message_fields
from .channels import room_channel
from .errors import only, refuse_form, refuse_invalid
from .eventlog import current_event_number, event_id
from .forms import DeleteForm, EditForm, MessageForm, PageForm
from .latest import latest
from .models import ChatMessage
from .names import clean_room_name
from .turns import in_turn


# No CSRF token: no cookie or password says who a request is from, so a foreign page that makes a browser post gains
# nothing that it couldn't post itself.
@csrf_exempt
@only("GET", "HEAD", "POST")
@cache_control(no_cache=True)
@gzip_page
@conditional_page
def messages(request, room):
    eid = _room_or_refusal(room)
    return _post_message(request, eid) if request.method == "POST" else _list_messages(request, eid)


def _list_messages(request, eid):
    last_event, messages, more = _part(request, eid) if request.GET else latest(eid)
    return JsonResponse({"messages": messages, "more": more, "last-event-id": event_id(room_channel(eid), last_event)})


def _part(request, eid):
    """Return what latest() does, for another part of the room's messages."""
    channel = room_channel(eid)
    page = _valid(PageForm(request.GET, channel=channel))
    last_event = current_event_number(channel)  # before the messages, as in the page
    messages, more = _wanted(eid, page, last_event).page(page["limit"])
    if more and page["since"] is not None:
        last_event = messages[-1]["change"]
    return last_event, messages, more


def _wanted(eid, page, last_event):
    messages = ChatMessage.objects.in_room(eid)
    if page["since"] is not None:
        is_known = page["since"] <= last_event  # or it is of another database
        return messages.changed_after(page["since"] if is_known else 0)
    if page["after"] is not None:
        return messages.after(page["after"])
    if page["before"] is not None:
        return messages.before(page["before"])
    return messages.newest_first()


@in_turn
def _post_message(request, eid):
    sent = _valid(MessageForm(read_message_fields(request)))
    return _answer(writing.say(eid, sent["sender"], sent["text"], sent["key"], sent["tag"]))


# No CSRF token here either: who has the key is the sender, and no browser adds it by itself.
@csrf_exempt
@only("GET", "HEAD", "PATCH", "DELETE")
def message(request, room, message_id):
    eid = _room_or_refusal(room)
    if not re.fullmatch("[0-9]{1,18}", message_id):
        raise writing.no_such_message(repr(message_id)[:40])
    message_id = int(message_id)
    if request.method == "PATCH":
        sent = _valid(EditForm(read_message_fields(request)))
        return _answer(writing.edit(eid, message_id, sent["key"], sent["text"]))
    if request.method == "DELETE":
        sent = _valid(DeleteForm(read_message_fields(request)))
        return _answer(writing.delete(eid, message_id, sent["key"]))
    found = ChatMessage.objects.in_room(eid).filter(id=message_id).first()
    if found is None:
        raise writing.no_such_message(message_id)
    return _answer(found)


def _answer(message):
    return JsonResponse(message.to_data())


def _valid(form):
    if not form.is_valid():
        raise refuse_form(form)
    return form.cleaned_data


def _room_or_refusal(room):
    try:
        return clean_room_name(room)
    except ValidationError as error:
        raise refuse_invalid("room", error) from None
