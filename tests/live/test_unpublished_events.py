"""Readers get an event even if Django never published it, and never an event of another room."""

import json

from chat.streams.next_links import LINKS
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.listener import Listener
from tests.helpers.running import Chat, kill

LOG_ONE_EACH = """
from django.db import transaction
from chat.events.log import EVENT_LOG
from chat.models import ChatRoom
import json, os
for room in os.environ["ROOMS"].split():
    with transaction.atomic():
        message = ChatRoom.objects.get_or_create(eid=room)[0].messages.create(user="Alice", text=f"committed in {room}")
        EVENT_LOG.append_event(f"room-{room}", "message", json.dumps(message.to_data()))
    print(json.dumps(message.to_data()))
"""


def commit_without_publishing(chat, *rooms):
    """Save a message in each room like a worker that dies right after its commit; return the messages."""
    printed = chat.manage("shell", "-v0", "-c", LOG_ONE_EACH, ROOMS=" ".join(rooms))
    return [json.loads(line) for line in printed.splitlines()]


def test_a_new_worker_publishes_the_events_of_a_killed_one(tmp_path):
    with GripProxy() as proxy, Chat.ready(tmp_path, GRIP_URL=f"{proxy.uri}?key={KEY}") as chat:
        (message,) = commit_without_publishing(chat, "lobby")
        kill(chat.pids_of("web worker")[0])
        assert json.dumps(message) in proxy.next_item()["http-stream"]["content"]


def test_the_next_event_makes_every_reader_get_the_unpublished_one(chat):
    readers = [chat.listen("lobby") for _ in range(50)]
    (lost,) = commit_without_publishing(chat, "lobby")
    following = chat.post("lobby", "Bob", "and on")
    for reader in readers:
        assert [reader.message(), reader.message()] == [lost, following]
        reader.close()


def test_readers_of_two_rooms_who_resume_at_the_same_time_get_only_their_own_room(chat):
    """Pushpin gives one answer to two simultaneous next links that differ only in their queries."""
    rooms = ("here", "there")
    posted = {room: [chat.post(room, "Alice", f"{room} {n}") for n in range(220)] for room in rooms}
    for _ in range(4):
        readers = [(room, Listener(chat.url, room, f"room-{room}:0")) for _ in range(4) for room in rooms]
        for room, reader in readers:
            with reader:
                assert [reader.message() for _ in posted[room]] == posted[room]


def test_readers_of_rooms_that_share_a_next_link_get_only_their_own_room(chat):
    rooms = [f"sharing-{number}" for number in range(3 * LINKS)]
    readers = [chat.listen(room) for room in rooms]
    lost = commit_without_publishing(chat, *rooms)
    following = [chat.post(room, "Bob", f"and on in {room}") for room in rooms]
    for reader, *messages in zip(readers, lost, following, strict=True):
        with reader:
            assert [reader.message(30), reader.message(30)] == messages
