"""What can be done in a room. Each is one transaction: lock the room, save, send the event.

The event is told after the commit. Whoever changes a message holds its room's lock, so a room's changes have one order.
"""

from django.db import transaction

from .channels import room_channel
from .errors import refuse
from .eventlog import send_event, take_back, take_event_number
from .models import ChatMessage, ChatRoom, hash_of


def say(eid, sender, text, key=None, tag=None):
    """Return the new message, or the one that was sent with this key before, as it is now."""
    channel = room_channel(eid)
    with transaction.atomic():
        room = ChatRoom.objects.locked(eid)
        # Under the lock, so that of two at once one finds the other's.
        message = room.messages.sent_with(key) if key else None
        if message is None:
            number = take_event_number(channel)
            message = ChatMessage.objects.create(
                room=room, user=sender, text=text, tag=tag or None, key_hash=key and hash_of(key), event=number
            )
            send_event(channel, "message", message.to_data(), number=number)
        elif message.user != sender or (message.text != text and not message.change):  # its first text is not kept
            raise refuse(409, "key", "key was used for another message in this room. Use a new one for each message.")
    return message


def edit(eid, message_id, key, text):
    """Return the message with its new text; raise Refusal to all but its sender, and if it has been deleted."""
    with transaction.atomic():
        message = _message_of_sender(eid, message_id, key)
        if message.deleted:
            raise refuse(410, "id", f"Message {message_id} has been deleted. Send a new one.")
        if message.text != text:
            number = take_event_number(room_channel(eid))
            message.edit(text, change=number)
            send_event(room_channel(eid), "message-edited", message.to_data(), number=number)
    return message


def delete(eid, message_id, key):
    """Return the tombstone of the message; raise Refusal to all but its sender."""
    with transaction.atomic():
        message = _message_of_sender(eid, message_id, key)
        _bury(eid, message)
    return message


def moderate(eid, message_id):
    """Leave a tombstone of anybody's message, if it is there."""
    with transaction.atomic():
        if message := _locked_message(eid, message_id):
            _bury(eid, message)


def _bury(eid, message):
    if not message.deleted:
        channel = room_channel(eid)
        told = message.event or 0, message.change or message.event or 0  # 0: of before there were these numbers
        number = take_event_number(channel)
        message.bury(change=number)
        take_back(channel, message.id, *told, message.to_data())
        send_event(channel, "message-deleted", message.to_data(), number=number)


def _message_of_sender(eid, message_id, key):
    message = _locked_message(eid, message_id)
    if message is None:
        raise no_such_message(message_id)
    if not message.was_sent_with(key):
        raise refuse(403, "key", "key is not the one that the message was sent with. Only its sender can change it.")
    return message


def _locked_message(eid, message_id):
    room = ChatRoom.objects.locked_if_any(eid)
    return room and room.messages.filter(id=message_id).first()


def no_such_message(message_id):
    """Return the Refusal, 404, for an id that no message of the room has."""
    return refuse(404, "id", f"There is no message {message_id} in this room. Check its number.")
