"""docs/examples/bot.py answers each question exactly once. tests/torture/bot.py is the long way to show it."""

import os
import signal
import subprocess

import pytest

from tests.helpers.documents import commands
from tests.helpers.examples import ADDRESS, BOT, EXAMPLES, Running, Troubled
from tests.helpers.running import Chat, wait_for
from tests.torture.bot import QUESTION, ROOM, begin, bot, findings, said, torture

KILLS, SEED = 30, 1128
SOON_S = 20


@pytest.fixture
def chat(pushpin, tmp_path):
    """A chat in which nobody has written."""
    with Chat.ready(tmp_path / "data") as running:
        yield running


def answers(chat):
    """Return the ids of the questions that the bot has answered, as often as it has."""
    return [int(text.removeprefix("pong to message ")) for _, sender, text in said(chat) if sender == "bot"]


def ask(chat, text=QUESTION):
    return chat.post(ROOM, "Alice", text)["id"]


def test_a_bot_that_is_killed_thirty_times_answers_each_question_exactly_once(chat, tmp_path):
    messages = torture(chat, tmp_path, KILLS, SEED)
    assert [*findings(messages)] == []
    assert len(answers(chat)) > KILLS


def test_after_a_restore_the_bot_answers_nothing_twice_and_if_it_begins_again_what_is_left(pushpin, tmp_path):
    """The bot gets one question from the stream and one from the list. Begun again, it makes the same keys for both."""
    data, state = tmp_path / "data", begin(tmp_path)
    with Chat.ready(data) as chat:
        ask(chat, "Hello, bot.")
        with bot(chat, state):
            wait_for(lambda: state.read_text() != "room-lobby:0 0\n", SOON_S)
            streamed = ask(chat)
            wait_for(lambda: answers(chat) == [streamed], SOON_S)
        listed = ask(chat)
        with bot(chat, state):
            wait_for(lambda: answers(chat) == [streamed, listed], SOON_S)
        loses_its_answer = ask(chat)
        chat.manage("backup", str(tmp_path / "copy"))
        with bot(chat, state):
            wait_for(lambda: answers(chat) == [streamed, listed, loses_its_answer], SOON_S)
    chat.manage("restore", str(tmp_path / "copy"))
    with Chat.ready(data) as chat:
        new = ask(chat)
        with bot(chat, state):
            wait_for(lambda: new in answers(chat), SOON_S)
        assert answers(chat) == [streamed, listed, new]
        begin(tmp_path)
        with bot(chat, state):
            wait_for(lambda: loses_its_answer in answers(chat), SOON_S)
            last = ask(chat)
            wait_for(lambda: last in answers(chat), SOON_S)
        assert answers(chat) == [streamed, listed, new, loses_its_answer, last]


def test_the_bot_sends_its_answer_with_one_key_until_the_chat_has_it(tmp_path):
    again, later, done = (429, {"Retry-After": "0"}), (503, {"Retry-After": "0"}), (200, {})
    with Troubled(posts=[again, later, None, done]) as chat, Running(BOT, chat.room, begin(tmp_path)):
        wait_for(lambda: chat.opened, SOON_S)
    assert len(chat.keys) == 4
    assert len({*chat.keys}) == 1


def test_the_bot_waits_as_long_as_retry_after_says(tmp_path):
    """By itself, it waits for a second, and would send only half as many."""
    posts = [(429, {"Retry-After": "0"})] * 2 * SOON_S
    with Troubled(posts=[*posts, (200, {})]) as chat, Running(BOT, chat.room, begin(tmp_path)):
        wait_for(lambda: chat.opened, SOON_S)


def test_the_lines_in_the_document_start_the_bot(chat, tmp_path):
    lines = [line for line in commands("docs/clients.md") if "bot.txt" in line]
    assert len(lines) == 2
    script = "\n".join(lines).replace(ADDRESS, chat.url).replace("docs/examples/", f"{EXAMPLES}/")
    process = subprocess.Popen(["sh", "-c", script], cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        question = ask(chat)
        wait_for(lambda: answers(chat) == [question], SOON_S)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
