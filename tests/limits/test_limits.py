"""How much one source may do: exact, on both databases, and without a trace of what was refused."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test import Client, RequestFactory
from django_eventstream.models import EventCounter

from chat import limits
from chat.models import Bucket, ChatMessage, ChatRoom
from chat.web.sources import source_of
from tests.helpers.posting import delete, edit, logged_events, url_of

ALICE, EVE = "203.0.113.7", "198.51.100.66"
BURST = limits.WRITES.burst


@pytest.fixture(autouse=True)
def limits_on(settings, monkeypatch):
    settings.CHAT_LIMITS = True
    forget(monkeypatch)


def forget(monkeypatch):
    """Let the process know nothing, like one that has just started."""
    monkeypatch.setattr(limits, "_empty_until", limits._Remembered())
    monkeypatch.setattr(limits, "_full_at", limits._Remembered())


def pass_time(monkeypatch, seconds):
    """Let time pass for the buckets."""
    Bucket.objects.update(full_at=F("full_at") - seconds)
    forget(monkeypatch)


def say(address=EVE, room="lobby", client=None, headers=None, **fields):
    body = {"from": "x", "text": "hi", **fields}
    return (client or Client()).post(url_of(room), body, REMOTE_ADDR=address, headers=headers)


def statuses(count, **options):
    return [say(**options).status_code for _ in range(count)]


def saved():
    return ChatMessage.objects.count()


@pytest.mark.django_db
def test_a_source_may_write_so_much_at_once_and_no_more(monkeypatch):
    assert statuses(BURST) == [200] * BURST
    answer = say()
    assert answer.status_code == 429
    assert answer["Retry-After"] == "1"
    [error] = answer.json()["errors"]
    assert error == {"field": "writes", "message": "You write faster than this chat allows: wait 1 s.", "limit": BURST}
    assert saved() == len(logged_events()) == EventCounter.objects.get(name="room-lobby").value == BURST


@pytest.mark.django_db
def test_a_token_comes_back_each_second(monkeypatch):
    statuses(BURST)
    pass_time(monkeypatch, 5)
    assert statuses(7) == [200] * 5 + [429] * 2
    pass_time(monkeypatch, 1_000_000)
    assert statuses(BURST + 1) == [200] * BURST + [429]


@pytest.mark.django_db
def test_another_source_notices_nothing():
    statuses(BURST + 1)
    assert say(ALICE).status_code == 200


@pytest.mark.django_db
def test_one_customers_addresses_have_one_bucket():
    assert {say(f"2001:db8:1:2::{n:x}").status_code for n in range(1, BURST + 1)} == {200}
    assert say("2001:db8:1:2:ffff::").status_code == 429
    assert say("2001:db8:1:3::1").status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rooms", [1, 7])
def test_of_many_at_once_exactly_the_burst_passes(monkeypatch, rooms):
    """A process that remembers nothing asks the database each time."""
    monkeypatch.setattr(limits, "refuse_empty", lambda *_: None)
    monkeypatch.setattr(limits, "WRITES", limits.Limit("writes", BURST, 3600, "slowly"))
    for number in range(rooms):
        say(ALICE, room=f"room {number}")
    barrier = threading.Barrier(10, timeout=20)

    def flood(thread):
        barrier.wait()
        try:
            return statuses(10, room=f"room {thread % rooms}")
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = [status for found in pool.map(flood, range(10)) for status in found]
    assert sorted(answers) == [200] * BURST + [429] * (100 - BURST)
    assert saved() == BURST + rooms
    counted = EventCounter.objects.filter(name__startswith="room-").values_list("value", flat=True)
    assert sum(counted) == saved()


def test_the_limits_are_those_that_the_docs_name():
    kinds = [limits.WRITES, limits.ROOMS, limits.WRONG_KEYS, limits.STREAMS]  # docs/http_api.md, "Limits"
    assert [(limit.burst, limit.period_s) for limit in kinds] == [(20, 1), (10, 60), (10, 60), (60, 1)]


@pytest.mark.django_db
def test_a_remembered_empty_bucket_costs_no_statement(django_assert_num_queries):
    with pytest.raises(limits.OverLimit):
        for _ in range(BURST + 1):
            limits.take(limits.WRITES, b"eve")
    with django_assert_num_queries(0), pytest.raises(limits.OverLimit):
        limits.take(limits.WRITES, b"eve")


def test_a_bucket_that_is_used_again_is_remembered_longer(monkeypatch):
    monkeypatch.setattr(limits, "REMEMBERED", 2)
    for name in (b"a", b"b", b"a", b"c"):
        limits.take_here(limits.STREAMS, name)
    assert [key.split()[-1] for key in limits._full_at._times] == [b"a".hex(), b"c".hex()]


@pytest.mark.django_db
def test_a_flood_costs_no_statement(django_assert_num_queries):
    statuses(BURST + 1)
    with django_assert_num_queries(0):
        assert statuses(10) == [429] * 10


@pytest.mark.django_db
def test_new_rooms_have_a_limit_of_their_own(monkeypatch):
    burst = limits.ROOMS.burst
    assert [say(room=f"new {n}").status_code for n in range(burst)] == [200] * burst
    refused = say(room="one more")
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["field"] == "rooms"
    assert int(refused["Retry-After"]) == 60
    assert not ChatRoom.objects.filter(eid="one more").exists()
    assert not EventCounter.objects.filter(name="room-one more").exists()
    assert say(room="new 1").status_code == 200
    pass_time(monkeypatch, 60)
    assert say(room="one more").status_code == 200


@pytest.mark.django_db
def test_repeats_cost_a_token_too(client):
    for _ in range(BURST):
        assert say(key="k1").status_code == 200
    assert say(key="k1").status_code == 429
    assert saved() == 1
    assert EventCounter.objects.get(name="room-lobby").value == 1


def change(client, address):
    client.defaults["REMOTE_ADDR"] = address
    return client


@pytest.mark.django_db
def test_edits_and_deletions_cost_a_token_too(client):
    message_id = say(key="k1").json()["id"]
    eve = change(client, EVE)
    answers = [edit(eve, message_id, text=f"text {n % 2}").status_code for n in range(BURST - 2)]
    assert answers == [200] * (BURST - 2)
    assert delete(eve, message_id).status_code == 200
    assert edit(eve, message_id).status_code == delete(eve, message_id).status_code == 429
    assert delete(change(client, ALICE), message_id).status_code == 200


@pytest.mark.django_db
def test_wrong_keys_have_a_limit_of_their_own(client, monkeypatch):
    message_id = say(ALICE, key="k1").json()["id"]
    eve = change(client, EVE)
    burst = limits.WRONG_KEYS.burst
    assert [edit(eve, message_id, key=f"guess {n}").status_code for n in range(burst)] == [403] * burst
    refused = delete(eve, message_id, key="guess")
    assert refused.status_code == 429
    assert refused.json()["errors"][0]["field"] == "wrong keys"
    assert edit(eve, message_id, key="k1").status_code == 429  # a right guess, too late
    assert edit(change(client, ALICE), message_id, key="k1").status_code == 200
    pass_time(monkeypatch, 60)
    assert edit(change(client, EVE), message_id, key="guess").status_code == 403
    assert edit(eve, message_id, key="guess").status_code == 429


@pytest.mark.django_db
def test_guessing_keys_by_posting_counts_too():
    say(ALICE, key="k1")
    burst = limits.WRONG_KEYS.burst
    assert [say(key="k1", text="other").status_code for _ in range(burst + 1)] == [409] * burst + [429]


@pytest.mark.django_db
def test_a_forgotten_key_is_no_guess(client):
    message_id = say(ALICE, key="k1").json()["id"]
    eve = change(client, EVE)
    answers = [edit(eve, message_id, key=None).status_code for _ in range(limits.WRONG_KEYS.burst + 2)]
    assert answers == [403] * len(answers)


@pytest.mark.django_db
def test_a_form_without_scripts_keeps_the_text(client):
    statuses(BURST)
    answer = client.post("/lobby?user=Eve", {"text": "my long text"}, REMOTE_ADDR=EVE)
    assert answer.status_code == 429
    assert "You write faster than this chat allows: wait 1 s." in answer.content.decode()
    assert "my long text</textarea>" in answer.content.decode()


@pytest.mark.django_db
def test_free_addresses_and_a_chat_without_limits(settings):
    settings.CHAT_LIMITS_FREE = ("198.51.100.0/24",)
    assert set(statuses(BURST + 5)) == {200}
    assert statuses(BURST + 1, address=ALICE)[-1] == 429
    settings.CHAT_LIMITS = False
    assert say(ALICE).status_code == 200


@pytest.mark.django_db
def test_a_forged_header_changes_nothing(client):
    for number in range(BURST):
        say(client=client, headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert say(client=client).status_code == 429


@pytest.mark.django_db
def test_full_buckets_are_deleted_and_the_others_kept(monkeypatch):
    monkeypatch.setattr(limits, "PURGED", 2)
    for number in range(5):
        say(f"10.0.0.{number}")
    pass_time(monkeypatch, 60 + 2)  # a room's token takes so long
    statuses(3)
    limits.purge()
    assert Bucket.objects.count() == 1
    assert statuses(BURST - 2)[-1] == 429


@pytest.mark.skipif("sqlite" in connection.settings_dict["ENGINE"], reason="this database has one lock for all writers")
@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_somebody_takes_from_is_not_deleted_and_nobody_waits(monkeypatch):
    say()
    pass_time(monkeypatch, 100)
    taken, purged = threading.Event(), threading.Event()

    def take():
        with transaction.atomic():
            limits.take(limits.WRITES, source_of(RequestFactory().get("/", REMOTE_ADDR=EVE)))
            taken.set()
            assert purged.wait(20)
        connection.close()

    writer = threading.Thread(target=take)
    writer.start()
    assert taken.wait(20)
    limits.purge()
    purged.set()
    writer.join(20)
    assert Bucket.objects.filter(key__startswith="writes").count() == 1


def test_a_process_remembers_so_many_buckets_and_no_more(monkeypatch):
    monkeypatch.setattr(limits, "REMEMBERED", 3)
    for number in range(10):
        limits.take_here(limits.STREAMS, bytes([number]))
    assert len(limits._full_at._times) == 3


def test_streams_have_a_limit(monkeypatch):
    for _ in range(limits.STREAMS.burst):
        limits.take_here(limits.STREAMS, b"eve")
    with pytest.raises(limits.OverLimit):
        limits.take_here(limits.STREAMS, b"eve")
    limits.take_here(limits.STREAMS, b"alice")
