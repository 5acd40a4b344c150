"""The clients in docs/examples/ do what docs/clients.md says."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, People
from tests.helpers.documents import DOCUMENTS
from tests.helpers.examples import ADDRESS, BOT, PAGE, READER, Running, Troubled, impatient
from tests.helpers.history import change, forget_events, post_with_key
from tests.helpers.line import Line
from tests.helpers.other_site import OtherSite
from tests.helpers.running import Chat, wait_for
from tests.torture.bot import begin

from .conftest import program

SOON_S = 15
ROOM = "lobby"


@pytest.fixture(scope="module", autouse=True)
def node():
    program("node", "Node is not installed: sudo apt install nodejs")


@pytest.fixture
def chat(pushpin, tmp_path):
    """A chat in which nobody has written."""
    with Chat.ready(tmp_path / "data") as running:
        yield running


@pytest.fixture
def printed(tmp_path):
    """A function that waits until the reader has printed so many lines, and returns all of them."""
    file = tmp_path / "printed.txt"

    def wait(count):
        wait_for(lambda: len(file.read_text().splitlines()) >= count, SOON_S)
        return file.read_text().splitlines()

    wait.file = file
    return wait


def test_the_reader_prints_each_message_once_resumes_after_a_cut_and_recovers_after_a_reset(chat, printed):
    first, second = [post_with_key(chat, ROOM, "Ann", text, text) for text in ("one", "two")]
    with Line(chat.url) as line, Running(READER, f"{line.url}rooms/{ROOM}/", to=printed.file):
        assert printed(2) == ["1 Ann: one", "2 Ann: two"]
        chat.post(ROOM, "Ann", "three")
        assert printed(3)[2:] == ["3 Ann: three"]
        line.cut()
        chat.post(ROOM, "Ann", "four")
        line.repair()
        assert printed(4)[3:] == ["4 Ann: four"]
        line.cut()
        chat.post(ROOM, "Ann", "five")
        change(chat, ROOM, first, "PATCH", "one", text="one, edited")
        change(chat, ROOM, second, "DELETE", "two")
        forget_events(chat)
        line.repair()
        assert printed(7)[4:] == ["5 Ann: five", "1 Ann: one, edited", "2 Ann: (deleted)"]
        chat.post(ROOM, "Ann", "six")
        assert printed(8)[7:] == ["6 Ann: six"]


def test_the_reader_drops_what_comes_twice(printed):
    with Troubled(Troubled.TWICE) as chat, Running(READER, chat.room, to=printed.file):
        wait_for(lambda: chat.opened > 2, SOON_S)
        assert printed(2) == ["7 ann: !ping", "8 ann: bye"]


def test_the_page_drops_what_comes_twice(chromium):
    with Troubled(Troubled.TWICE) as chat, People(chromium, chat.url) as people:
        page = people.visit("page.html")
        wait_for(lambda: chat.opened > 2, SOON_S)
        expect(page.locator("pre")).to_have_text("ann: !ping\nann: bye\n")


def arguments(client, chat, folder):
    return [chat.room, begin(folder)] if client.name == BOT.name else [chat.room]


@pytest.mark.parametrize("client", [BOT, READER], ids=["bot", "reader"])
def test_a_client_waits_as_long_as_retry_says(client, tmp_path):
    """By itself, it waits for a second, and would open only half as many streams."""
    with Troubled("retry: 10\n\n", posts=[(200, {})]) as chat, Running(client, *arguments(client, chat, tmp_path)):
        wait_for(lambda: chat.opened >= 2 * SOON_S, SOON_S)


@pytest.mark.parametrize("client", [BOT, READER], ids=["bot", "reader"])
def test_a_client_opens_a_new_stream_when_the_old_one_is_silent(client, tmp_path):
    client = impatient(client, tmp_path)
    with Troubled(posts=[(200, {})], silent=True) as chat, Running(client, *arguments(client, chat, tmp_path)):
        wait_for(lambda: chat.opened > 1, SOON_S)


def test_the_page_on_another_site_shows_each_message_once_and_posts(pushpin, chromium, tmp_path):
    with (
        OtherSite(lambda query: PAGE.read_text().replace(ADDRESS, line.url)) as site,
        Chat.ready(tmp_path / "data", ORIGINS=site.origin()) as chat,
        Line(chat.url) as line,
        People(chromium, site.origin()) as people,
    ):
        chat.post(ROOM, "ann", "one")
        people.allow_complaint(NETWORK_ERROR)
        page = people.visit("/page.html")
        expect(page.locator("pre")).to_have_text("ann: one\n")
        page.locator("[name=text]").fill("two")
        page.get_by_role("button", name="Send").click()
        expect(page.locator("pre")).to_have_text("ann: one\nguest: two\n")
        line.cut()
        chat.post(ROOM, "ann", "three")
        line.repair()
        expect(page.locator("pre")).to_have_text("ann: one\nguest: two\nann: three\n")


def test_the_page_and_the_bot_have_as_many_lines_as_the_document_says():
    code = [line for line in BOT.read_text().splitlines() if not re.match(r'\s*(import |from |"""|$)', line)]
    assert f"with {len(code)} lines of Python" in DOCUMENTS["docs/clients.md"]
    assert len(PAGE.read_text().splitlines()) == 15
    assert "a page of 15 lines" in DOCUMENTS["docs/clients.md"]
