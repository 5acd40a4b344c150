"""A room as JSON Lines: the first line is the room, each other one a message, the oldest first.

A line has all that the database holds, except the source, which belongs to this server's secret key, and the account,
which is a user of this server. What is empty is left out. Export, import into an empty database, export again: the
bytes are the same.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from chat.events.channels import room_channel
from chat.events.log import current_event_number, raise_number
from chat.models import MAX_TAG_LENGTH, MAX_TEXT_LENGTH, ChatEdit, ChatMessage, ChatRoom
from chat.naming import MAX_NAME_LENGTH, clean_room_name, sentence

from .new_history import let_message_ids_pass

FORMAT = 1
ROWS = 500  # in one statement or transaction
DATES, HASHES = ("date", "edited", "deleted"), ("key_hash", "first_text_hash", "author_hash")
PLAIN = ("id", "user", "text", "tag", "event", "change", "staff")
LONGEST = {"user": MAX_NAME_LENGTH, "text": MAX_TEXT_LENGTH, "tag": MAX_TAG_LENGTH}
LONGEST |= dict.fromkeys(HASHES, 64)  # hexadecimal digits
FIELDS = {**dict.fromkeys(("id", "event", "change"), int), **dict.fromkeys(("user", "text", "tag"), str), "staff": bool}


class BadLine(Exception):
    """One sentence about a line that can't be imported."""


def export(room: ChatRoom) -> Iterator[str]:
    """Yield the lines, each with its end."""
    yield _line(
        {
            "chat": FORMAT,
            "room": room.eid,
            "locked": room.locked and room.locked.isoformat(),
            "slow": room.slow_s,
            "events": current_event_number(room_channel(room.eid)),
        }
    )
    last = -1
    while messages := [*room.messages.filter(id__gt=last).order_by("id").prefetch_related("edits")[:ROWS]]:
        yield from (_line(_data(message)) for message in messages)
        last = messages[-1].pk


def _data(message: ChatMessage) -> dict[str, Any]:
    plain = {name: getattr(message, name) for name in PLAIN}
    dates = {name: value.isoformat() for name in DATES if (value := getattr(message, name))}
    hashes = {name: bytes(value).hex() for name in HASHES if (value := getattr(message, name))}
    return {**plain, **dates, **hashes, "edits": sorted(edit.event for edit in message.edits.all()) or None}


def _line(data: dict[str, Any]) -> str:
    known = {name: value for name, value in data.items() if value is not None}
    return json.dumps(known, ensure_ascii=False) + "\n"


def import_room(lines: Iterable[str]) -> Iterator[int]:
    """Save the room and its messages; yield how many lines are done, again and again.

    Messages that are there already stay as they are, so the import can be interrupted and repeated. Raises BadLine.
    """
    numbered = enumerate(lines, start=1)
    room = _save_room(next(numbered, (1, "")))
    while batch := [*islice(numbered, ROWS)]:
        with transaction.atomic():
            _save_messages(room, batch)
        yield len(batch)


def _save_room(first: tuple[int, str]) -> ChatRoom:
    data = _object(first)
    if data.get("chat") != FORMAT:
        raise BadLine(f'Line 1 must begin with {{"chat": {FORMAT}, "room": …}}: this is no exported room.')
    try:
        name = clean_room_name(data["room"])
        locked = datetime.fromisoformat(data["locked"]) if data.get("locked") else None
        slow, number = data.get("slow"), int(data["events"])
    except ValidationError as error:
        raise BadLine(f"Line 1: {sentence(error, 'room')}") from None
    except (KeyError, TypeError, ValueError):
        raise BadLine("Line 1 lacks the room's name or its last event, or has a wrong date.") from None
    with transaction.atomic():
        raise_number(room_channel(name), number)
        return ChatRoom.objects.get_or_create({"locked": locked, "slow_s": slow}, eid=name)[0]


def _save_messages(room: ChatRoom, batch: list[tuple[int, str]]) -> None:
    found = {number: _message(room, number, _object((number, line))) for number, line in batch}
    there = ChatMessage.objects.in_bulk([message.pk for message, _ in found.values()])
    new = []
    for number, (message, edits) in found.items():
        other = there.get(message.pk)
        if other is None:
            new.append((message, edits))
        elif (other.room_id, other.date) != (room.pk, message.date):
            raise BadLine(f"Line {number}: another message has the id {message.pk}. Import into an empty database.")
    try:
        for message, _ in new:
            message.save_base(raw=True, force_insert=True)  # save() would set the date to now
    except IntegrityError as error:
        raise BadLine(f"Lines {batch[0][0]} to {batch[-1][0]} contradict what is there: {error}.") from None
    ChatEdit.objects.bulk_create(ChatEdit(message=message, event=event) for message, edits in new for event in edits)
    numbers = [number for message, edits in new for number in (message.event, message.change, *edits) if number]
    raise_number(room_channel(room.eid), max(numbers, default=0))
    if new and connection.vendor == "postgresql":
        let_message_ids_pass(max(message.pk for message, _ in new))


def _message(room: ChatRoom, number: int, data: dict[str, Any]) -> tuple[ChatMessage, list[int]]:
    """Return the message and the events of its edits."""
    try:
        for name, kind in FIELDS.items():
            if not isinstance(data.get(name), (kind, type(None))):
                raise BadLine(f"Line {number}: {name} must be of the type {kind.__name__}.")
        dates = {name: datetime.fromisoformat(data[name]) for name in DATES if name in data}
        hashes = {name: bytes.fromhex(data[name]) for name in HASHES if name in data}
        plain = {name: data.get(name) for name in PLAIN}
        message = ChatMessage(room=room, **plain, **dates, **hashes)
        if data["id"] < 0 or None in (data["user"], data["text"], data["date"]):
            raise ValueError
        if any(date.tzinfo is None for date in dates.values()):
            raise ValueError
        if any(len(data.get(name) or "") > longest for name, longest in LONGEST.items()) or "\0" in message.text:
            raise ValueError
        return message, [int(event) for event in data.get("edits", ())]
    except (KeyError, TypeError, ValueError, ValidationError):
        raise BadLine(f"Line {number} is no exported message: it lacks something, or has a wrong value.") from None


def _object(line: tuple[int, str]) -> dict[str, Any]:
    number, text = line
    try:
        data = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise BadLine(f"Line {number} is no JSON object. Was the file cut off?")
    return data
