"""Rooms and messages: the wire's object, and one index that keeps the latest page flat."""

import re
from datetime import datetime, timezone

import pytest
from django.db import connection

from chat.models import ChatMessage, ChatRoom

pytestmark = pytest.mark.django_db


def message(**fields):
    lobby, _ = ChatRoom.objects.get_or_create(eid="lobby")
    return ChatMessage.objects.create(room=lobby, user="Alice", text="hi", **fields)


def test_a_message_object_has_exactly_the_four_keys_of_the_contract():
    sent = message()
    assert sent.to_data() == {"id": sent.id, "from": "Alice", "text": "hi", "date": sent.iso_date}


@pytest.mark.parametrize(("microsecond", "shown"), [(0, "000"), (1, "000"), (999_999, "999"), (120_000, "120")])
def test_a_date_always_has_three_fraction_digits_and_a_z(microsecond, shown):
    sent = message()
    sent.date = datetime(2026, 1, 2, 3, 4, 5, microsecond, timezone.utc)
    assert sent.to_data()["date"] == f"2026-01-02T03:04:05.{shown}Z"


def test_the_date_is_the_same_when_read_again():
    sent = message()
    assert ChatMessage.objects.get().to_data() == sent.to_data()


def test_the_date_is_set_once():
    sent = message()
    before = sent.date
    sent.text = "changed"
    sent.save()
    assert ChatMessage.objects.get().date == before


def test_the_latest_page_is_the_last_fifty_newest_first():
    ids = [message().id for _ in range(55)]
    assert [m.id for m in ChatMessage.objects.in_room("lobby").latest_page()] == ids[:-51:-1]


def test_a_room_nobody_wrote_in_has_no_messages():
    assert list(ChatMessage.objects.in_room("nowhere").latest_page()) == []


@pytest.mark.parametrize("room", ["quiet", "dense", "sparse", "empty"])
def test_the_latest_page_is_one_walk_along_the_index(room):
    """Sorted by the plain id, the page of the quiet room reads all messages of the others on PostgreSQL."""
    names = ("quiet", "dense", "sparse", "empty", *(f"other {n}" for n in range(50)))
    rooms = {eid: ChatRoom.objects.create(eid=eid) for eid in names}
    others = [*names[4:]] * 80
    said = ["quiet"] * 4000 + ["dense"] * 4000 + others
    said[4001::400] = ["sparse"] * len(said[4001::400])
    lines = (ChatMessage(room=rooms[eid], user="Bob", text="x" * 50) for eid in said)
    ChatMessage.objects.bulk_create(lines, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = ChatMessage.objects.in_room(room).latest_page().explain()
    assert "chat_message_latest" in plan
    assert not re.search("sort|b-tree", plan, re.IGNORECASE), plan
