"""The database on its way from one version to the next."""

import json

import pytest
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django_eventstream.models import Event

from chat.events.send import send_event
from chat.messages.actions import moderate

FIRST = [("chat", "0001_initial")]


def migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def newest():
    """The migrations that lead to the models as they are; in the end the database has had them all."""
    targets = [target for target in MigrationExecutor(connection).loader.graph.leaf_nodes() if target[0] == "chat"]
    yield targets
    migrate(targets)


@pytest.mark.django_db(transaction=True)
def test_no_id_is_ever_given_away_twice(newest):
    """A page that shows a deleted message would take the new one for that."""
    old = migrate(FIRST)
    room = old.get_model("chat", "ChatRoom").objects.create(eid="lobby")
    deleted = old.get_model("chat", "ChatMessage").objects.create(room=room, user="Alice", text="hi")
    given_away = deleted.pk
    deleted.delete()
    new = migrate(newest)
    assert new.get_model("chat", "ChatMessage").objects.create(room_id=room.pk, user="Bob", text="hi").pk > given_away


@pytest.mark.django_db(transaction=True)
def test_the_workers_of_the_version_before_can_write_on(newest):
    """While new ones take over, the database is ahead of the old ones."""
    old = migrate(FIRST)
    migrate(newest)
    room = old.get_model("chat", "ChatRoom").objects.create(eid="lobby")
    assert old.get_model("chat", "ChatMessage").objects.create(room=room, user="Alice", text="hi").pk


@pytest.mark.django_db(transaction=True)
def test_the_events_of_old_edits_are_remembered(newest):
    """Later, a deletion removes the texts of these events too."""
    old = migrate([("chat", "0003_edits_and_deletions")])
    room = old.get_model("chat", "ChatRoom").objects.create(eid="lobby")
    message = old.get_model("chat", "ChatMessage").objects.create(room=room, user="Alice", text="three", change=3)
    with transaction.atomic():
        send_event("room-lobby", "message", {"id": message.pk, "text": "one"})
        send_event("room-lobby", "message-edited", {"id": message.pk, "text": "two"})
        send_event("room-lobby", "message-edited", {"id": message.pk, "text": "three"})
        send_event("room-other", "message-edited", {"id": message.pk, "text": "in another room"})
        send_event("room-lobby", "message-edited", "no message")
    migrate(newest)
    moderate("lobby", message.pk)
    texts = [json.loads(json.loads(row.data)) for row in Event.objects.order_by("id")]
    assert [said["text"] for said in texts if "text" in said] == ["", "", "", "in another room", ""]
