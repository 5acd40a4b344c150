"""In a room, message ids, event ids and commits run the same way."""

import json
import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client
from django_eventstream.models import Event

from chat.models import ChatMessage, ChatRoom

POSTERS, MESSAGES = 12, 20


def post_some(name, together):
    together.wait()
    try:
        for number in range(MESSAGES):
            answer = Client().post("/rooms/lobby/messages/", {"from": name, "text": str(number)})
            assert answer.status_code == 200, answer.content
    finally:
        connection.close()


def follow(seen, posters):
    """Read what comes after the last id, as a client with ?after= does, until the posters have ended."""
    last = 0
    while True:
        ended = not any(poster.is_alive() for poster in posters)
        for message in ChatMessage.objects.in_room("lobby").filter(id__gt=last).order_by("id"):
            last = message.id
            seen.append(last)
        if ended:
            return


@pytest.mark.django_db(transaction=True)
def test_a_polling_reader_misses_nothing_while_twelve_people_post():
    """Without the lock that the event's number is, PostgreSQL gives a smaller id to a message that commits later."""
    together, seen = threading.Barrier(POSTERS, timeout=20), []
    posters = [threading.Thread(target=post_some, args=(f"Alice {n}", together)) for n in range(POSTERS)]
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
    raise AssertionError("nobody waits")


@pytest.mark.skipif(not connection.features.has_select_for_update, reason="one lock for all: they queue up")
@pytest.mark.django_db(transaction=True)
def test_who_posts_while_the_room_is_being_deleted_posts_into_a_new_one():
    room = ChatRoom.objects.create(eid="lobby")
    poster = threading.Thread(target=post_some, args=("Alice", threading.Barrier(1)))
    with transaction.atomic():
        room.delete()
        poster.start()
        wait_until_somebody_waits_for_a_lock()
    poster.join(20)
    assert ChatMessage.objects.in_room("lobby").count() == MESSAGES
