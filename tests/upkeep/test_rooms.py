"""manage.py export and import: a room as JSON Lines."""

import io
import json
from datetime import datetime, timezone

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django_eventstream.models import Event, EventCounter

from chat.messages.moderation import lock_room
from chat.models import ChatEdit, ChatMessage, ChatRoom
from chat.upkeep import new_history, progress, rooms
from chat.upkeep.rooms import export
from tests.helpers.manage import manage
from tests.helpers.posting import delete, edit, post, url_of

pytestmark = pytest.mark.django_db

TEXTS = ["hi", "line\u2028and\x85more\r\nlines", '😀 日本 \\ "quoted"', "%I retry: 5"]
AUTHOR = "a-secret-of-the-author"


def exported(room="lobby"):
    return "".join(export(ChatRoom.objects.get(eid=room)))


def empty_the_database():
    for model in (ChatEdit, ChatMessage, ChatRoom, Event, EventCounter):
        model.objects.all().delete()
    new_history._let_message_ids_go_on(1)


@pytest.fixture
def lobby(client):
    """The exported lines of a room with texts, an edit, a deletion, a key, an author and a tag."""
    for number, text in enumerate(TEXTS):
        post(client, text=text, key=f"k{number}", tag="t" if number else None, author_key=AUTHOR)
    ids = [*ChatMessage.objects.order_by("id").values_list("id", flat=True)]
    edit(client, ids[0], key="k0", text="edited once")
    edit(client, ids[0], key="k0", text="edited twice")
    delete(client, ids[1], key="k1")
    post(client, room="other")
    lock_room("lobby", True)
    return exported()


@pytest.fixture
def do_import(tmp_path):
    """A function that imports a text; it returns what the command prints."""

    def do_import(text):
        file = tmp_path / "room.jsonl"
        file.write_bytes(text.encode())
        out = io.StringIO()
        call_command("import", str(file), stdout=out, stderr=out)
        return out.getvalue()

    return do_import


def test_exported_imported_and_exported_again_a_room_has_the_same_bytes(client, lobby, do_import):
    listed = client.get(url_of()).json()
    empty_the_database()
    assert do_import(lobby) == "4 message(s) are there.\n"
    assert exported() == lobby
    assert client.get(url_of()).json() == listed
    assert do_import(lobby) == "4 message(s) are there.\n"  # again
    assert exported() == lobby


def test_an_imported_room_goes_on_after_what_it_had(client, lobby, do_import):
    before = EventCounter.objects.get(name="room-lobby").value
    greatest = max(ChatMessage.objects.filter(room__eid="lobby").values_list("id", flat=True))
    empty_the_database()
    do_import(lobby)
    ChatRoom.objects.update(locked=None)
    new = post(client, text="new").json()
    assert new["id"] > greatest
    assert ChatMessage.objects.get(id=new["id"]).event == before + 1


def test_the_sender_of_an_imported_message_can_still_change_it(client, lobby, do_import):
    empty_the_database()
    do_import(lobby)
    ChatRoom.objects.update(locked=None)
    kept = ChatMessage.objects.filter(deleted=None).order_by("-id").first()
    assert edit(client, kept.id, key="k3", text="later").status_code == 200


def test_no_line_has_a_source_or_an_account(client, lobby):
    ChatMessage.objects.update(source=b"x" * 16, account=User.objects.create(username="guest"))
    assert exported() == lobby
    assert "source" not in lobby
    assert "account" not in lobby


def test_an_import_that_was_interrupted_is_finished_by_the_next(lobby, do_import, monkeypatch):
    monkeypatch.setattr(rooms, "ROWS", 2)
    empty_the_database()
    lines = lobby.splitlines(keepends=True) if "\u2028" not in lobby else lobby.split("\n")
    half = "\n".join(line.rstrip("\n") for line in lines[:3]) + "\n"
    do_import(half)
    assert ChatMessage.objects.count() == 2
    do_import(lobby)
    assert exported() == lobby


def with_line(text, number, /, **changes):
    lines = text.split("\n")
    lines[number] = json.dumps({**json.loads(lines[number]), **changes})
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda text: "", "Line 1 "),
        (lambda text: text.partition("\n")[2], "Line 1 must begin"),
        (lambda text: text[:-20], "Line 5 is no JSON object. Was the file cut off?"),
        (lambda text: with_line(text, 0, room="a/b"), "Line 1: room holds"),
        (lambda text: with_line(text, 0, events=None), "Line 1 lacks"),
        (lambda text: with_line(text, 0, chat=2), "Line 1 must begin"),
        (lambda text: with_line(text, 2, id="7"), "Line 3: id must be of the type int"),
        (lambda text: with_line(text, 2, id=-7), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, date="yesterday"), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, date="2026-03-04T01:30:00"), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, user=None), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, text=5), "Line 3: text must be of the type str"),
        (lambda text: with_line(text, 2, key_hash="xyz"), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, text="x" * 8001), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, text="\0"), "Line 3 is no exported message"),
        (lambda text: with_line(text, 2, edits=["x"]), "Line 3 is no exported message"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(lobby, do_import, spoil, complaint):
    empty_the_database()
    with pytest.raises(CommandError) as refused:
        do_import(spoil(lobby))
    assert complaint in str(refused.value)
    assert not ChatMessage.objects.exists()


def test_another_message_with_the_same_id_is_refused(client, lobby, do_import):
    ChatMessage.objects.update(date=datetime(2020, 1, 1, tzinfo=timezone.utc))
    with pytest.raises(CommandError, match="Line 2: another message has the id"):
        do_import(lobby)


def test_an_import_into_a_database_without_tables_says_what_to_do(tmp_path):
    file = tmp_path / "room.jsonl"
    file.write_text('{"chat": 1, "room": "lobby", "events": 3}\n')
    refused = manage(tmp_path / "data", "import", str(file))
    assert refused.returncode == 1
    assert refused.stderr.startswith("The database can't be used: no such table")
    assert refused.stderr.count("\n") == 1


def test_export_writes_a_whole_file_or_none(lobby, tmp_path, monkeypatch):
    file = tmp_path / "room.jsonl"
    call_command("export", "lobby", f"--output={file}")
    assert file.read_bytes() == lobby.encode()
    with pytest.raises(CommandError, match="There is no room"):
        call_command("export", "nowhere")

    def interrupted(self, count):
        raise KeyboardInterrupt

    file.unlink()
    monkeypatch.setattr(progress.Progress, "add", interrupted)
    with pytest.raises(CommandError, match="Run the command again"):
        call_command("export", "lobby", f"--output={file}")
    assert [*tmp_path.iterdir()] == []


def test_a_long_command_says_how_far_it_is(lobby, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "EVERY_S", 0)
    said = io.StringIO()
    call_command("export", "lobby", f"--output={tmp_path / 'room.jsonl'}", stderr=said)
    assert said.getvalue().splitlines() == [f"{done} of 5 …" for done in range(1, 6)]
