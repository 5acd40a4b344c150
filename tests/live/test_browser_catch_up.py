"""After every interruption, the page gets the missed messages without a reload and shows each once."""

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, People, Person, chat_path, start_with_back_forward_cache
from tests.helpers.history import change, forget_events, post_with_key, write_many
from tests.helpers.running import wait_for

MISSED = 450  # more than two pages of the list
QUIET_MS = 51_000
BACK_S = 20


@pytest.fixture(autouse=True)
def network_errors_are_expected(people):
    people.allow_complaint(NETWORK_ERROR)


def test_a_page_gets_missed_messages_that_the_event_log_has_trimmed(people, chat, room, line):
    """The line is cut once more while the page catches up. The page continues after the last message it got."""
    alice = people.join("Alice", room, url=line.url)
    chat.post(room, "Bob", "0")
    expect(alice.texts).to_have_text(["0"])
    line.cut()
    write_many(chat, room, [str(number) for number in range(1, MISSED)])
    chat.post(room, "Bob", str(MISSED))
    forget_events(chat)
    requested = []

    def cut_the_line_at_the_second(route):
        requested.append(route.request.url)
        if len(requested) == 2:
            line.cut()
        route.continue_()

    alice.page.route("**/messages/?after=*", cut_the_line_at_the_second)
    with alice.page.expect_event("requestfailed", lambda request: requested[-1:] == [request.url]):
        line.repair()
    expect(alice.texts).to_have_count(201)
    line.repair()
    expect(alice.texts).to_have_text([str(number) for number in range(MISSED + 1)])
    assert requested[2] == requested[1]
    chat.post(room, "Bob", "live")
    expect(alice.texts.last).to_have_text("live")
    expect(alice.texts).to_have_count(MISSED + 2)


def test_tabs_get_missed_edits_and_deletions_that_the_event_log_has_trimmed(people, chat, room, line):
    first = post_with_key(chat, room, "Bob", "first", "bobs secret")
    second = post_with_key(chat, room, "Bob", "second", "bobs other secret")
    alice = people.join("Alice", room, url=line.url)
    tabs = [alice, people.join_in_tab(alice, "Alice", room, url=line.url)]
    line.cut()
    for tab in tabs:
        tab.wait_for_stream("lost")
    change(chat, room, first, "PATCH", "bobs secret", text="better")
    change(chat, room, second, "DELETE", "bobs other secret")
    forget_events(chat)
    line.repair()
    for tab in tabs:
        expect(tab.texts).to_have_text(["better"])
    change(chat, room, first, "PATCH", "bobs secret", text="best")  # live
    for tab in tabs:
        expect(tab.texts).to_have_text(["best"])


def test_after_an_interruption_a_page_gets_the_messages_before_its_own(people, chat, room, line):
    """The answer to a POST has the newest message, while the page still lacks the messages before it."""
    alice = people.join("Alice", room, line.url, own_stream=True)
    chat.post(room, "Bob", "before")
    expect(alice.texts).to_have_text(["before"])
    alice.page.route("**/events/**", lambda route: route.abort())
    line.cut()
    for number in range(3):
        chat.post(room, "Bob", f"missed {number}")
    forget_events(chat)
    line.repair()
    alice.say("mine")
    expect(alice.texts).to_have_text(["before", "mine"])
    alice.page.unroute("**/events/**")
    expect(alice.texts).to_have_text(["before", "missed 0", "missed 1", "missed 2", "mine"])


def test_the_page_replaces_a_stream_that_is_silent_for_too_long(people, chat, room, line):
    page = people.new_page(own_stream=True)
    page.clock.install()
    alice = people.enter(page, "Alice", room, line.url)
    line.silence_streams()
    chat.post(room, "Bob", "Do you hear me?")
    with page.expect_request("**/events/**"):
        page.clock.fast_forward(QUIET_MS)
        page.clock.run_for(6_000)
    expect(alice.texts).to_have_text(["Do you hear me?"])


def test_a_page_that_wakes_from_sleep_opens_a_new_stream_immediately(people, chat, room, line):
    page = people.new_page(own_stream=True)
    page.clock.install()
    alice = people.enter(page, "Alice", room, line.url)
    line.silence_streams()
    chat.post(room, "Bob", "While you slept")
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 7 * 24 * 3600)
    with page.expect_request("**/events/**"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(alice.texts).to_have_text(["While you slept"])


def test_a_page_that_is_online_again_opens_its_stream_and_sends_immediately(people, chat, room):
    page = people.new_page(own_stream=True)
    page.clock.install()
    page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)
    page.context.set_offline(True)
    alice.say("Soon")
    expect(alice.pending_texts).to_have_text(["Soon"])
    page.clock.run_for(60_000)
    page.clock.pause_at(page.evaluate("(Date.now() + 1000) / 1000"))  # from here on, almost no timer fires
    with page.expect_request("**/events/**"):
        page.context.set_offline(False)
        # But jQuery's promises need timers, so the clock moves by one millisecond at a time.
        wait_for(lambda: page.clock.run_for(1) or alice.texts.count() == 1, BACK_S)
    expect(alice.texts).to_have_text(["Soon"])


def test_a_page_from_the_back_forward_cache_continues(chromium, chat, room):
    with start_with_back_forward_cache(chromium) as caching, People(caching, chat.url) as people:
        alice = people.join("Alice", room)
        # Without this tab, the shared worker would keep her page out of the cache.
        people.join_in_tab(alice, "Alice", room)
        alice.page.evaluate("window.isTheSamePage = true")
        alice.page.goto(chat.url)
        chat.post(room, "Bob", "While you were away")
        alice.page.go_back(wait_until="commit")
        expect(alice.texts).to_have_text(["While you were away"])
        assert alice.page.evaluate("window.isTheSamePage") is True
        chat.post(room, "Bob", "Live again")
        expect(alice.texts).to_have_text(["While you were away", "Live again"])


def test_a_page_opens_its_stream_again_at_the_pageshow_event(people, chat, room):
    """Every browser with a back-forward cache sends this event, even if it kept the stream."""
    alice = people.join("Alice", room, own_stream=True)
    alice.page.route("**/events/**", lambda route: route.abort())
    alice.page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))")
    chat.post(room, "Bob", "While you were away")
    with alice.page.expect_request("**/events/**"):
        alice.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(alice.status).to_contain_text("Connection lost")
    expect(alice.texts).to_have_count(0)
    alice.page.unroute("**/events/**")
    alice.page.evaluate("dispatchEvent(new Event('online'))")  # otherwise the page would wait before its next attempt
    expect(alice.texts).to_have_text(["While you were away"])
