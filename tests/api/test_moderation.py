"""POST /-/moderate/: what moderators do on a room's page."""

from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.api import moderation
from chat.models import Ban, ChatMessage, ChatRoom, ModerationEntry
from tests.helpers.posting import logged_events, url_of

pytestmark = pytest.mark.django_db

URL = "/-/moderate/"
EVE = "198.51.100.66"


def say(room="lobby", address=EVE):
    fields = {"from": "Eve", "text": "spam"}
    return Client().post(url_of(room), fields, REMOTE_ADDR=address).json()["id"]


def act(client, action, room="lobby", **fields):
    return send(client, action=action, room=room, **fields)


def send(client, headers=None, **fields):
    return client.post(URL, urlencode(fields), content_type=moderation.FORM, headers=headers)


def left():
    return [*ChatMessage.objects.not_deleted().order_by("id").values_list("id", flat=True)]


def log():
    return [(e.moderator, e.action, e.room, e.messages) for e in ModerationEntry.objects.order_by("id")]


def test_nobody_else_may():
    message_id = say()
    clerk = Client()
    clerk.force_login(User.objects.create(username="clerk", is_staff=True))
    for other in (clerk, Client()):
        answer = act(other, "delete", message=message_id)
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["field"] == "user"
    assert left() == [message_id]


def test_a_session_alone_is_not_enough(moderator):
    """Without the page's token, a foreign page could use the moderator's cookie."""
    say()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = moderator.cookies
    answer = act(strict, "lock")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (403, "csrfmiddlewaretoken")
    assert not ChatRoom.objects.filter(locked__isnull=False).exists()
    page = strict.get("/lobby", {"user": "System"})
    token = page.context["page"]["csrfToken"]
    assert send(strict, {"X-CSRFToken": token}, action="lock", room="lobby").status_code == 200


def test_only_a_moderators_page_leads_there(client, moderator):
    assert moderator.get("/lobby", {"user": "x"}).context["page"]["moderateUrl"] == URL
    assert {"moderateUrl", "csrfToken"}.isdisjoint(client.get("/lobby", {"user": "x"}).context["page"])


def test_a_message_is_deleted(moderator):
    first, second = say(), say()
    assert act(moderator, "delete", message=first).json() == {"messages": 1, "done": True}
    assert left() == [second]
    assert log() == [("mod", f"deleted message {first} of Eve", "lobby", 1)]


def test_all_of_a_sender_is_removed(moderator):
    spam = [say(), say("attic"), say()]
    kept = say(address="203.0.113.7")
    assert act(moderator, "remove", message=spam[0], span="hour").json() == {"messages": 3, "done": True}
    assert left() == [kept]
    assert log() == [("mod", "removed all from Eve (hour)", "lobby", 3)]


def test_a_removal_that_takes_long_goes_on_with_the_next_request(moderator, monkeypatch):
    spam = [say() for _ in range(3)]
    monkeypatch.setattr(moderation, "WORK_S", -1)
    assert act(moderator, "remove", message=spam[0], span="all").json() == {"messages": 0, "done": False}
    monkeypatch.setattr(moderation, "WORK_S", 4)
    assert act(moderator, "remove", message=spam[0], span="all").json() == {"messages": 3, "done": True}


def test_a_sender_is_banned(moderator):
    assert act(moderator, "ban", message=say(), hours=24).json() == {"messages": 0, "done": True}
    assert Client().post(url_of(), {"from": "Eve", "text": "x"}, REMOTE_ADDR=EVE).status_code == 403
    assert log()[0][1] == f"banned Eve until {Ban.objects.get().until:%Y-%m-%d %H:%M} UTC"


def test_nobody_is_banned_for_a_message_of_unknown_origin(moderator):
    message_id = say()
    ChatMessage.objects.update(source=None)
    answer = act(moderator, "ban", message=message_id, hours=24)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "id")


def test_a_room_is_locked_slowed_and_cleared(moderator, client):
    say()
    act(moderator, "lock")
    act(moderator, "slow", seconds=30)
    page = client.get("/lobby", {"user": "x"}).context["page"]
    assert (page["locked"], page["slow"]) == (True, 30)
    act(moderator, "unlock")
    act(moderator, "slow", seconds=0)
    assert act(moderator, "clear").json() == {"messages": 1, "done": True}
    assert left() == []
    assert logged_events()[-1][2]["cleared"] > 0
    words = [action for _, action, _, _ in log()]
    assert words == [
        "locked the room",
        "set the slow mode to 30 s",
        "unlocked the room",
        "set the slow mode to 0 s",
        "cleared the room",
    ]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"action": "explode"}, "action"),
        ({}, "action"),
        ({"action": "lock", "room": "a/b"}, "room"),
        ({"action": "delete"}, "message"),
        ({"action": "delete", "message": "x"}, "message"),
        ({"action": "remove", "message": 1}, "span"),
        ({"action": "remove", "message": 1, "span": "year"}, "span"),
        ({"action": "ban", "message": 1}, "hours"),
        ({"action": "ban", "message": 1, "hours": 0}, "hours"),
        ({"action": "ban", "message": 1, "hours": 721}, "hours"),
        ({"action": "slow"}, "seconds"),
        ({"action": "slow", "seconds": 3601}, "seconds"),
    ],
)
def test_bad_input_names_the_field(moderator, fields, wrong):
    answer = send(moderator, **{"room": "lobby", **fields})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [wrong]
    assert log() == []


def test_a_missing_message_is_a_404(moderator):
    assert act(moderator, "delete", message=17).status_code == 404


def test_a_room_that_nobody_has_written_in_is_a_404(moderator):
    for action, more in (("lock", {}), ("slow", {"seconds": 5}), ("clear", {})):
        assert act(moderator, action, room="nowhere", **more).status_code == 404
    assert not ChatRoom.objects.exists()
    assert log() == []


def test_broken_text_is_refused(moderator):
    for body, content_type in ((b"action=lock&room=%ff", moderation.FORM), (b"{}", "application/json")):
        assert moderator.post(URL, body, content_type=content_type).status_code in (400, 415)
    assert not ChatRoom.objects.exists()


def test_what_comes_after_a_room_was_cleared_stays(moderator, monkeypatch):
    say()
    monkeypatch.setattr(moderation, "WORK_S", -1)
    assert act(moderator, "clear").json() == {"messages": 1, "done": False}
    kept = say()
    monkeypatch.setattr(moderation, "WORK_S", 4)
    assert act(moderator, "clear").json() == {"messages": 0, "done": True}
    assert left() == [kept]
    assert len(log()) == 1


@pytest.mark.parametrize(("action", "more"), [("lock", {}), ("slow", {"seconds": 3600})])
def test_a_cleared_room_stays_as_it_was(moderator, action, more):
    say()
    act(moderator, action, **more)
    act(moderator, "clear")
    assert logged_events()[-1][2]["locked"] is (action == "lock")
    statuses = [Client().post(url_of(), {"from": "x", "text": "y"}, REMOTE_ADDR=EVE).status_code for _ in range(2)]
    assert statuses == ([403, 403] if action == "lock" else [200, 429])


def test_a_moderator_looks_at_bans_and_the_log_and_ends_a_ban(moderator):
    act(moderator, "ban", message=say(), hours=24)
    assert moderator.get("/admin/chat/moderationentry/").status_code == 200
    ban = Ban.objects.get()
    moderator.post(f"/admin/chat/ban/{ban.pk}/delete/", {"post": "yes"})
    assert not Ban.objects.exists()


def test_a_second_ban_replaces_the_first(moderator):
    message_id = say()
    for hours in (1, 24):
        act(moderator, "ban", message=message_id, hours=hours)
    assert Ban.objects.count() == 1


def test_other_methods_are_refused(moderator):
    assert moderator.get(URL).status_code == 405
