"""Rooms and messages: the message object of the wire, and queries that stay fast in every room."""

import re
from contextlib import contextmanager
from datetime import datetime, timezone

import pytest
from django.contrib.auth.models import User
from django.db import connection

from chat.models import ChatMessage, ChatRoom, hash_of

pytestmark = pytest.mark.django_db


def message(**fields):
    lobby, _ = ChatRoom.objects.get_or_create(eid="lobby")
    return ChatMessage.objects.create(room=lobby, user="Alice", text="hi", **fields)


def test_a_plain_message_object_has_exactly_four_keys():
    sent = message()
    sent.date = datetime(2026, 1, 2, 3, 4, 5, 6000, timezone.utc)
    assert sent.to_data() == {"id": sent.id, "from": "Alice", "text": "hi", "date": "2026-01-02T03:04:05.006Z"}


@pytest.mark.parametrize(("microsecond", "shown"), [(0, "000"), (1, "000"), (999_999, "999"), (120_000, "120")])
def test_a_date_always_has_three_fraction_digits_and_a_z(microsecond, shown):
    sent = message()
    sent.date = datetime(2026, 1, 2, 3, 4, 5, microsecond, timezone.utc)
    assert sent.to_data()["date"] == f"2026-01-02T03:04:05.{shown}Z"


def test_a_message_read_from_the_database_has_the_same_date():
    sent = message()
    assert ChatMessage.objects.get().to_data() == sent.to_data()


def test_saving_a_message_again_does_not_change_its_date():
    sent = message()
    before = sent.date
    sent.text = "changed"
    sent.save()
    assert ChatMessage.objects.get().date == before


def test_a_rooms_messages_can_be_read_in_both_directions():
    first, second, third = (message().id for _ in range(3))
    messages = ChatMessage.objects.in_room("lobby")
    assert [m.id for m in messages.newest_first()] == [third, second, first]
    assert [m.id for m in messages.before(third)] == [second, first]
    assert [m.id for m in messages.after(first)] == [second, third]


def test_a_missing_room_has_no_messages():
    assert list(ChatMessage.objects.in_room("nowhere").newest_first()) == []


QUERIES = {
    "newest first": lambda messages: messages.newest_first()[:50],
    "before": lambda messages: messages.before(4_000_000)[:50],
    "after": lambda messages: messages.after(1)[:50],
}
DELETED = 20_000


@pytest.fixture
def rooms_of_all_kinds():
    names = ("quiet", "dense", "sparse", "empty", *(f"other {n}" for n in range(50)))
    rooms = {eid: ChatRoom.objects.create(eid=eid) for eid in names}
    others = [*names[4:]] * 80
    eids = ["quiet"] * 4000 + ["dense"] * 4000 + others
    eids[4001::400] = ["sparse"] * len(eids[4001::400])
    messages = (ChatMessage(room=rooms[eid], user="Bob", text="x" * 50) for eid in eids)
    ChatMessage.objects.bulk_create(messages, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def test_every_page_is_read_from_one_index_without_sorting(rooms_of_all_kinds):
    """With ORDER BY id, PostgreSQL would read all messages of the other rooms for one page of a quiet room."""
    for room in ("quiet", "dense", "sparse", "empty"):
        for query in QUERIES.values():
            plan = query(ChatMessage.objects.in_room(room)).explain()
            assert "chat_message_latest" in plan, (room, plan)
            assert not re.search("sort|b-tree", plan, re.IGNORECASE), plan


def test_a_key_is_found_through_its_index(rooms_of_all_kinds):
    room = ChatRoom.objects.get(eid="dense")
    plan = room.messages.filter(key_hash=hash_of("k1")).explain()
    assert "chat_message_key" in plan, plan


def test_the_changes_since_an_event_are_read_from_one_index_without_sorting(rooms_of_all_kinds):
    for room in ("quiet", "dense", "sparse"):
        for number in (0, 7):
            plan = ChatMessage.objects.in_room(room).changed_after(number)[:50].explain()
            assert "chat_message_changes" in plan, (room, plan)
            assert not re.search("sort|b-tree", plan, re.IGNORECASE), plan


@contextmanager
def sqlite_work():
    """Yield a list that grows by one item with every 1000 instructions of SQLite; its query plans show no filters."""
    done = []
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(lambda: done.append(1) and None, 1000)
    yield done
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(None, 0)


def test_a_page_does_not_read_deleted_messages(rooms_of_all_kinds):
    """Otherwise a room with many deleted messages would be the slowest of all."""
    gone = ChatRoom.objects.create(eid="gone")
    now = datetime.now(timezone.utc)
    deleted = (ChatMessage(room=gone, user="Bob", deleted=now, change=n) for n in range(1, DELETED + 1))
    first = ChatMessage.objects.create(room=gone, user="Bob", text="the first")
    ChatMessage.objects.bulk_create(deleted, batch_size=2000)
    last = ChatMessage.objects.create(room=gone, user="Bob", text="the last")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    messages = ChatMessage.objects.in_room("gone")
    for query in (messages.newest_first(), messages.before(10**9), messages.after(0)):
        with sqlite_work() as done:
            assert {*query[:50]} == {first, last}
        assert len(done) < 10
        plan = query[:50].explain()
        assert "chat_message_latest" in plan, plan
        assert not re.search("sort|b-tree|filter", plan, re.IGNORECASE), plan
    assert "chat_message_changes" in messages.changed_after(DELETED // 2)[:50].explain()


@pytest.mark.django_db
def test_the_statement_that_inserts_a_message_fills_every_column_that_save_fills():
    """insert_into names each column, so somebody who adds a field could forget to add it there."""
    room = ChatRoom.objects.create(eid="lobby")
    values = {"user": "Alice", "text": "hi", "key_hash": b"k" * 32, "tag": "t", "event": 7, "source": b"s" * 16}
    values |= {"author_hash": b"a" * 32, "staff": True, "account_id": User.objects.create(username="alice").pk}
    empty = {field.attname for field in ChatMessage._meta.concrete_fields if field.null} - {*values}
    assert empty == {"edited", "first_text_hash", "deleted", "change"}  # a new message has none of these
    inserted = ChatMessage(**values)
    assert inserted.insert_into("lobby")
    saved = ChatMessage.objects.create(room=room, **values | {"key_hash": b"other" * 6})
    for field in ChatMessage._meta.concrete_fields:
        if field.attname not in ("id", "date", "key_hash"):
            a, b = (getattr(ChatMessage.objects.get(id=m.id), field.attname) for m in (inserted, saved))
            assert a == b, field.attname
