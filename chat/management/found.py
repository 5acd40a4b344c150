"""What the words of a command mean."""

import unicodedata

from django.core.management.base import CommandError

from chat.models import ChatMessage, ChatRoom


def message_with(message_id: int) -> ChatMessage:
    found = ChatMessage.objects.filter(id=message_id).select_related("room").first()
    if found is None:
        raise CommandError(f"There is no message {message_id}.")
    return found


def room_named(name: str) -> ChatRoom:
    found = ChatRoom.objects.filter(eid=unicodedata.normalize("NFC", name)).first()
    if found is None:
        raise CommandError(f"There is no room {name!r}.")
    return found
