"""send_event: log in the transaction, publish after the commit."""

import pytest
from django.db import transaction
from django_eventstream.models import Event, EventCounter

from chat.events.send import MAX_DATA_BYTES, NotInTransaction, send_event
from chat.grip import publisher

CHANNEL = "room-lobby"


@pytest.mark.django_db(transaction=True)
def test_send_event_refuses_to_run_outside_a_transaction():
    with pytest.raises(NotInTransaction):
        send_event(CHANNEL, "message", {})
    assert not EventCounter.objects.exists()


@pytest.mark.django_db
def test_send_event_leaves_out_nobody():
    with pytest.raises(ValueError, match="skip_user_ids"), transaction.atomic():
        send_event(CHANNEL, "message", {}, skip_user_ids=["ann"])


@pytest.mark.django_db
def test_an_event_too_big_for_the_proxy_is_refused_before_anything_is_written():
    with pytest.raises(ValueError, match=str(MAX_DATA_BYTES)), transaction.atomic():
        send_event(CHANNEL, "message", "x" * MAX_DATA_BYTES)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_is_published_after_the_commit(grip_proxy):
    with transaction.atomic():
        send_event(CHANNEL, "message", {"n": 1}, async_publish=False)
        assert grip_proxy.requests.empty()
    assert grip_proxy.next_item()["id"] == "1"


@pytest.mark.django_db(transaction=True)
def test_a_commit_waits_for_the_proxy_if_the_sender_wants_it(grip_proxy):
    with transaction.atomic():
        send_event(CHANNEL, "message", {}, async_publish=False)
    assert grip_proxy.accepted() == 1


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_rolled_back_is_never_published_and_its_number_is_used_again(grip_proxy):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send_event(CHANNEL, "message", {"text": "ghost"})
        raise ZeroDivisionError
    with transaction.atomic():
        send_event(CHANNEL, "message", {"text": "real"})
    item = grip_proxy.next_item()
    assert item["id"] == "1"
    assert "real" in item["http-stream"]["content"]
    assert grip_proxy.is_empty()


@pytest.mark.django_db(transaction=True)
def test_a_failing_publisher_does_not_fail_the_sender(monkeypatch, caplog):
    def fail(event):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(publisher, "publish", fail)
    with transaction.atomic():
        send_event(CHANNEL, "message", {})
    assert EventCounter.objects.get().value == 1
    assert "can't start new thread" in caplog.text
