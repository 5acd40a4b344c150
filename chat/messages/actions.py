"""What people can do in a room. Each action is one transaction: take the event's number, save, send the event.

The event's number locks the room: whoever takes a number commits before anybody else gets the next one. PostgreSQL
gives out message ids before the commit. So an action takes the number first, and in one room message ids,
event numbers and commits have the same order: after a reader has seen an id, no smaller one can appear later.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop

from chat import limits
from chat.events.channels import room_channel
from chat.events.log import give_back, redact_events, take_event_number
from chat.events.send import encode, send_event
from chat.models import Ban, ChatMessage, ChatRoom, hash_of
from chat.naming import is_for_staff, validate_new_room

from .authors import author_hash_of
from .errors import (
    Banned,
    KeyConflict,
    MessageDeleted,
    NameTaken,
    NoSuchMessage,
    NotTheSender,
    OtherAccount,
    RoomLocked,
    RoomNotAllowed,
)
from .pause import refuse_paused
from .turn import turn
from .writer import UNKNOWN, Writer

AT_ONCE = 500  # deletions that one event announces
SLOW = gettext_noop("This room is in slow mode: wait %(seconds)s s.")


def say(
    eid: str, sender: str, text: str, key: str | None = None, tag: str | None = None, by: Writer = UNKNOWN
) -> ChatMessage:
    """Return the new message; or, if this key was used before, the message that was sent with it, as it is now.

    Raises KeyConflict if that message was another one, NameTaken, Paused and OverLimit.
    """
    if is_for_staff(sender) and not by.is_staff:
        raise NameTaken
    channel = room_channel(eid)
    author_hash = author_hash_of(eid, by.proof)
    with turn(channel, by) as number:
        message = ChatMessage(
            user=sender,
            text=text,
            tag=tag or None,
            key_hash=hash_of(key) if key else None,
            event=number,
            source=by.source,
            author_hash=author_hash,
            staff=by.is_staff or None,
            account_id=by.account,
        )
        if not message.insert_into(eid):
            room = ChatRoom.objects.filter(eid=eid).first()
            if room and key and (earlier := room.messages.sent_with(key)):
                if earlier.user != sender or not earlier.is_repeat(text, key, by.author_key):
                    raise KeyConflict
                give_back(channel, number)
                return earlier
            refuse_paused()
            _refuse_banned(by, author_hash)
            message.room = room or _new_room(eid, by)
            _slow_down(message.room, by)
            message.save()
        send_event(channel, "message", message.to_data(), number=number)
    return message


def _new_room(eid: str, by: Writer) -> ChatRoom:
    try:
        validate_new_room(eid)
    except ValidationError as error:
        raise RoomNotAllowed(error) from None
    if by.bucket:
        limits.take(limits.ROOMS, by.bucket)
    return ChatRoom.objects.get_or_create(eid=eid)[0]


def _refuse_banned(by: Writer, author_hash: bytes | None) -> None:
    known = Q(source=by.source) if by.source else Q()
    if author_hash:
        known |= Q(author_hash=author_hash)
    bans = Ban.objects.filter(known, until__gt=timezone.now()).order_by("-until") if known else Ban.objects.none()
    if not by.is_staff and (ban := bans.first()):
        raise Banned(ban.until)


def _slow_down(room: ChatRoom, by: Writer) -> None:
    """Raise RoomLocked, or OverLimit if the room is slow and the writer too fast."""
    if by.is_staff:
        return
    if room.locked:
        raise RoomLocked
    if room.slow_s and by.source:
        limit = limits.Limit("slow mode", 1, room.slow_s, SLOW)
        limits.take(limit, by.source + f"{room.pk} {room.slow_s}".encode())


def edit(eid: str, message_id: int, key: str | None, text: str, by: Writer = UNKNOWN) -> ChatMessage:
    """Return the message with its new text.

    Raises NoSuchMessage, NotTheSender, OtherAccount, MessageDeleted, Paused, Banned, RoomLocked or OverLimit.
    """
    channel = room_channel(eid)
    author_hash = author_hash_of(eid, by.proof)
    known = {author_hash, author_hash_of(eid, by.author_key)}
    _refuse_unknown(eid, message_id)
    with turn(channel, by) as number:
        message = _senders(eid, message_id, key, by, known)
        if message.deleted:
            raise MessageDeleted(message_id)
        refuse_paused()
        _refuse_banned(by, author_hash)
        if message.text != text:
            _slow_down(message.room, by)
        if message.text == text:
            give_back(channel, number)
        else:
            proof = key if message.was_sent_with(key) else by.author_key
            message.edit(text, proof, change=number)
            send_event(channel, "message-edited", message.to_data(), number=number)
    return message


def delete(eid: str, message_id: int, key: str | None, by: Writer = UNKNOWN) -> ChatMessage:
    """Return the message without its text; raise NoSuchMessage, NotTheSender, OtherAccount, Paused or OverLimit."""
    channel = room_channel(eid)
    known = {author_hash_of(eid, by.proof), author_hash_of(eid, by.author_key)}
    _refuse_unknown(eid, message_id)
    with turn(channel, by) as number:
        message = _senders(eid, message_id, key, by, known)
        if message.deleted:
            give_back(channel, number)
        else:
            refuse_paused()
            _delete(channel, [message], number)
    return message


def moderate(eid: str, *message_ids: int) -> int:
    """Delete anybody's messages, all in one transaction, and return how many; leave out those that are gone.

    One event announces up to AT_ONCE deletions: 10 000 single events to 100 readers keep Pushpin busy for a minute.
    """
    channel = room_channel(eid)
    with transaction.atomic():
        number = take_event_number(channel)
        refuse_paused()
        wanted = ChatMessage.objects.not_deleted().filter(room__eid=eid, id__in=message_ids)
        messages = [*wanted.order_by("id")]
        if not messages:
            give_back(channel, number)
        for place in range(0, len(messages), AT_ONCE):
            _delete(channel, messages[place : place + AT_ONCE], take_event_number(channel) if place else number)
    return len(messages)


def _delete(channel: str, messages: list[ChatMessage], number: int) -> None:
    """Delete messages that are not deleted yet, and announce that by one event with this number."""
    announced = ChatMessage.events_of(messages)
    ChatMessage.redact(messages, number)
    said = {message.id: encode(message.to_data()) for message in messages}
    redact_events(channel, "message-deleted", {event: said[message_id] for event, message_id in announced})
    if len(messages) == 1:
        send_event(channel, "message-deleted", said[messages[0].id], json_encode=False, number=number)
    else:
        send_event(channel, "messages-deleted", ChatMessage.deletions_data(messages), number=number)


def _refuse_unknown(eid: str, message_id: int) -> None:
    """Raise NoSuchMessage before a number is taken: a room that nobody has written in has no numbers."""
    if not ChatMessage.objects.filter(id=message_id, room__eid=eid).exists():
        raise NoSuchMessage(message_id)


def _senders(eid: str, message_id: int, key: str | None, by: Writer, known: set[bytes | None]) -> ChatMessage:
    """Return the message, under the room's lock: nobody else changes it now. `known` are the writer's author hashes.

    Raises NoSuchMessage, OtherAccount or NotTheSender. Where both have an account, that alone decides: several people
    may use one browser, and so have each other's keys.
    """
    message = ChatMessage.objects.filter(id=message_id, room__eid=eid).select_related("room").first()
    if message is None:  # deleted in between, maybe with its room
        raise NoSuchMessage(message_id)
    if message.account_id is not None and by.account is not None:
        if message.account_id != by.account:
            raise OtherAccount(message_id)
    elif not message.was_sent_with(key) and not any(message.is_by(author_hash) for author_hash in known):
        raise NotTheSender(key is not None or by.author_key is not None)
    return message
