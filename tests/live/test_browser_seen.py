"""What scrolled by while nobody looked has not been seen, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, People, Person, chat_path, open_settings, start_with_back_forward_cache
from tests.helpers.running import wait_for

MISSED = 30  # more than a screen
LOADED_MS = 3_100  # what comes later has been missed, not just loaded late; see gap.js
SETTLED_MS = 2_500
HIDE = """(hidden) => {
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
FOCUS = """(focused) => {
    document.hasFocus = () => focused;
    dispatchEvent(new Event(focused ? "focus" : "blur"));
}"""
NOTIFICATIONS = """window.shown = [];
window.Notification = class {
    static permission = "granted";
    constructor(title, options) { window.shown.push(options.body); }
};"""


@pytest.fixture(autouse=True)
def networks_fail_here(people):
    people.allow_complaint(NETWORK_ERROR)


@pytest.fixture(autouse=True)
def history(chat, room):
    """What the reader has seen already, a screen of it."""
    for number in range(20):
        chat.post(room, "Bob", f"old {number}")


def post_missed(chat, room):
    for number in range(MISSED):
        chat.post(room, "Bob", f"missed {number}")


def expect_backlog(person, then=lambda: None):
    """The reader is where the gap is, and the button leads to the end."""
    button = person.page.locator(".newest button")
    expect(button).to_have_text(re.compile(rf"^{MISSED} new since \d+:\d\d"))
    then()
    expect(person.page.locator(".unread + .message .text")).to_have_text("missed 0")
    expect(person.page.locator(".unread")).to_be_in_viewport()
    expect(person.texts.get_by_text("old 19", exact=True)).to_be_in_viewport()
    expect(person.texts.get_by_text("missed 0", exact=True)).to_be_in_viewport()
    expect(person.texts.last).not_to_be_in_viewport()
    person.page.wait_for_timeout(SETTLED_MS)
    expect(button).to_have_text(re.compile(f"^{MISSED} new since"))
    button.click()
    expect(person.texts.last).to_be_in_viewport()
    expect(button).to_be_hidden()


def test_what_comes_after_a_cut_waits_below_a_line(people, chat, room, line):
    alice = people.join("Alice", room, url=line.url)
    alice.page.wait_for_timeout(LOADED_MS)
    line.cut()
    alice.wait_for_stream("lost")
    post_missed(chat, room)
    line.repair()
    expect_backlog(alice)
    chat.post(room, "Bob", "live")
    expect(alice.texts.last).to_have_text("live")
    expect(alice.texts.last).to_be_in_viewport()
    alice.page.reload()
    expect(alice.texts.last).to_be_in_viewport()
    expect(alice.page.locator(".unread")).to_have_count(0)


def test_what_comes_while_the_window_has_no_focus_waits_below_a_line(people, chat, room):
    page = people.new_page()
    page.add_init_script(NOTIFICATIONS)
    alice = people.enter(page, "Alice", room)
    open_settings(page)
    page.get_by_label("Show notifications").check()
    page.evaluate(FOCUS, False)
    post_missed(chat, room)
    expect(page).to_have_title(f"({MISSED}) #{room} · Chat")
    assert wait_for(lambda: page.evaluate("shown.length"), seconds=20)
    expect_backlog(alice, lambda: page.evaluate(FOCUS, True))
    expect(page).to_have_title(f"#{room} · Chat")


def test_what_comes_while_the_page_is_hidden_waits_below_a_line(people, chat, room):
    alice = people.join("Alice", room)
    alice.page.evaluate(HIDE, True)
    post_missed(chat, room)
    expect_backlog(alice, lambda: alice.page.evaluate(HIDE, False))


def test_a_few_messages_without_the_focus_are_read_when_the_focus_comes(people, chat, room):
    alice = people.join("Alice", room)
    alice.page.evaluate(FOCUS, False)
    chat.post(room, "Bob", "one")
    expect(alice.page).to_have_title(f"(1) #{room} · Chat")
    expect(alice.page.locator(".unread + .message .text")).to_have_text("one")
    expect(alice.texts.last).to_be_in_viewport()
    alice.page.evaluate(FOCUS, True)
    expect(alice.page).to_have_title(f"#{room} · Chat")


def test_what_comes_between_two_visits_waits_below_a_line(people, chat, room):
    alice = people.join("Alice", room)
    expect(alice.texts.last).to_have_text("old 19")
    alice.page.goto("about:blank")
    post_missed(chat, room)
    alice.page.goto(chat.url + chat_path("Alice", room))
    expect_backlog(alice)


def test_what_comes_before_one_goes_back_waits_below_a_line(chromium, chat, room):
    with start_with_back_forward_cache(chromium) as caching, People(caching, chat.url) as people:
        alice = people.join("Alice", room)
        # Without another tab the shared worker would keep her page out of the cache. Nobody reads in that tab.
        people.join_in_tab(alice, "Alice", room).page.evaluate(HIDE, True)
        alice.page.wait_for_timeout(LOADED_MS)
        alice.page.evaluate("window.isTheSamePage = true")
        alice.page.goto(chat.url)
        post_missed(chat, room)
        alice.page.go_back(wait_until="commit")
        assert alice.page.evaluate("window.isTheSamePage") is True
        expect(Person(alice.page).texts.last).to_have_text(f"missed {MISSED - 1}")
        expect_backlog(alice)
