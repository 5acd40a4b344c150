"""A room's messages, for programs."""

import re

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from chat.events.channels import room_channel
from chat.events.log import current_event_number, event_id
from chat.messages import actions
from chat.messages.authors import author_hash_of
from chat.messages.errors import NoSuchMessage
from chat.messages.forms import AuthorForm, DeleteForm, EditForm, MessageForm, PageForm
from chat.messages.missed import missed
from chat.messages.recent import newest_page
from chat.messages.write_lock import one_at_a_time
from chat.models import ChatMessage, ChatMessageQuerySet, MessageData, history_mark, mark_of
from chat.naming import clean_room_name
from chat.policy import asking
from chat.web.conditional import conditional
from chat.web.fields import read_header, read_message_fields
from chat.web.refusals import only, refuse_form, refuse_invalid


# No CSRF token: curl has none, and ForeignPages refuses what another site makes a browser send.
@csrf_exempt
@only("GET", "HEAD", "POST")
@cache_control(no_cache=True)
@gzip_page
@conditional
def messages(request: HttpRequest, room: str) -> HttpResponse:
    eid = _clean_room(room)
    if request.method == "POST":
        asking.refuse_writer(request, eid)
        return _post_message(request, eid)
    asking.refuse_reader(request, eid)
    return _list_messages(request, eid)


def _list_messages(request: HttpRequest, eid: str) -> HttpResponse:
    if request.GET:
        history, (last_event, messages, more) = history_mark(), _page_for(request, eid)
    else:
        newest = newest_page(eid)
        history, (last_event, messages, more) = newest.history, newest[:3]
    answer = {
        "messages": messages,
        "more": more,
        "last-event-id": event_id(room_channel(eid), last_event),
        "history": history,
    }
    author_key = _valid(AuthorForm({"Author-Key": read_header(request, "Author-Key")}))["author_key"]
    if author_hash := author_hash_of(eid, asking.author_key_of(request, author_key)):
        answer["you"] = mark_of(author_hash)
    return JsonResponse(answer, headers={"Vary": "Author-Key"})


def _page_for(request: HttpRequest, eid: str) -> tuple[int, list[MessageData], bool]:
    """Return what newest_page returns, for the page that the query asks for."""
    channel = room_channel(eid)
    page = _valid(PageForm(request.GET, channel=channel))
    last_event = current_event_number(channel)  # before the messages, so that no event falls in between
    if page["since"] is None:
        return last_event, *_messages_for(eid, page).page(page["limit"])
    since = page["since"] if page["since"] <= last_event else 0  # a greater number comes from another database
    if page["after"] is None:
        messages, more = ChatMessage.objects.in_room(eid).changed_after(since).page_of_changes(page["limit"])
        upto = messages[-1]["change"] if more else since
    else:
        messages, more, upto = missed(eid, page["after"], since, last_event, page["limit"])
    return upto if more else last_event, messages, more


def _messages_for(eid: str, page: dict[str, int | None]) -> ChatMessageQuerySet:
    messages = ChatMessage.objects.in_room(eid)
    if page["after"] is not None:
        return messages.after(page["after"])
    if page["before"] is not None:
        return messages.before(page["before"])
    return messages.newest_first()


@one_at_a_time
def _post_message(request: HttpRequest, eid: str) -> HttpResponse:
    sent = _valid(MessageForm(asking.under_own_name(request, eid, read_message_fields(request))))
    by = asking.writer_of(request, eid, sent["author_key"])
    said = actions.say(eid, sent["sender"], sent["text"], sent["key"], sent["tag"], by)
    return _answer(eid, said, said.event)


# No CSRF token here either, for the same reason.
@csrf_exempt
@only("GET", "HEAD", "PATCH", "DELETE")
@cache_control(no_cache=True)
def message(request: HttpRequest, room: str, message_id: str) -> HttpResponse:
    eid = _clean_room(room)
    if request.method in ("PATCH", "DELETE"):
        asking.refuse_writer(request, eid)
    else:
        asking.refuse_reader(request, eid)
    if not re.fullmatch("[0-9]{1,18}", message_id):
        raise NoSuchMessage(repr(message_id)[:40])
    number = int(message_id)
    if request.method == "PATCH":
        sent = _valid(EditForm(read_message_fields(request)))
        by = asking.writer_of(request, eid, sent["author_key"])
        edited = actions.edit(eid, number, sent["key"], sent["text"], by)
        return _answer(eid, edited, edited.change or edited.event)
    if request.method == "DELETE":
        sent = _valid(DeleteForm(read_message_fields(request)))
        by = asking.writer_of(request, eid, sent["author_key"])
        deleted = actions.delete(eid, number, sent["key"], by)
        return _answer(eid, deleted, deleted.change)
    found = ChatMessage.objects.in_room(eid).filter(id=number).first()
    if found is None:
        raise NoSuchMessage(number)
    return JsonResponse(found.to_data())


def _answer(eid: str, message: ChatMessage, event: int | None) -> HttpResponse:
    """Return the answer to a write. It names the event that announced it; one of an old version may be unknown."""
    headers = {"Event-Id": event_id(room_channel(eid), event)} if event else {}
    return JsonResponse(message.to_data(), headers=headers)


def _valid(form: Form) -> dict:
    if not form.is_valid():
        raise refuse_form(form)
    return form.cleaned_data


def _clean_room(room: str) -> str:
    try:
        return clean_room_name(room)
    except ValidationError as error:
        raise refuse_invalid("room", error) from None
