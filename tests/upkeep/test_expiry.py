"""KEEP_MESSAGES: the servers delete what is too old, without events."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_eventstream.models import Event

from chat.messages import batches
from chat.models import ChatEdit, ChatMessage
from chat.upkeep import expiry
from chat.upkeep.expiry import expire_messages
from tests.helpers.posting import delete, edit, post

pytestmark = pytest.mark.django_db(transaction=True)


def age(days, ids):
    ChatMessage.objects.filter(id__in=ids).update(date=timezone.now() - timedelta(days=days))


@pytest.fixture
def ids(client):
    """Thirty messages of two rooms: the first twenty are 11 days old. One of those was edited and one deleted."""
    ids = [post(client, room=("lobby", "attic")[n % 2], key=f"k{n}").json()["id"] for n in range(30)]
    edit(client, ids[0], key="k0", text="edited")
    delete(client, ids[1], key="k1", room="attic")
    age(11, ids[:20])
    return ids


def left():
    return [*ChatMessage.objects.order_by("id").values_list("id", flat=True)]


def test_messages_are_kept_for_ever_by_default(ids):
    expire_messages()
    assert left() == ids


@pytest.mark.parametrize(("days", "first"), [(12, 0), (10, 20)])
def test_what_is_older_is_deleted_with_its_edits_and_without_an_event(ids, settings, days, first):
    settings.CHAT_KEEP_MESSAGES = days
    before = Event.objects.count()
    expire_messages()
    assert left() == ids[first:]
    assert ChatEdit.objects.count() == (0 if first else 1)
    assert Event.objects.count() == before


def test_many_messages_are_deleted_in_small_steps(ids, settings, monkeypatch):
    monkeypatch.setattr(batches, "LAST_SIZE", batches.FIRST_SIZE)
    monkeypatch.setattr(expiry, "AT_ONCE", 10)
    settings.CHAT_KEEP_MESSAGES = 10
    expire_messages()
    assert left() == ids[20:]


def test_ids_of_expired_messages_are_not_used_again(ids, settings, client):
    age(11, ids)
    settings.CHAT_KEEP_MESSAGES = 10
    expire_messages()
    assert left() == []
    assert post(client).json()["id"] > ids[-1]


def test_a_young_message_with_a_small_id_stays(ids, settings):
    """An imported room may bring one."""
    age(0, ids[:1])
    settings.CHAT_KEEP_MESSAGES = 10
    expire_messages()
    assert left() == [ids[0], *ids[20:]]
