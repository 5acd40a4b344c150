"""Where a message comes from: kept as a keyed hash, seen by nobody, forgotten in time."""

import json
import logging
from datetime import timedelta

import pytest
from django.test import RequestFactory, override_settings
from django.utils import timezone

from chat.messages import sources as kept
from chat.messages.sources import forget_old_sources
from chat.models import ChatMessage, ChatRoom
from chat.web import sources
from chat.web.sources import source_of
from tests.helpers.posting import logged_events, url_of

pytestmark = pytest.mark.django_db


def source(address, **options):
    return source_of(RequestFactory().post("/", REMOTE_ADDR=address, **options))


def test_an_address_has_one_source():
    assert source("203.0.113.7") == source("203.0.113.7") == source("::ffff:203.0.113.7")
    assert source("203.0.113.7") != source("203.0.113.8")


def test_a_network_of_one_customer_has_one_source():
    assert source("2001:db8:1:2::7") == source("2001:db8:1:2:ffff::1")
    assert source("2001:db8:1:2::7") != source("2001:db8:1:3::7")


def test_without_the_secret_key_nobody_finds_out_the_address():
    with override_settings(SECRET_KEY="another"):
        other = source("203.0.113.7")
    assert source("203.0.113.7") != other


def test_an_unknown_address_has_no_source():
    assert source("") is None


@pytest.mark.parametrize("post", [("/rooms/lobby/messages/", {"from": "Alice"}), ("/lobby?user=Alice", {})])
def test_a_message_keeps_its_source_and_shows_it_nowhere(client, admin_client, post):
    url, fields = post
    client.post(url, {**fields, "text": "hello"}, REMOTE_ADDR="203.0.113.7")
    message = ChatMessage.objects.get()
    assert message.source == source("203.0.113.7")
    admin_pages = ("/admin/chat/chatmessage/", f"/admin/chat/chatmessage/{message.pk}/change/")
    shown = [admin_client.get(page).content for page in admin_pages]
    shown += [client.get(page).content for page in (url_of(), f"{url_of()}{message.pk}/", "/lobby?user=Bob")]
    shown += [json.dumps(logged_events()).encode(), json.dumps(message.to_data()).encode()]
    for written in (message.source, message.source.hex().encode(), b"source"):
        assert not [text for text in shown if written in text]


def messages(*ages):
    """Save messages of these ages in days, each with a source; return them."""
    room, _ = ChatRoom.objects.get_or_create(eid="lobby")
    made = [room.messages.create(user="Alice", text="hi", source=b"s" * 16) for _ in ages]
    for message, days in zip(made, ages, strict=True):
        ChatMessage.objects.filter(pk=message.pk).update(date=timezone.now() - timedelta(days=days))
    return made


def with_source():
    return [*ChatMessage.objects.filter(source__isnull=False).order_by("id")]


@pytest.fixture
def first_call(monkeypatch):
    monkeypatch.setattr(kept, "_forgotten_up_to", 0)


@pytest.mark.parametrize("at_once", [1, 2, 2_000])
def test_old_sources_are_forgotten(first_call, monkeypatch, at_once):
    monkeypatch.setattr(kept, "IDS", at_once)
    made = messages(40, 31, 30.01, 29.99, 1, 0)
    forget_old_sources()
    assert with_source() == made[3:]


def test_the_next_call_forgets_what_has_become_old_since(first_call, settings):
    made = messages(40, 20, 10)
    forget_old_sources()
    settings.CHAT_SOURCE_DAYS = 15
    forget_old_sources()
    assert with_source() == made[2:]


def test_no_message_is_no_problem(first_call):
    forget_old_sources()


def watch(address, host):
    sources.watch_for_proxies(RequestFactory().post("/", REMOTE_ADDR=address, headers={"Host": host}))


@pytest.fixture
def counts_anew(monkeypatch):
    monkeypatch.setattr(sources, "_private", sources.Counter())
    monkeypatch.setattr(sources, "_others", 0)
    monkeypatch.setattr(sources, "_has_said", False)
    monkeypatch.setattr(sources, "LOOKED_AT", 20)


@pytest.mark.parametrize(
    ("others", "host", "warns"),
    [(0, "chat.example", True), (1, "chat.example", True), (2, "chat.example", False), (0, "127.0.0.1:8000", False)],
)
def test_one_line_in_the_log_says_that_a_proxy_may_be_unnamed(counts_anew, caplog, others, host, warns):
    caplog.set_level(logging.WARNING, sources.__name__)
    for _ in range(3):
        for _ in range(others):
            watch("203.0.113.7", host)
        for _ in range(20 - others):
            watch("10.0.0.5", host)
    lines = [record.getMessage() for record in caplog.records]
    assert [("10.0.0.5" in line and "TRUSTED_PROXIES" in line) for line in lines] == [True] * warns
