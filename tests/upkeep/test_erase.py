"""manage.py erase: what is left of a person."""

import io

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.core.serializers import serialize
from django_eventstream.models import Event

from chat.messages import moderation
from chat.messages.actions import moderate
from chat.models import Ban, ChatEdit, ChatMessage, ModerationEntry
from tests.helpers.posting import delete, edit, logged_events, post, url_of

pytestmark = pytest.mark.django_db(transaction=True)  # the batches are transactions

EVE, ANN = "a-secret-that-eve-has", "a-secret-that-ann-has"


def run(*arguments):
    out = io.StringIO()
    call_command("erase", *map(str, arguments), stdout=out, stderr=out)
    return out.getvalue().strip()


@pytest.fixture
def eves(client):
    """What Eve left: messages, an edited one, two deleted ones, one that a moderator deleted, and one in the attic."""
    sent = [post(client, sender="Eve", text=f"of Eve {n}", key=f"k{n}", author_key=EVE).json() for n in range(6)]
    post(client, sender="Ann", text="of Ann", author_key=ANN)
    edit(client, sent[1]["id"], key="k1", text="of Eve, edited")
    delete(client, sent[2]["id"], key="k2")
    moderate("lobby", sent[3]["id"], sent[4]["id"])
    post(client, room="attic", sender="Eve", text="of Eve in the attic", author_key=EVE)
    account = User.objects.create(username="guest")
    ChatMessage.objects.filter(room__eid="lobby", user="Eve").update(source=b"e" * 16, account=account)
    eve = ChatMessage.objects.get(id=sent[0]["id"])
    moderation.ban_sender_of(eve, 5)
    moderation.write_down("mod", "banned Eve until 2026-12-01 10:00 UTC", "lobby")
    admin = User.objects.create(username="admin")
    LogEntry.objects.log_actions(admin.pk, [eve], CHANGE, single_object=True)
    return sent


def everything():
    """Return all rows of the database as one text."""
    from django.apps import apps

    return "".join(serialize("json", model.objects.all(), ensure_ascii=False) for model in apps.get_models())


WAYS = [
    lambda sent: ["--author", sent[0]["author"], "--room", "lobby"],
    lambda sent: ["--name", "Eve", "--room", "lobby"],
    lambda sent: ["--message", sent[0]["id"]],
]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_the_person_is_left_in_the_room(eves, way):
    ChatMessage.objects.filter(room__eid="attic").delete()
    Event.objects.filter(channel="room-attic").delete()
    assert run(*way(eves)) == "Erased 6 message(s) in 1 room(s)."
    assert "Eve" not in everything()
    assert eves[0]["author"] not in everything()
    assert "of Ann" in everything()
    assert not ChatEdit.objects.exists()
    for message in ChatMessage.objects.filter(user=""):
        assert message.deleted
        assert not any((message.text, message.key_hash, message.author_hash, message.source, message.tag))
        assert message.account is None


@pytest.mark.parametrize("way", WAYS)
def test_a_dry_run_changes_nothing(eves, way):
    before = everything()
    assert run("--dry-run", *way(eves)).startswith("Would have erased 6 message(s)")
    assert everything() == before


def test_readers_learn_which_messages_are_gone(client, eves):
    before = client.get(url_of()).json()["last-event-id"]
    run("--name", "Eve", "--room", "lobby")
    name, _, data = logged_events()[-1]
    assert (name, data["ids"]) == ("messages-deleted", [eves[n]["id"] for n in (0, 1, 5)])
    changed = client.get(url_of(), {"since": before}).json()["messages"]
    assert [(message["id"], message["from"], message["text"]) for message in changed] == [
        (eves[n]["id"], "", "") for n in (0, 1, 5)
    ]
    assert [message["text"] for message in client.get(url_of()).json()["messages"]] == ["of Ann"]


def test_an_event_that_announced_deletions_of_several_people_still_does(client):
    eve, ann = (post(client, sender=name, text="spam").json()["id"] for name in ("Eve", "Ann"))
    moderate("lobby", eve, ann)
    run("--name", "Eve", "--room", "lobby")
    assert [data["ids"] for name, _, data in logged_events() if name == "messages-deleted"] == [[eve], [eve, ann]]


def test_a_message_leads_to_all_rooms_of_its_source(client, eves):
    ChatMessage.objects.filter(user="Eve").update(source=b"x" * 16)
    assert run("--message", eves[2]["id"]) == "Erased 7 message(s) in 2 room(s)."
    assert not ChatMessage.objects.filter(user="Eve").exists()


def test_an_erasure_that_was_interrupted_is_finished_by_the_next(eves, monkeypatch):
    monkeypatch.setattr("chat.upkeep.erase.AT_ONCE", 2)

    counts = []

    def interrupt(self, count):
        counts.append(count)
        if len(counts) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("chat.upkeep.progress.Progress.add", interrupt)
        with pytest.raises(CommandError, match="Run the command again"):
            run("--message", eves[0]["id"])
    assert run("--message", eves[0]["id"]) == "Erased 4 message(s) in 1 room(s)."
    assert run("--name", "Eve", "--room", "lobby") == "Erased 0 message(s)."


def test_a_ban_stays_without_the_name(eves):
    run("--name", "Eve", "--room", "lobby")
    assert Ban.objects.get().name == "somebody"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--name", "Eve"], "Name the room"),
        (["--author", "abcdefgh"], "Name the room"),
        (["--author", "ABC", "--room", "club"], "8 characters"),
        (["--name", "", "--room", "club"], "must not be empty"),
        (["--name", "Eve", "--room", "lobbby"], "no room 'lobbby'"),
        (["--message", "999999"], "no message 999999"),
        ([], "required"),
    ],
)
def test_a_person_that_is_not_named_clearly_is_refused(client, arguments, complaint):
    post(client, room="club")
    with pytest.raises(CommandError, match=complaint):
        run(*arguments)


@pytest.mark.parametrize(
    "action",
    [
        "deleted message 7 of {}",
        "removed 3 message(s) from {}",
        "removed all from {} (hour)",
        "banned {} until 2026-01-02 03:04 UTC",
    ],
)
def test_in_the_moderators_log_only_the_persons_own_name_goes(eves, action):
    for name in ("Eve", "Eve Smith", "Evelyn"):
        moderation.write_down("mod", action.format(name), "lobby")
    run("--name", "Eve", "--room", "lobby")
    assert [*ModerationEntry.objects.order_by("id").values_list("action", flat=True)][-3:] == [
        action.format(name) for name in ("somebody", "Eve Smith", "Evelyn")
    ]
