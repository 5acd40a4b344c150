"""What is counted of requests, and that no stranger can add a label."""

import pytest
from django.db import OperationalError, transaction
from prometheus_client import REGISTRY

from chat.events.send import send_event
from chat.health import database
from chat.urls import urlpatterns
from tests.helpers.posting import post

# All that refusals name as their field; each is written in our code.
FIELDS = {
    *("from", "text", "key", "tag", "author_key", "room", "id", "before", "after", "since", "limit", "user", "login"),
    *("Content-Type", "Content-Length", "Cookie", "Origin", "If-Match", "Grip-Sig", "Author-Key", "Idempotency-Key"),
    *("address", "body", "channel", "connection", "csrfmiddlewaretoken", "database", "method", "path", "request"),
    *("server", "writes", "rooms", "wrong keys", "streams", "slow mode", "action", "hours", "reason", "seconds"),
    *("message", "span", "pause"),
}
STRANGE = "strange-word"


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0


def growth(name, **labels):
    """Return a function that says by how much the counter has grown since now."""
    before = value(name, **labels)
    return lambda: value(name, **labels) - before


def labels_of(name):
    return [sample.labels for family in REGISTRY.collect() if family.name == name for sample in family.samples]


@pytest.mark.django_db
def test_an_answer_counts_by_view_and_status(client):
    good, bad = (growth("chat_requests_total", view="messages", status=status) for status in ("200", "400"))
    nowhere = growth("chat_requests_total", view="none", status="404")
    post(client)
    post(client, text="")
    client.get("/a/path/to/nothing")
    assert (good(), bad(), nowhere()) == (1, 1, 1)


@pytest.mark.django_db
def test_a_refusal_counts_by_status_and_field(client):
    text, path = (growth("chat_refusals_total", status="400", field=field) for field in ("text", "path"))
    assert post(client, text="").status_code == 400
    assert (text(), path()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_an_event_counts_when_it_is_committed():
    messages = growth("chat_events_total", type="message")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send_event("room-lobby", "message", {})
        raise ZeroDivisionError
    assert messages() == 0
    with transaction.atomic():
        send_event("room-lobby", "message", {})
    assert messages() == 1


@pytest.mark.django_db(transaction=True)
def test_an_outage_of_the_database_counts(client, monkeypatch):
    def fail():
        raise OperationalError("the disk is full")

    errors = growth("chat_database_errors_total")
    monkeypatch.setattr(database, "write", fail)
    monkeypatch.setattr(database, "probe", database.Probe())
    assert client.get("/-/ready").status_code == 503
    assert errors() == 1


@pytest.mark.django_db
def test_strangers_choose_no_label(client):
    for path in (f"/{STRANGE}", f"/rooms/{STRANGE}/messages/", f"/-/{STRANGE}", f"/events/?channel={STRANGE}"):
        for method in ("GET", "POST", "DELETE", STRANGE.upper()):
            client.generic(method, path, b'{"%s": 1, "text": 1}' % STRANGE.encode(), content_type="application/json")
    post(client, room=STRANGE, sender=99 * STRANGE, **{STRANGE: STRANGE})
    seen = labels_of("chat_requests") + labels_of("chat_refusals") + labels_of("chat_events")
    assert seen
    assert STRANGE not in str(seen).lower()
    assert {labels["view"] for labels in labels_of("chat_requests") if ":" not in labels["view"]} <= {
        "none",
        "favicon",
        "robots",
        "sign-in",
        "sign-out",
        *(pattern.name for pattern in urlpatterns),
    }
    assert {labels["field"] for labels in labels_of("chat_refusals")} <= FIELDS
