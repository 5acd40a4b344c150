"""manage.py moderate, and what moderators do in the admin."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from chat.models import Ban, ChatMessage, ChatRoom, ModerationEntry
from tests.helpers.posting import post

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command("moderate", *map(str, arguments), stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def spam(client):
    return [post(client, room=room, sender="Eve").json()["id"] for room in ("lobby", "attic", "lobby")]


def left():
    return [*ChatMessage.objects.not_deleted().order_by("id").values_list("id", flat=True)]


DRY = [
    (["delete", "{id}"], "Would have deleted message {id} of Eve"),
    (["remove", "{id}"], "Would have removed 3 message(s) from Eve"),
    (["remove", "{id}", "--hours", "1"], "Would have removed 3 message(s) from Eve"),
    (["ban", "{id}", "--hours", "5"], "Would have banned Eve for 5 hour(s)"),
    (["unban", "Eve"], "Would have ended 0 ban(s) of Eve"),
    (["lock", "lobby"], "Would have locked lobby"),
    (["unlock", "lobby"], "Would have unlocked lobby"),
    (["slow", "lobby", "30"], "Would have set the slow mode of lobby to 30 s"),
    (["clear", "lobby"], "Would have cleared lobby of 2 message(s)"),
]


@pytest.mark.parametrize(("arguments", "words"), DRY)
def test_a_dry_run_says_what_it_would_do_and_does_nothing(spam, arguments, words):
    named = [argument.format(id=spam[0]) for argument in arguments]
    assert run("--dry-run", *named) == words.format(id=spam[0])
    assert left() == spam
    assert not Ban.objects.exists()
    assert not ModerationEntry.objects.exists()
    assert not ChatRoom.objects.exclude(locked=None, slow_s=None).exists()


def test_each_action_does_what_it_says(spam):
    run("delete", spam[0])
    assert left() == spam[1:]
    run("ban", spam[0])
    assert Ban.objects.count() == 1
    run("unban", "Eve")
    assert not Ban.objects.exists()
    run("lock", "lobby")
    run("slow", "lobby", 30)
    lobby = ChatRoom.objects.get(eid="lobby")
    assert lobby.to_data() == {"room": "lobby", "locked": True, "slow": 30}
    run("unlock", "lobby")
    run("slow", "lobby", 0)
    lobby.refresh_from_db()
    assert lobby.to_data() == {"room": "lobby", "locked": False, "slow": 0}
    run("clear", "attic")
    assert left() == spam[2:]
    assert run("remove", spam[0]) == "removed 1 message(s) from Eve"
    assert left() == []
    entries = ModerationEntry.objects.order_by("id")
    assert [entry.action.split()[0] for entry in entries] == [
        *("deleted", "banned", "ended", "locked", "set", "unlocked", "set", "cleared", "removed")
    ]
    assert entries.last().moderator.endswith("(command)")


@pytest.mark.parametrize("arguments", [["delete", 99], ["lock", "nowhere"], ["slow", "lobby", 3601], ["clear", "x"]])
def test_what_does_not_exist_is_named(spam, arguments):
    with pytest.raises(CommandError):
        run(*arguments)


@pytest.mark.parametrize("hours", ["0", "-5", "721", "9" * 20, "x"])
@pytest.mark.parametrize("action", ["remove", "ban"])
def test_only_so_many_hours_are_accepted(spam, action, hours):
    with pytest.raises(CommandError, match="write a number of hours from 1 to 720"):
        run(action, spam[0], "--hours", hours)
    assert left() == spam


def act(admin_client, action, ids):
    fields = {"action": action, "_selected_action": ids}
    return admin_client.post("/admin/chat/chatmessage/", fields, follow=True).content.decode()


def test_the_admin_removes_and_bans(admin_client, spam):
    assert "Banned Eve until" in act(admin_client, "ban_senders", spam[:1])
    assert "Removed all from Eve." in act(admin_client, "remove_all_of_senders", spam[:1])
    assert left() == []
    page = admin_client.get("/admin/chat/moderationentry/").content.decode()
    assert "removed all from Eve" in page
    assert "banned Eve until" in page
    assert "Eve" in admin_client.get("/admin/chat/ban/").content.decode()
    assert admin_client.get(f"/admin/chat/ban/{Ban.objects.get().pk}/change/").status_code == 200


def test_the_admin_says_if_it_does_not_know_the_sender(admin_client, spam):
    ChatMessage.objects.update(source=None)
    assert "no longer knows who wrote" in act(admin_client, "ban_senders", spam[:1])
