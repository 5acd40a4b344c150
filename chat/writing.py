"""What can be done in a room. Each is one transaction: take the event's number, save, send the event.

The number is the channel's lock: who has taken one commits before another takes the next. PostgreSQL draws message ids
before the commit, so they are drawn after the number. In a room, message ids, event ids and commits thus run the same
way, and a reader that asks for what comes after an id never misses a smaller one. The event is told after the commit.
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
        number = take_event_number(channel)
        message = ChatMessage(user=sender, text=text, tag=tag or None, key_hash=key and hash_of(key), event=number)
        if not message.insert_into(eid):
            room, _ = ChatRoom.objects.get_or_create(eid=eid)
            if earlier := key and room.messages.sent_with(key):
                _give_number_back()
                return _sent_again(earlier, sender, text)
            message.room = room
            message.save()
        send_event(channel, "message", message.to_data(), number=number)
    return message


def _sent_again(message, sender, text):
    if message.user != sender or (message.text != text and not message.change):  # its first text is not kept
        raise refuse(409, "key", "key was used for another message in this room. Use a new one for each message.")
    return message


def edit(eid, message_id, key, text):
    """Return the message with its new text; raise Refusal to all but its sender, and if it has been deleted."""
    with transaction.atomic():
        number, message = _number_and_message(eid, message_id)
        _refuse_all_but_sender(message, message_id, key)
        if message.deleted:
            raise refuse(410, "id", f"Message {message_id} has been deleted. Send a new one.")
        if message.text == text:
            _give_number_back()
        else:
            message.edit(text, change=number)
            send_event(room_channel(eid), "message-edited", message.to_data(), number=number)
    return message


def delete(eid, message_id, key):
    """Return the tombstone of the message; raise Refusal to all but its sender."""
    with transaction.atomic():
        number, message = _number_and_message(eid, message_id)
        _refuse_all_but_sender(message, message_id, key)
        _bury(eid, message, number)
    return message


def moderate(eid, message_id):
    """Leave a tombstone of anybody's message, if it is there."""
    with transaction.atomic():
        number, message = _number_and_message(eid, message_id)
        if message:
            _bury(eid, message, number)


def _bury(eid, message, number):
    if message.deleted:
        _give_number_back()
    else:
        channel = room_channel(eid)
        told = message.event or 0, message.change or message.event or 0  # 0: of before there were these numbers
        message.bury(change=number)
        take_back(channel, message.id, *told, message.to_data())
        send_event(channel, "message-deleted", message.to_data(), number=number)


def _number_and_message(eid, message_id):
    """Return the number for the event that tells of the change, and the message; None, if it is not there."""
    found = ChatMessage.objects.in_room(eid).filter(id=message_id)
    if not found.exists():
        return None, None
    number = take_event_number(room_channel(eid))
    message = found.first()  # after the number: nobody else changes it now
    if message is None:  # deleted meanwhile
        _give_number_back()
    return number, message


def _give_number_back():
    """Undo the transaction, which has changed nothing else."""
    transaction.set_rollback(True)


def _refuse_all_but_sender(message, message_id, key):
    if message is None:
        raise no_such_message(message_id)
    if not message.was_sent_with(key):
        raise refuse(403, "key", "key is not the one that the message was sent with. Only its sender can change it.")


def no_such_message(message_id):
    """Return the Refusal, 404, for an id that no message of the room has."""
    return refuse(404, "id", f"There is no message {message_id} in this room. Check its number.")
