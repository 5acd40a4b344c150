"""What moderators do: remove what a sender wrote, ban the sender, lock a room or slow it down."""

import time
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django_eventstream.models import EventCounter

from chat import limits
from chat.messages import moderation
from chat.models import Ban, Bucket, ChatMessage, ModerationEntry
from tests.helpers.posting import delete, edit, logged_events, url_of

pytestmark = pytest.mark.django_db

EVE, ANN = "198.51.100.66", "203.0.113.7"
SECRET = "eve's secret, random"


def say(address=EVE, room="lobby", client=None, **fields):
    body = {"from": "x", "text": "hi", **fields}
    return (client or Client()).post(url_of(room), body, REMOTE_ADDR=address)


def said(*args, **fields):
    return ChatMessage.objects.get(id=say(*args, **fields).json()["id"])


def make_older(message, **time):
    """Make the message and all before it older."""
    ChatMessage.objects.filter(id__lte=message.pk).update(date=F("date") - timedelta(**time))


def ids(found):
    return sorted(message_id for of_room in found.values() for message_id in of_room)


@pytest.mark.parametrize("at_once", [1, 2, 5_000])
def test_everything_from_one_source_is_found_in_all_rooms(monkeypatch, at_once):
    monkeypatch.setattr(moderation, "IDS", at_once)
    mine = [said(), said(room="attic"), said(user="other name")]
    said(ANN)
    mine.append(said())
    assert ids(moderation.written_by_sender_of(mine[0])) == [message.pk for message in mine]


def test_everything_from_one_author_is_found_in_his_room(monkeypatch):
    first = said(author_key=SECRET)
    moved = said("198.51.100.67", author_key=SECRET)
    said("198.51.100.68", room="attic", author_key=SECRET)
    said(ANN)
    assert ids(moderation.written_by_sender_of(first)) == [first.pk, moved.pk]


def test_a_message_whose_sender_is_forgotten_is_alone():
    first, _ = said(), said()
    ChatMessage.objects.update(source=None)
    first.refresh_from_db()
    assert ids(moderation.written_by_sender_of(first)) == [first.pk]


@pytest.mark.parametrize("at_once", [1, 3, 5_000])
def test_only_the_last_hour_is_found_if_somebody_asks_for_that(monkeypatch, at_once):
    monkeypatch.setattr(moderation, "IDS", at_once)
    old = [said(), said()]
    make_older(old[-1], hours=2)
    new = [said(), said()]
    since = timezone.now() - timedelta(hours=1)
    assert ids(moderation.written_by_sender_of(new[0], since)) == [message.pk for message in new]
    assert ids(moderation.written_by_sender_of(new[0])) == [message.pk for message in old + new]


def test_removing_all_tells_the_readers_of_each_room():
    spam = [said(room=room) for room in ("lobby", "attic", "lobby")]
    kept = said(ANN)
    found = moderation.written_by_sender_of(spam[0])
    assert moderation.remove_all(found, time.monotonic() + 10) == 3
    assert [*ChatMessage.objects.not_deleted()] == [kept]
    assert logged_events("lobby")[-1][0] == "messages-deleted"
    assert logged_events("lobby")[-1][2]["ids"] == [spam[0].pk, spam[2].pk]
    assert logged_events("attic")[-1][0] == "message-deleted"


def test_removing_goes_on_after_its_time_was_over():
    spam = said()
    found = moderation.written_by_sender_of(spam)
    assert moderation.remove_all(found, time.monotonic() - 1) == 0
    assert ids(found) == [spam.pk]
    assert moderation.remove_all(found, time.monotonic() + 10) == 1


def test_a_banned_source_can_not_write_until_the_ban_ends():
    spam = said(key="k1")
    moderation.ban_sender_of(spam, 1)
    answer = say(room="attic")
    assert answer.status_code == 403
    [error] = answer.json()["errors"]
    assert error["field"] == "from"
    assert error["message"].startswith("You may not write until ")
    assert not ChatMessage.objects.filter(room__eid="attic").exists()
    eve = Client(REMOTE_ADDR=EVE)
    assert edit(eve, spam.pk, key="k1").status_code == 403
    assert delete(eve, spam.pk, key="k1").status_code == 200  # whoever takes back what he wrote does no harm
    assert say(ANN).status_code == 200
    Ban.objects.update(until=timezone.now())
    assert say().status_code == 200


def test_a_banned_author_can_not_write_from_elsewhere_in_his_room():
    moderation.ban_sender_of(said(author_key=SECRET), 1)
    assert say("198.51.100.67", author_key=SECRET).status_code == 403
    assert say("198.51.100.67", author_key=SECRET, room="attic").status_code == 200
    assert say("198.51.100.67").status_code == 200


def test_a_ban_has_a_longest_time():
    ban = moderation.ban_sender_of(said(), 24_000)
    assert ban.until - timezone.now() < timedelta(days=31)


def test_nobody_can_be_banned_for_a_message_whose_sender_is_forgotten():
    spam = said()
    spam.source = None
    with pytest.raises(moderation.UnknownSender):
        moderation.ban_sender_of(spam, 1)


def test_a_message_without_source_and_author_is_under_no_ban():
    moderation.ban_sender_of(said(author_key=SECRET), 1)
    Ban.objects.create(until=timezone.now() + timedelta(hours=1), name="nobody")
    assert say("").status_code == 200


def test_old_bans_are_forgotten():
    moderation.ban_sender_of(said(), 1)
    moderation.ban_sender_of(said(ANN), -1)
    moderation.forget_old_bans()
    assert Ban.objects.count() == 1


def test_a_locked_room_is_for_reading_and_for_moderators(moderator):
    message = said(key="k1")
    moderation.lock_room("lobby", True)
    answer = say()
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["field"] == "room"
    eve = Client(REMOTE_ADDR=EVE)
    assert edit(eve, message.pk, key="k1").status_code == 403
    assert say(client=moderator).status_code == 200
    assert len(eve.get(url_of()).json()["messages"]) == 2
    assert say(room="attic").status_code == 200
    moderation.lock_room("lobby", False)
    assert say().status_code == 200


def test_readers_learn_of_lock_and_slow_mode():
    said()
    moderation.lock_room("lobby", True)
    moderation.slow_down_room("lobby", 30)
    moderation.lock_room("lobby", False)
    moderation.slow_down_room("lobby", 0)
    events = [(kind, event) for kind, _, event in logged_events()[1:]]
    states = [(True, 0), (True, 30), (False, 30), (False, 0)]
    assert events == [("room-changed", {"room": "lobby", "locked": lock, "slow": slow}) for lock, slow in states]


def test_in_a_slow_room_each_source_writes_once_in_a_while(moderator, monkeypatch):
    said()
    moderation.slow_down_room("lobby", 30)
    assert say().status_code == 200
    answer = say()
    assert (answer.status_code, answer["Retry-After"]) == (429, "30")
    assert answer.json()["errors"][0]["message"] == "This room is in slow mode: wait 30 s."
    assert say(ANN).status_code == 200
    assert say(room="attic").status_code == 200
    assert [say(client=moderator).status_code for _ in range(3)] == [200] * 3
    Bucket.objects.update(full_at=F("full_at") - 30)
    monkeypatch.setattr(limits, "_empty_until", limits._Remembered())
    assert say().status_code == 200


def test_a_flood_into_a_slow_room_costs_tokens(settings, monkeypatch):
    settings.CHAT_LIMITS = True
    monkeypatch.setattr(limits, "_empty_until", limits._Remembered())
    said()
    moderation.slow_down_room("lobby", 3600)
    answers = [say().json() for _ in range(limits.WRITES.burst)]
    assert [answer["errors"][0]["field"] for answer in answers[1:]] == ["slow mode"] * 18 + ["writes"]
    assert say(room="attic").status_code == 429


def test_another_slow_mode_counts_anew():
    said()
    for seconds in (3600, 5):
        moderation.slow_down_room("lobby", seconds)
        assert say().status_code == 200


def test_an_edit_is_slow_too():
    message = said(key="k1")
    moderation.slow_down_room("lobby", 3600)
    eve = Client(REMOTE_ADDR=EVE)
    assert [edit(eve, message.pk, key="k1", text=text).status_code for text in ("one", "two")] == [200, 429]


def test_a_refused_write_leaves_nothing():
    said()
    moderation.lock_room("lobby", True)
    before = logged_events()
    say()
    assert logged_events() == before


def test_a_refused_write_in_a_new_room_leaves_no_counter():
    moderation.ban_sender_of(said(), 1)
    assert say(room="attic").status_code == 403
    assert say(ANN, room="events").status_code == 400
    assert [*EventCounter.objects.values_list("name", flat=True)] == ["room-lobby"]


def test_the_log_says_who_did_what():
    moderation.write_down("mod", "removed all from x", "lobby", 12)
    assert str(ModerationEntry.objects.get()) == "mod: removed all from x"
