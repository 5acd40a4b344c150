"""What people can do in a room. Each action is one transaction: take the event's number, save, send the event.

The event's number locks the room: whoever takes a number commits before anybody else gets the next one. PostgreSQL
gives out message ids before the commit. So an action takes the number first, and in one room message ids,
event numbers and commits have the same order: after a reader has seen an id, no smaller one can appear later.
"""

from django.db import transaction

from chat.events.channels import room_channel
from chat.events.log import redact_events, take_event_number
from chat.events.send import encode, send_event
from chat.models import ChatMessage, ChatRoom, hash_of

from .errors import KeyConflict, MessageDeleted, NoSuchMessage, NotTheSender
from .writer import UNKNOWN, Writer


def say(
    eid: str, sender: str, text: str, key: str | None = None, tag: str | None = None, by: Writer = UNKNOWN
) -> ChatMessage:
    """Return the new message; or, if this key was used before, the message that was sent with it, as it is now.

    Raises KeyConflict if that message was another one.
    """
    channel = room_channel(eid)
    with transaction.atomic():
        number = take_event_number(channel)
        message = ChatMessage(
            user=sender,
            text=text,
            tag=tag or None,
            key_hash=hash_of(key) if key else None,
            event=number,
            source=by.source,
        )
        if not message.insert_into(eid):
            room, _ = ChatRoom.objects.get_or_create(eid=eid)
            if key and (earlier := room.messages.sent_with(key)):
                _give_number_back()
                return _sent_again(earlier, sender, text, key)
            message.room = room
            message.save()
        send_event(channel, "message", message.to_data(), number=number)
    return message


def _sent_again(message: ChatMessage, sender: str, text: str, key: str) -> ChatMessage:
    if message.user != sender or not message.is_repeat(text, key):
        raise KeyConflict
    return message


def edit(eid: str, message_id: int, key: str | None, text: str) -> ChatMessage:
    """Return the message with its new text; raise NoSuchMessage, NotTheSender or MessageDeleted."""
    with transaction.atomic():
        number, message = _locked(eid, message_id)
        _refuse_all_but_sender(message, key)
        if message.deleted:
            raise MessageDeleted(message_id)
        if message.text == text:
            _give_number_back()
        else:
            assert key is not None  # it identified the sender
            message.edit(text, key, change=number)
            send_event(room_channel(eid), "message-edited", message.to_data(), number=number)
    return message


def delete(eid: str, message_id: int, key: str | None) -> ChatMessage:
    """Return the message without its text; raise NoSuchMessage or NotTheSender."""
    with transaction.atomic():
        number, message = _locked(eid, message_id)
        _refuse_all_but_sender(message, key)
        if message.deleted:
            _give_number_back()
        else:
            _delete(room_channel(eid), [message], number)
    return message


def moderate(eid: str, *message_ids: int) -> None:
    """Delete anybody's messages, all in one transaction; leave out those that are gone."""
    channel = room_channel(eid)
    with transaction.atomic():
        number = take_event_number(channel)
        wanted = ChatMessage.objects.not_deleted().filter(room__eid=eid, id__in=message_ids)
        messages = [*wanted.order_by("id")]
        if messages:
            _delete(channel, messages, number)
        else:
            _give_number_back()


def _delete(channel: str, messages: list[ChatMessage], number: int) -> None:
    """Delete messages that are not deleted yet; `number` is that of the first one's event."""
    announced = ChatMessage.events_of(messages)
    ChatMessage.redact({m: take_event_number(channel) if place else number for place, m in enumerate(messages)})
    said = {message.id: encode(message.to_data()) for message in messages}
    redact_events(channel, "message-deleted", {event: said[message_id] for event, message_id in announced})
    for message in messages:
        send_event(channel, "message-deleted", said[message.id], json_encode=False, number=message.change)


def _locked(eid: str, message_id: int) -> tuple[int, ChatMessage]:
    """Return the next event's number, which locks the room, and the message; raise NoSuchMessage."""
    found = ChatMessage.objects.filter(id=message_id, room__eid=eid)
    if not found.exists():
        raise NoSuchMessage(message_id)
    number = take_event_number(room_channel(eid))
    message = found.first()  # read after the lock: from now on nobody else changes it
    if message is None:  # deleted in between, maybe with its room
        raise NoSuchMessage(message_id)
    return number, message


def _refuse_all_but_sender(message: ChatMessage, key: str | None) -> None:
    if not message.was_sent_with(key):
        raise NotTheSender(key)


def _give_number_back() -> None:
    """Roll the transaction back; nothing but the number has changed in it."""
    transaction.set_rollback(True)
