"""The doctor names the hop at which a message is lost."""

from types import SimpleNamespace

import pytest
from django.test import Client
from django_eventstream.models import Event as LoggedEvent

from chat.grip import publisher
from chat.policy.doctor import proof
from tests.helpers.posting import url_of
from tests.helpers.signing_front import SigningFront
from tests.policy.people import KEYS

from .conftest import doctor


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("id", "faults"),
    [
        ("chat.E322", {"answers": {"GET /events/": None}}),
        ("chat.E330", {"answers": {"GET /events/": (502, b"")}}),
        ("chat.E324", {"answers": {"POST /rooms/": (429, b'{"errors": [{"message": "Too fast."}]}')}}),
        ("chat.E325", {"answers": {"POST /rooms/": (200, b'{"id": 999}')}}),
        ("chat.E326", {"after_post": lambda: LoggedEvent.objects.all().delete()}),
        ("chat.E328", {"deliver": None}),
    ],
)
def test_the_hop_that_loses_the_message_is_named(through, id, faults):
    assert through(**faults) == [id]


@pytest.mark.django_db(transaction=True)
def test_a_refusal_is_said_to_be_the_proxys_or_the_web_servers(live_server, proxy, monkeypatch):
    upstream = live_server.url.removeprefix("http://")
    with SigningFront(upstream, answers={"GET /events/": (502, b"too large")}) as fake:
        assert "the proxy opens no stream, and this answer is its own: 502 too large" in doctor(url=fake.url)[1]
    monkeypatch.setattr("chat.doctor.way.quote", lambda channel: "")
    with SigningFront(upstream) as fake:
        ids, text, _ = doctor(url=fake.url)
    assert ids == ["chat.E323"]
    assert "the web server opens no stream: 400 " in text


@pytest.mark.django_db(transaction=True)
def test_a_web_server_that_does_not_publish_is_named(through, monkeypatch):
    monkeypatch.setattr(publisher, "publish", lambda event: None)
    assert through() == ["chat.E327"]


@pytest.mark.django_db(transaction=True)
def test_a_lost_event_is_named_beside_a_chat_whose_proxy_only_bin_run_knows(through, monkeypatch):
    monkeypatch.setattr("chat.doctor.way.settings", SimpleNamespace(GRIP_PROXIES=[]))
    assert through() == []
    assert through(deliver=None) == ["chat.E329"]


@pytest.mark.django_db(transaction=True)
def test_a_proxy_that_takes_nothing_is_named(through, proxy):
    proxy.mode = "refuse"
    assert {*through()} == {"chat.E321"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("policy", ["chat.policy.SiteUsers", "chat.policy.SignedTokens"])
def test_no_policy_keeps_the_doctor_out_of_its_own_room(through, settings, policy):
    settings.CHAT_POLICY, settings.CHAT_TOKEN_KEYS = policy, KEYS
    assert through() == []


@pytest.mark.django_db
def test_the_doctors_proof_opens_no_other_room_and_not_for_long(settings, monkeypatch):
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    found = proof("doctor-1")
    assert Client().get(url_of("doctor-1"), headers=found).status_code == 200
    assert Client().get(url_of("lobby"), headers=found).status_code == 401
    assert Client().get(url_of("doctor-1"), headers={"Doctor": "doctor-1"}).status_code == 401
    monkeypatch.setattr("chat.policy.doctor.VALID_S", -1)
    assert Client().get(url_of("doctor-1"), headers=found).status_code == 401
