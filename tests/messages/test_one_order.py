"""In a room, message ids, event numbers and commits have the same order."""

import json
import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django_eventstream.models import Event

from chat.models import ChatMessage, ChatRoom

POSTERS, MESSAGES = 12, 20


def post_some(name, barrier):
    barrier.wait()
    try:
        for number in range(MESSAGES):
            answer = Client().post("/rooms/lobby/messages/", {"from": name, "text": str(number)})
            assert answer.status_code == 200, answer.content
    finally:
        connection.close()


def follow(seen, posters):
    """Keep reading the messages after the last id, as a client does with ?after=, until all posters have ended."""
    last = 0
    while True:
        ended = not any(poster.is_alive() for poster in posters)
        for message in ChatMessage.objects.in_room("lobby").filter(id__gt=last).order_by("id"):
            last = message.id
            seen.append(last)
        if ended:
            return


@pytest.mark.django_db(transaction=True)
def test_a_polling_reader_misses_no_message_while_twelve_people_post():
    """Without the room's lock (its event number), a message that commits later could get a smaller id on PostgreSQL."""
    barrier, seen = threading.Barrier(POSTERS, timeout=20), []
    posters = [threading.Thread(target=post_some, args=(f"Alice {n}", barrier)) for n in range(POSTERS)]
    [poster.start() for poster in posters]
    follow(seen, posters)
    ids = [*ChatMessage.objects.order_by("id").values_list("id", flat=True)]
    assert len(ids) == POSTERS * MESSAGES
    assert seen == ids
    events = Event.objects.filter(channel="room-lobby").order_by("eid").values_list("data", flat=True)
    assert [json.loads(json.loads(data))["id"] for data in events] == ids


def wait_until_somebody_waits_for_a_lock():
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("nobody waited for a lock within 20 s")


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="this database has one lock for all writers")
@pytest.mark.django_db(transaction=True)
def test_a_post_during_the_rooms_deletion_creates_a_new_room():
    room = ChatRoom.objects.create(eid="lobby")
    poster = threading.Thread(target=post_some, args=("Alice", threading.Barrier(1)))
    with transaction.atomic():
        room.delete()
        poster.start()
        wait_until_somebody_waits_for_a_lock()
    poster.join(20)
    assert ChatMessage.objects.in_room("lobby").count() == MESSAGES
