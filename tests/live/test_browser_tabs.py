"""Several tabs of one browser share one stream."""

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR
from tests.helpers.running import wait_for

HIDDEN_MS = 5 * 60_000
SOON_S = 20
HIDEABLE = "Object.defineProperty(document, 'hidden', { get: () => window.isHidden ?? false })"


@pytest.fixture(autouse=True)
def network_errors_are_expected(people):
    people.allow_complaint(NETWORK_ERROR)


def number_of_streams_becomes(line, number):
    return wait_for(lambda: line.open_streams() == number, SOON_S)


def all_show(tabs, texts):
    for tab in tabs:
        expect(tab.texts).to_have_text(texts)


def test_eight_tabs_in_two_rooms_share_one_stream_and_miss_no_message(people, chat, room, line):
    other_room, third_room = f"{room[:60]}, 2", f"{room[:60]}🦀3"
    first = people.join("Alice", room, line.url)
    tabs = [first, *(people.join_in_tab(first, "Alice", room, line.url) for _ in range(3))]
    other_tabs = [people.join_in_tab(first, "Alice", other_room, line.url) for _ in range(4)]
    assert number_of_streams_becomes(line, 1)
    chat.post(room, "Bob", "to the first")
    chat.post(other_room, "Bob", "to the other")
    other_tabs[-1].say("from the eighth tab")
    all_show(tabs, ["to the first"])
    all_show(other_tabs, ["to the other", "from the eighth tab"])

    for tab in other_tabs:
        tab.page.close()
    chat.post(other_room, "Bob", "while nobody looked")
    third = people.join_in_tab(first, "Alice", third_room, line.url)
    again = people.join_in_tab(first, "Alice", other_room, line.url)
    assert number_of_streams_becomes(line, 1)
    line.cut()
    for tab in (first, third, again):
        tab.wait_for_stream("lost")
    for name in (room, other_room, third_room):
        chat.post(name, "Bob", f"unheard in {name}")
    line.repair()
    # This page already contains the messages that the others missed.
    late = people.join_in_tab(first, "Alice", third_room, line.url)
    for name in (room, other_room, third_room):
        chat.post(name, "Bob", f"live in {name}")
    all_show(tabs, ["to the first", f"unheard in {room}", f"live in {room}"])
    all_show([third, late], [f"unheard in {third_room}", f"live in {third_room}"])
    all_show(
        [again],
        [
            "to the other",
            "from the eighth tab",
            "while nobody looked",
            f"unheard in {other_room}",
            f"live in {other_room}",
        ],
    )
    assert number_of_streams_becomes(line, 1)


def test_without_shared_workers_a_tab_closes_its_stream_after_five_hidden_minutes(people, chat, room, line):
    page = people.new_page(own_stream=True)
    page.context.add_init_script(HIDEABLE)
    page.clock.install()
    alice = people.enter(page, "Alice", room, line.url)
    other = people.join_in_tab(alice, "Alice", room, line.url)
    assert number_of_streams_becomes(line, 2)
    page.evaluate("() => { window.isHidden = true; document.dispatchEvent(new Event('visibilitychange')) }")
    page.clock.fast_forward(HIDDEN_MS)
    assert number_of_streams_becomes(line, 1)
    chat.post(room, "Bob", "Are you there?")
    all_show([other], ["Are you there?"])
    all_show([alice], [])
    page.evaluate("() => { window.isHidden = false; document.dispatchEvent(new Event('visibilitychange')) }")
    all_show([alice], ["Are you there?"])


def test_the_page_works_if_the_worker_cannot_be_loaded(people, chat, room):
    page = people.new_page()
    page.route("**/worker.*", lambda route: route.abort())
    with page.expect_request("**/events/**"):
        alice = people.enter(page, "Alice", room)
    chat.post(room, "Bob", "Hello")
    all_show([alice], ["Hello"])
