"""A backup while people post, and its restore: what was open, frozen or away shows exactly what the database holds."""

import os
import shutil
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import People, start_with_back_forward_cache
from tests.helpers.follower import PatientTalkers
from tests.helpers.history import change, database_of, post_with_key
from tests.helpers.line import Line
from tests.helpers.mirror import Mirror
from tests.helpers.running import Chat, wait_for

SOON_S = 20
ROOM, YOUNG = "lobby", "younger than the backup"


def held(chat, room, newest=50):
    """Return the newest texts that the database holds for the room, oldest first."""
    with database_of(chat) as database:
        rows = database.execute(
            "SELECT text FROM chat_chatmessage m JOIN chat_chatroom r ON r.id = room_id"
            " WHERE eid = ? AND deleted IS NULL ORDER BY m.id DESC LIMIT ?",
            [room, newest],
        )
        return [text for (text,) in rows][::-1]


def shows(person, texts):
    expect(person.texts).to_have_text(texts)


@pytest.fixture
def people(pushpin, chromium):
    """A function that gives People for an address."""
    with closing(start_with_back_forward_cache(chromium)) as browser:
        yield lambda url: People(browser, url)


def test_after_a_restore_every_page_shows_what_the_database_holds(people, tmp_path):
    with Chat.ready(tmp_path / "data") as chat, Line(chat.url) as line, people(chat.url) as crowd:
        crowd.allow_complaint("Failed to load resource")
        message = post_with_key(chat, ROOM, "Bob", "first words", "k1")
        doomed = post_with_key(chat, ROOM, "Bob", "will be deleted", "k2")
        with PatientTalkers(chat, "attic") as talkers:  # on a slow machine they write more than a page shows
            talkers.wait_for_more(5)
            printed = chat.manage("backup", str(tmp_path / "copy"))
            talkers.wait_for_more(5)
        assert "checked" in printed
        change(chat, ROOM, message, "PATCH", "k1", text="edited since")
        change(chat, ROOM, doomed, "DELETE", "k2")
        chat.post(YOUNG, "Eve", "lost for good")
        seen = {chat.post(room, "Bob", "the last before")["id"] for room in (ROOM, YOUNG)}

        watcher, writer = crowd.join("Ann", ROOM), crowd.join("Cem", ROOM, own_stream=True)
        away = crowd.join("Dan", ROOM, url=line.url, own_stream=True)
        frozen, left = crowd.join("Fay", ROOM, own_stream=True), crowd.join("Gil", ROOM, own_stream=True)
        young = crowd.join("Hal", YOUNG)
        for person in (watcher, writer, away, frozen, left):
            expect(person.texts.first).to_have_text("edited since")
        writer.field.fill("half a sent")
        line.cut()
        away.say("typed while away")
        left.page.goto(f"{chat.url}static/chat/favicon.svg")
        devtools = frozen.page.context.new_cdp_session(frozen.page)
        devtools.send("Page.setWebLifecycleState", {"state": "frozen"})

        chat.stop()
        chat.manage("restore", str(tmp_path / "copy"))
        with Chat.ready(tmp_path / "data", PORT=chat.port) as again:
            before = held(again, ROOM)
            assert "edited since" not in before
            assert "will be deleted" in before
            for person in (watcher, writer):
                shows(person, before)
            shows(young, [])
            assert writer.field.input_value() == "half a sent"
            devtools.send("Page.setWebLifecycleState", {"state": "active"})
            shows(frozen, before)
            left.page.go_back()
            shows(left, before)
            line.repair()
            wait_for(lambda: "typed while away" in held(again, ROOM), SOON_S)
            shows(away, held(again, ROOM))
            young_id = again.post(YOUNG, "Eve", "a new beginning")["id"]
            assert young_id > max(seen)
            shows(young, ["a new beginning"])
            watcher.say("and so on")
            wait_for(lambda: "and so on" in held(again, ROOM), SOON_S)
            for person in (watcher, writer, away, frozen, left):
                shows(person, held(again, ROOM))
            with again.listen(ROOM, f"room-{ROOM}:3") as listener:
                assert listener.next("stream-reset")["history"]


def test_clients_that_follow_the_rules_show_what_the_database_holds_after_restores_under_load(pushpin, tmp_path):
    """Posters go on while the chat is away; readers hear of each restore, and of nothing that was lost."""
    data = tmp_path / "data"
    with ExitStack() as stack:
        chat = stack.enter_context(Chat.ready(data))
        message = post_with_key(chat, ROOM, "Bob", "first words", "k1")
        mirrors = [Mirror(chat.url, room) for room in (ROOM, "attic", "young") for _ in range(5)]
        for mirror in mirrors:
            stack.callback(mirror.stop)
        talkers = [stack.enter_context(PatientTalkers(chat, room)) for room in (ROOM, "attic")]
        for number in range(2):
            [talker.wait_for_more(10) for talker in talkers]
            chat.manage("backup", str(tmp_path / f"copy {number}"))
            [talker.wait_for_more(10) for talker in talkers]
            change(chat, ROOM, message, "PATCH", "k1", text=f"edited since {number}")
            chat.post("young", "Eve", f"lost {number}")
            chat.stop()
            chat.manage("restore", str(tmp_path / f"copy {number}"))
            chat = stack.enter_context(Chat.ready(data, PORT=chat.port))
            wait_for(lambda: len({mirror.history for mirror in mirrors}) == 1, SOON_S)
        [talker.wait_for_more(10) for talker in talkers]
        for talker in talkers:
            talker.__exit__()
        for mirror in mirrors:
            wait_for(lambda mirror=mirror: mirror.texts() == held(chat, mirror.room, 10_000), SOON_S)
        known = [message["id"] for talker in talkers for message in talker.acknowledged]
        assert len(known) == len({*known})  # also those that were lost
        assert held(chat, "young") == []


def test_a_file_that_is_replaced_under_a_running_chat_is_a_503_in_words(pushpin, tmp_path):
    with Chat.ready(tmp_path / "data") as chat:
        chat.post(ROOM, "Ann", "before")
        chat.manage("backup", str(tmp_path / "copy"))
        os.replace(shutil.copy(tmp_path / "copy", tmp_path / "data" / "new"), tmp_path / "data" / "chat.sqlite3")
        for _ in range(10):  # each worker and each of its threads
            for method, path, body in (
                ("GET", f"/rooms/{ROOM}/messages/", None),
                ("GET", f"/{ROOM}?user=Ann", None),
                ("POST", f"/rooms/{ROOM}/messages/", "from=Ann&text=hi"),
            ):
                form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
                status, answer = chat.request(method, path, body, form)
                assert status == 503
                assert "file was replaced" in answer
        status, answer = chat.request("GET", f"/events/?channel=room-{ROOM}")
        assert (status, answer.partition(":")[0]) == (200, "retry")
        chat.stop()
        chat.manage("after_restore")
        with Chat.ready(tmp_path / "data", PORT=chat.port) as again:
            assert again.post(ROOM, "Ann", "after")["id"] > 10**12
            assert held(again, ROOM) == ["before", "after"]


def test_the_chat_does_not_start_with_a_damaged_file(pushpin, tmp_path):
    with Chat.ready(tmp_path / "data") as chat:
        chat.post(ROOM, "Ann", "before")
    with open(tmp_path / "data" / "chat.sqlite3", "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_960)
    with Chat(tmp_path / "data") as broken:
        broken.wait_for_line("Restore a backup: .venv/bin/python manage.py restore FILE", SOON_S)
        assert broken.wait_until_ended() == 1
