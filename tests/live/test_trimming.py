"""The event log keeps events for a day. Readers can resume later than that, too."""

import signal
import sqlite3
from contextlib import closing
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest

from tests.helpers.running import ANSWER_S, Chat, kill, wait_for

BACK_S = 30


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    with Chat.ready(tmp_path_factory.mktemp("trimmed"), KEEP_MESSAGES="300d") as running:
        yield running


def logged(chat, room):
    """Return the ids of the room's events in the log."""
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database:
        rows = database.execute("SELECT eid FROM django_eventstream_event WHERE channel = ?", [f"room-{room}"])
        return [eid for (eid,) in rows]


def let_months_pass(chat, room, up_to=10**9):
    """Make the room's events up to this id one year older."""
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database, database:
        database.execute(
            "UPDATE django_eventstream_event SET created = datetime(created, '-1 year') WHERE channel = ? AND eid <= ?",
            [f"room-{room}", up_to],
        )


def trim(chat):
    return chat.manage("trim_event_log")


def kinds_until_message(stream):
    """Return the names of the events of a stream up to its first message."""
    kinds = []
    while "message" not in kinds:
        line = stream.readline().decode()
        assert line, f"the stream ended after {kinds}"
        if line.startswith("event: "):
            kinds.append(line.removeprefix("event: ").strip())
    return kinds


def test_the_command_trims_the_log_and_prints_the_number_of_events(tmp_path, room):
    with Chat.ready(tmp_path, GRIP_URL="http://127.0.0.1:1?key=unused") as chat:
        for text in ("one", "two", "three"):
            chat.post(room, "Alice", text)
    let_months_pass(chat, room, up_to=2)  # only after the chat has ended, because its workers trim too
    assert trim(chat) == "2 event(s) trimmed\n"
    assert logged(chat, room) == [3]


@pytest.mark.parametrize("how", ["a killed worker", "a restart of all"])
def test_a_server_trims_the_log_soon_after_its_start(chat, how):
    chat.post(how, "Alice", "old news")
    let_months_pass(chat, how)
    if how == "a killed worker":
        kill(chat.pids_of("web worker")[0])
    else:
        chat.signal(signal.SIGUSR1)
    wait_for(lambda: logged(chat, how) == [], BACK_S)


def test_a_server_deletes_messages_that_are_too_old_soon_after_its_start(chat, room):
    for text in ("a year ago", "today"):
        chat.post(room, "Alice", text)
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database, database:
        database.execute("UPDATE chat_chatmessage SET date = datetime(date, '-1 year') WHERE text = 'a year ago'")
    kill(chat.pids_of("web worker")[0])
    wait_for(lambda: texts(chat) == {"today"}, BACK_S)


def texts(chat):
    """Return which of these two messages are left."""
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database:
        rows = database.execute("SELECT text FROM chat_chatmessage WHERE text IN ('a year ago', 'today')")
        return {text for (text,) in rows}


def test_a_reader_of_a_quiet_room_can_resume_after_months(chat, room):
    with chat.listen(room) as reader:
        chat.post(room, "Alice", "See you next year.")
        reader.message()
    let_months_pass(chat, room)
    trim(chat)
    assert logged(chat, room) == []
    resumed = Request(f"{chat.url}rooms/{quote(room)}/events/", headers={"Last-Event-ID": reader.last_event_id})
    with urlopen(resumed, timeout=ANSWER_S) as stream:
        chat.post(room, "Alice", "Happy new year!")
        assert kinds_until_message(stream) == ["stream-open", "message"]


def test_a_reader_whose_next_event_was_trimmed_gets_a_reset_and_new_messages(chat, room):
    with chat.listen(room) as reader:
        chat.post(room, "Alice", "one")
        reader.message()
    for text in ("two", "three"):
        chat.post(room, "Alice", text)
    let_months_pass(chat, room, up_to=2)
    trim(chat)
    with chat.listen(room, reader.last_event_id) as reader:
        assert reader.next("stream-reset")["channels"] == [f"room-{room}"]
        assert chat.post(room, "Alice", "four") == reader.message()
