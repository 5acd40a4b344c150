"""What a person types, drops and leaves behind in the browser, in a real browser."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR

SOON_S = 20
LAST_WEEK = """([room, user]) => {
    const at = Date.now() - 7 * 24 * 60 * 60_000;
    const item = { key: "k", text: "From last week", typedAt: at, askedAt: at, problem: "", unsure: true };
    localStorage.setItem("chat pending", "");
    localStorage.setItem(`chat pending ${JSON.stringify([room, user])} t`, JSON.stringify(item));
}"""
LEFT_OVER = """() => {
    const key = JSON.stringify({ key: "k".repeat(32), date: "2026-03-04T01:30:00.123Z", keptAt: 5 });
    for (let n = 1; n <= 10_000; n += 1) {
        localStorage.setItem(`chat key "attic" ${n}`, key);
        localStorage.setItem(`chat unread ["attic","${n}"]`, '{"count":1,"at":5}');
    }
}"""
FILL = """() => {
    for (let size = 5_000_000; size >= 1; size = Math.floor(size / 2)) {
        try {
            for (let n = 0; ; n += 1) localStorage.setItem(`filler ${size} ${n}`, "x".repeat(size));
        } catch {
            // try a smaller one
        }
    }
}"""
DROP = """(name) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "x.txt"));
    const event = new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true });
    document.querySelector(".log").dispatchEvent(event);
    return event.defaultPrevented;
}"""


@pytest.fixture(autouse=True)
def networks_fail_here(people):
    people.allow_complaint(NETWORK_ERROR)


def test_what_one_types_after_a_click_in_the_log_goes_to_the_field(people, chat, room):
    chat.post(room, "Bob", "Hello")
    alice = people.join("Alice", room)
    alice.texts.first.click()
    expect(alice.field).not_to_be_focused()
    alice.page.keyboard.type("Hi Bob")
    expect(alice.field).to_have_value("Hi Bob")
    alice.page.keyboard.press("Enter")
    expect(alice.texts.last).to_have_text("Hi Bob")
    other = alice.page.get_by_label("Open a room")
    other.press_sequentially("abc")
    expect(other).to_have_value("abc")


def test_a_text_that_nobody_can_see_is_refused_in_the_field(people, room):
    alice = people.join("Alice", room)
    for text in ("\u200b", "\u2800", "\u3164"):
        alice.say(text)
        expect(alice.problem).to_contain_text("can be seen")
        expect(alice.pending).to_have_count(0)
        expect(alice.field).to_have_value(text)


def test_an_unsent_message_of_last_week_shows_its_date(people, chat, room):
    chat.post(room, "Bob", "Today")
    alice = people.join("Alice", room)
    alice.page.evaluate(LAST_WEEK, [room, "Alice"])
    alice.page.reload()
    expect(alice.pending_texts).to_have_text(["From last week"])
    expect(alice.pending.locator("time")).to_have_text(re.compile(r"\w+ \d+, \d{4}, \d+:\d\d"))


def test_a_full_storage_is_said(people, room):
    alice = people.join("Alice", room)
    notice = alice.page.get_by_text("storage for the chat is full")
    alice.field.fill("Dear Bob")
    expect(notice).to_have_count(0)
    alice.page.evaluate(FILL)
    alice.field.fill("Dear Bob, dear Carol")
    expect(notice).to_be_visible()


def test_thousands_of_leftover_items_do_not_block_the_next_page(people, chat, room):
    alice = people.join("Alice", room)
    alice.page.evaluate(LEFT_OVER)
    began = time.monotonic()
    other = people.join_in_tab(alice, "Alice", room)
    other.say("Hello")
    expect(other.texts).to_have_text(["Hello"])
    expect(alice.texts).to_have_text(["Hello"])
    alice.say("Hello too")
    expect(other.texts.last).to_have_text("Hello too")
    assert time.monotonic() - began < SOON_S
    left = alice.page.evaluate("Object.keys(localStorage).length")
    assert left < 19_500  # it has begun to drop them


def test_a_page_that_was_told_to_close_and_lives_on_is_live(people, chat, room):
    for own_stream in (False, True):
        alice = people.join("Alice", room, own_stream=own_stream)
        alice.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: false }))")
        text = f"Still there? {own_stream}"
        chat.post(room, "Bob", text)
        expect(alice.texts.last).to_have_text(text)


def test_rooms_keep_their_places_while_the_page_is_open(people, chat, room):
    page = people.new_page()
    people.enter_by_form(page, "Alice", "attic")
    people.enter_by_form(page, "Alice", "garden")
    alice = people.enter_by_form(page, "Alice", room)
    rooms = alice.page.locator(".rooms a")
    expect(rooms).to_have_text([f"#{room}", "#garden", "#attic"])
    other = people.new_tab(page.context)
    people.enter_by_form(other, "Alice", "attic")
    people.enter_by_form(other, "Alice", "cellar")
    expect(rooms).to_have_text([f"#{room}", "#garden", "#attic", "#cellar"])
    alice.page.reload()
    expect(rooms).to_have_text([f"#{room}", "#garden", "#attic", "#cellar"])


def test_a_dropped_file_does_not_replace_the_page(people, chat, room):
    pages = [people.join("Alice", room).page, people.visit("")]
    for page in pages:
        page.evaluate("document.querySelector('.log') || document.querySelector('main').classList.add('log')")
        assert [page.evaluate(DROP, name) for name in ("dragover", "drop")] == [True, True]
