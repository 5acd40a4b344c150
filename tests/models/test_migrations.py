"""The migrations: what must stay true when an older database gets the newest tables."""

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
    """The newest migrations; at the end, the database has all of them."""
    targets = [target for target in MigrationExecutor(connection).loader.graph.leaf_nodes() if target[0] == "chat"]
    yield targets
    migrate(targets)


@pytest.mark.django_db(transaction=True)
def test_the_id_of_a_deleted_message_is_never_used_again(newest):
    """A page that still shows the deleted message would mix it up with the new one."""
    old = migrate(FIRST)
    room = old.get_model("chat", "ChatRoom").objects.create(eid="lobby")
    deleted = old.get_model("chat", "ChatMessage").objects.create(room=room, user="Alice", text="hi")
    deleted_id = deleted.pk
    deleted.delete()
    new = migrate(newest)
    assert new.get_model("chat", "ChatMessage").objects.create(room_id=room.pk, user="Bob", text="hi").pk > deleted_id


@pytest.mark.django_db(transaction=True)
def test_workers_of_the_previous_version_can_still_write(newest):
    """During an update, old workers still run on the already migrated database."""
    old = migrate(FIRST)
    migrate(newest)
    room = old.get_model("chat", "ChatRoom").objects.create(eid="lobby")
    assert old.get_model("chat", "ChatMessage").objects.create(room=room, user="Alice", text="hi").pk


@pytest.mark.django_db(transaction=True)
def test_the_migration_records_the_events_of_older_edits(newest):
    """So a later deletion can remove the texts from these events too."""
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
    logged = [json.loads(json.loads(row.data)) for row in Event.objects.order_by("id")]
    assert [data["text"] for data in logged if "text" in data] == ["", "", "", "in another room", ""]
