"""Forgets a person: the texts and the name of what somebody wrote, in the tables and in the event log.

An empty, deleted message without a sender stays in the place of each one. So readers who were away still learn that it
is gone.
"""

import base64
import re
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from chat.events.channels import room_channel
from chat.events.log import give_back, redact_events, take_event_number
from chat.events.send import encode, send_event
from chat.messages.actions import AT_ONCE
from chat.messages.batches import in_batches
from chat.models import Ban, ChatEdit, ChatMessage, ModerationEntry

ROWS = 5_000  # looked at in one statement
NOBODY = "somebody"  # in the moderators' log
MARK = re.compile("[a-z2-7]{8}")
NAMED = r"\b(of|from|banned) {}(?= until [0-9]| \([a-z]+\)$|$)"  # where that log names somebody: a longer name stays

Found = dict[str, list[int]]  # the ids of messages, for each room's name


def by_mark(mark: str) -> Q:
    """Return what the author with this public mark wrote."""
    first = base64.b32decode(mark.upper())
    return Q(author_hash__gte=first, author_hash__lte=first + b"\xff" * 27)


def find(person: Q, room: str | None = None) -> Found:
    """Return all that the person wrote, what is deleted included: in this room, or in all."""
    wanted = ChatMessage.objects.filter(person, room__deleted_name=None)
    if room is not None:
        wanted = wanted.filter(room__eid=room)
    found: Found = defaultdict(list)
    last = -1
    ids = ChatMessage.objects.order_by("id").values_list("id", flat=True)
    while (step := [*ids.filter(id__gt=last)[:ROWS]]) != []:
        for name, message_id in wanted.filter(id__gt=last, id__lte=step[-1]).values_list("room__eid", "id"):
            found[name].append(message_id)
        last = step[-1]
    return found


def erase(found: Found, erased: Callable[[int], None]) -> None:
    """Erase these messages in batches, and from `found`; call erased(count) after each."""
    for room, ids in found.items():
        in_batches(partial(_take, room, ids, erased), float("inf"))


def _take(room: str, ids: list[int], erased: Callable[[int], None], size: int) -> int:
    batch = ids[: min(size, AT_ONCE)]
    _erase(room, batch)
    del ids[: len(batch)]
    erased(len(batch))
    return size if ids else 0


def _erase(room: str, ids: list[int]) -> None:
    channel = room_channel(room)
    number = take_event_number(channel)
    messages = [*ChatMessage.objects.filter(id__in=ids, room__eid=room).order_by("id")]
    _forget_in_logs(room, messages)
    announced = ChatMessage.events_of(messages)
    live = [message for message in messages if not message.deleted]
    ChatMessage.redact(live, number)
    said = {message.pk: encode(ChatMessage.deletions_data([message])) for message in messages}
    redact_events(channel, "messages-deleted", {event: said[message_id] for event, message_id in announced})
    ChatEdit.objects.filter(message__in=messages).delete()
    ChatMessage.objects.filter(id__in=ids).update(
        user="",
        tag=None,
        key_hash=None,
        first_text_hash=None,
        source=None,
        author_hash=None,
        staff=None,
        account=None,
    )
    if live:
        send_event(channel, "messages-deleted", ChatMessage.deletions_data(live), number=number)
    else:
        give_back(channel, number)


def _forget_in_logs(room: str, messages: list[ChatMessage]) -> None:
    """Take the names out of the moderators' log, the admin's history and the bans; a ban itself stays until it ends."""
    kind = ContentType.objects.get_for_model(ChatMessage)
    ids = [str(message.pk) for message in messages]
    LogEntry.objects.filter(content_type=kind, object_id__in=ids).update(object_repr=NOBODY)
    names = {message.user for message in messages} - {""}
    for name in names:
        for entry in ModerationEntry.objects.filter(room=room, action__contains=name):
            entry.action = re.sub(NAMED.format(re.escape(name)), rf"\1 {NOBODY}", entry.action)
            entry.save(update_fields=["action"])
    senders = {(message.source, message.author_hash) for message in messages} - {(None, None)}
    for source, author_hash in senders:
        by = Q(source=source) if source else Q()
        Ban.objects.filter(by | (Q(author_hash=author_hash) if author_hash else Q())).update(name=NOBODY)
