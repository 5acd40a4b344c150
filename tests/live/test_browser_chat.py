"""Two people chat in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import HOSTILE, HOSTILE_ROOM


def test_two_people_see_each_others_messages(people, room):
    alice, bob = people.join("Alice", room), people.join("Bob", room)
    alice.say("Hello Bob")
    expect(bob.texts).to_have_text(["Hello Bob"])
    bob.say("Hello Alice")
    expect(alice.texts).to_have_text(["Hello Bob", "Hello Alice"])


def test_a_persons_own_message_is_shown_once_and_marked(people, chat, room):
    alice = people.join("Alice", room)
    alice.say("From the page")
    expect(alice.texts).to_have_text(["From the page"])
    # This comes through the stream, so Alice's message has come through it too.
    chat.post(room, "Bob", "From elsewhere")
    expect(alice.texts).to_have_text(["From the page", "From elsewhere"])
    expect(alice.page.locator(".messages .own .text")).to_have_text(["From the page"])
    alice.page.reload()
    expect(alice.page.locator(".messages .own .text")).to_have_text(["From the page"])


def test_enter_sends_the_message_and_shift_enter_adds_a_line(people, room):
    alice = people.join("Alice", room)
    alice.field.press_sequentially("one")
    alice.field.press("Shift+Enter")
    alice.field.press_sequentially("  two")
    alice.field.press("Enter")
    expect(alice.texts).to_have_count(1)
    assert alice.texts.inner_text() == "one\n  two"
    expect(alice.field).to_have_value("")
    expect(alice.field).to_be_focused()


def test_the_button_sends_the_message(people, room):
    alice = people.join("Alice", room)
    alice.field.fill("By button")
    alice.page.get_by_role("button", name="Send").click()
    expect(alice.texts).to_have_text(["By button"])


def test_a_message_that_is_too_long_is_not_sent(people, room):
    alice = people.join("Alice", room)
    alice.say("🦀" * 8001)
    expect(alice.problem).to_contain_text("8001")
    expect(alice.field).to_have_value("🦀" * 8001)
    expect(alice.field).to_have_attribute("aria-invalid", "true")
    expect(alice.field).to_have_accessible_description(re.compile(re.escape(alice.problem.inner_text())))
    alice.say("🦀" * 8000)
    expect(alice.texts).to_have_count(1)
    expect(alice.problem).to_be_empty()


def test_html_in_names_and_texts_is_shown_as_text(people):
    alice, mallory = people.join("Alice", HOSTILE_ROOM), people.join(HOSTILE, HOSTILE_ROOM)
    mallory.say(HOSTILE)
    for page in (alice.page, mallory.page):
        expect(page.locator(".messages .text")).to_have_text([HOSTILE])
    alice.page.reload()  # now the server has rendered the messages, not the script
    for page in (alice.page, mallory.page):
        expect(page.locator(".messages .text")).to_have_text([HOSTILE])
        expect(page.locator(".message .from")).to_have_text([HOSTILE])
        expect(page.get_by_role("heading", level=1)).to_have_text(f"#{HOSTILE_ROOM}")
        expect(page).to_have_title(f"#{HOSTILE_ROOM} · Chat")
        expect(page.locator("main img")).to_have_count(0)
    expect(mallory.page.locator(".who bdi")).to_have_text(HOSTILE)


def test_the_log_follows_new_messages_unless_the_reader_has_scrolled_up(people, chat, room):
    for number in range(40):
        chat.post(room, "Bob", f"old {number}")
    alice = people.join("Alice", room)
    expect(alice.texts.last).to_be_in_viewport()
    for number in range(10):
        chat.post(room, "Bob", f"new {number}")
    expect(alice.texts).to_have_count(50)
    expect(alice.texts.last).to_be_in_viewport()

    log = alice.page.locator(".log")
    log.evaluate("log => { log.scrollTop = 0; return new Promise(requestAnimationFrame) }")
    chat.post(room, "Bob", "unseen")
    expect(alice.texts).to_have_count(51)
    expect(alice.texts.first).to_be_in_viewport()
    alice.say("mine")
    expect(alice.texts.last).to_have_text("mine")
    expect(alice.texts.last).to_be_in_viewport()


def test_times_are_in_the_readers_time_zone(people, chat, room):
    date = chat.post(room, "Bob", "What time is it?")["date"]
    alice = people.join("Alice", room, timezone_id="Asia/Tokyo", locale="de-DE")
    time = alice.page.locator(".message time")
    expect(time).to_have_attribute("datetime", date)
    hour = (int(date[11:13]) + 9) % 24
    expect(time).to_contain_text(f"{hour:02}:{date[14:16]}")


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_wider_than_the_window(people, chat, room, width):
    long_name = "W" * 64
    chat.post(long_name, long_name, "M" * 500)
    window = {"viewport": {"width": width, "height": 568}}
    pages = [
        people.join(long_name, long_name, **window).page,
        people.visit(long_name, **window),
        people.visit("", **window),
    ]
    for page in pages:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        log = page.locator(".log")
        assert all(wide <= width for wide in log.evaluate_all("logs => logs.map(log => log.scrollWidth)"))
