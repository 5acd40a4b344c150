"""What a person does most, and what only Firefox does wrong, in Firefox."""

import json
import re
import zlib

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import People
from tests.helpers.running import wait_for

SOON_S = 20
WRITE_TEXTS_AFTER_RETURN = """() => addEventListener("pageshow", ({ persisted }) => setInterval(() => {
    const texts = [...document.querySelectorAll(".messages .message .text")].map((text) => text.textContent);
    if (persisted) localStorage.setItem("texts after return", JSON.stringify(texts));
}, 100))"""


@pytest.fixture
def people(firefox, chat):
    """People with Firefox."""
    with People(firefox, chat.url) as people:
        yield people


def test_a_room_opens_with_its_messages_in_firefox(people, chat, room):
    chat.post(room, "Bob", "before")
    alice = people.enter_by_form(people.new_page(), "Alice", room)
    expect(alice.texts).to_have_text(["before"])
    chat.post(room, "Bob", "live")
    expect(alice.texts).to_have_text(["before", "live"])


def test_people_talk_in_firefox(people, room):
    alice, bob = people.join("Alice", room), people.join("Bob", room)
    alice.say("Hello `there`")
    for person in (alice, bob):
        expect(person.texts).to_have_text(["Hello there"])
        expect(person.page.locator(".message code")).to_have_text("there")
    alice.field.press("ArrowUp")
    alice.page.keyboard.press("End")
    alice.page.keyboard.type(" again")
    alice.page.keyboard.press("Enter")
    expect(bob.texts).to_have_text(["Hello there again"])


def test_a_stream_resumes_in_firefox(people, chat, room, line):
    alice = people.join("Alice", room, line.url)
    chat.post(room, "Bob", "before")
    expect(alice.texts).to_have_text(["before"])
    line.cut()
    alice.wait_for_stream("lost")
    chat.post(room, "Bob", "meanwhile")
    line.repair()
    alice.wait_for_stream()
    expect(alice.texts).to_have_text(["before", "meanwhile"])


def test_two_tabs_share_one_stream_in_firefox(people, chat, room, line):
    alice = people.join("Alice", room, line.url)
    other = people.join_in_tab(alice, "Alice", room, line.url)
    assert wait_for(lambda: line.open_streams() == 1, SOON_S)
    chat.post(room, "Bob", "to both")
    alice.page.close()
    chat.post(room, "Bob", "to the other")
    expect(other.texts).to_have_text(["to both", "to the other"])


def test_a_page_from_the_back_forward_cache_continues_in_firefox(people, chat, room):
    alice = people.join("Alice", room)
    other = people.join_in_tab(alice, "Alice", room)
    alice.page.evaluate(WRITE_TEXTS_AFTER_RETURN)
    alice.page.goto(chat.url)
    chat.post(room, "Bob", "While you were away")
    alice.page.evaluate("history.back()")
    # Playwright waits for the page to load, which it never does. So the other tab says what the page shows.
    assert wait_for(lambda: texts_after_return(other) == ["While you were away"], SOON_S)
    chat.post(room, "Bob", "Live again")
    assert wait_for(lambda: texts_after_return(other) == ["While you were away", "Live again"], SOON_S)


def test_a_message_keeps_its_width_on_the_next_printed_page_in_firefox(people, chat, room):
    """Otherwise its lines break, and take more paper than as many lines of one letter."""
    pages = []
    for text in ("a", "some words and more"):
        its_room = f"{text} {room}"[:64]
        chat.post(its_room, "Bob", f"{text}\n" * 100)
        pages.append(printed_pages(people.join("Alice", its_room).page))
    assert pages[0] == pages[1] > 1


def printed_pages(page):
    """Return how many pages of paper the page takes."""
    packed = re.findall(rb"/ObjStm.*?stream\r?\n(.*?)endstream", page.pdf(), re.DOTALL)
    objects = b"".join(zlib.decompressobj().decompress(stream) for stream in packed)
    return int(re.search(rb"/Count (\d+)", objects)[1])


def texts_after_return(tab):
    return json.loads(tab.page.evaluate("localStorage.getItem('texts after return')") or "null")
