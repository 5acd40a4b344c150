"""What a person has sent gets there once, whatever happens on the way, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, Person, chat_path

LONG_AGO_MS = 11 * 60_000


@pytest.fixture(autouse=True)
def networks_fail_here(people):
    people.allow_complaint(NETWORK_ERROR)


def test_what_is_typed_while_the_line_is_cut_is_sent_in_order(people, room, line):
    alice, bob = people.join("Alice", room, url=line.url), people.join("Bob", room)
    line.cut()
    for text in ("one", "two", "three"):
        alice.say(text)
        expect(alice.field).to_have_value("")
    expect(alice.pending_texts).to_have_text(["one", "two", "three"])
    expect(alice.pending.get_by_text("Sending…")).to_have_count(3)
    line.repair()
    for person in (alice, bob):
        expect(person.texts).to_have_text(["one", "two", "three"])
    expect(alice.pending).to_have_count(0)
    bob.say("four")  # had anything been sent twice, it would have come before
    expect(alice.texts).to_have_text(["one", "two", "three", "four"])


def test_what_waits_survives_a_reload(people, room, line):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", lambda route: route.abort())
    alice.say("one")
    alice.say("two")
    expect(alice.pending).to_have_count(2)
    alice.page.evaluate("navigator.sendBeacon = () => false")  # no route stops what goes when the page goes
    alice.page.reload()
    expect(alice.pending_texts).to_have_text(["one", "two"])
    expect(alice.page.locator(".empty")).to_be_hidden()
    alice.page.unroute("**/messages/")
    expect(alice.texts).to_have_text(["one", "two"])
    alice.page.reload()
    expect(alice.texts).to_have_text(["one", "two"])
    expect(alice.pending).to_have_count(0)


def test_a_page_that_is_closed_right_after_enter_has_kept_the_message(people, room):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", lambda route: route.abort())
    alice.page.evaluate(
        """() => {
            navigator.sendBeacon = () => false;
            document.getElementById("text").value = "Last words";
            document.getElementById("composer").requestSubmit();
            location.reload();
        }"""
    )
    expect(alice.pending_texts).to_have_text(["Last words"])


def test_a_page_that_is_closed_right_after_enter_sends_the_message_once_more(people, room):
    alice, bob = people.join("Alice", room), people.join("Bob", room)
    alice.page.route("**/messages/", lambda route: None)  # which does not stop what goes when the page goes
    alice.say("Last words")
    expect(alice.pending_texts).to_have_text(["Last words"])
    alice.page.goto("about:blank")
    expect(bob.texts).to_have_text(["Last words"])


def test_a_message_whose_answer_got_lost_is_there_once(people, chat, room):
    """The stream is silent too, so that the second attempt's answer is what settles it."""
    page = people.new_page(own_stream=True)
    page.route("**/events/**", lambda route: None)
    page.goto(chat.url + chat_path("Alice", room))
    alice, keys = Person(page), []

    def lose_answer(route):
        keys.append(re.search(r"key=(\w+)", route.request.post_data)[1])
        route.fetch()
        page.unroute("**/messages/", lose_answer)
        route.abort()

    page.route("**/messages/", lose_answer)
    with page.expect_response("**/messages/") as second:
        alice.say("Once")
    expect(alice.texts).to_have_text(["Once"])
    expect(alice.pending).to_have_count(0)
    assert keys == re.findall(r"key=(\w+)", second.value.request.post_data)
    alice.page.reload()
    expect(alice.texts).to_have_text(["Once"])


def test_a_message_that_was_deleted_before_it_is_sent_again_stays_deleted(people, chat, room):
    page = people.new_page(own_stream=True)
    page.route("**/events/**", lambda route: None)
    page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)

    def delete_and_lose_answer(route):
        key = re.search(r"key=(\w+)", route.request.post_data)[1]
        answer = route.fetch()
        page.request.delete(f"{answer.url}{answer.json()['id']}/", headers={"Idempotency-Key": key})
        page.unroute("**/messages/", delete_and_lose_answer)
        route.abort()

    page.route("**/messages/", delete_and_lose_answer)
    with page.expect_response("**/messages/") as second:
        alice.say("Regretted")
    assert second.value.json()["deleted"]
    expect(alice.pending).to_have_count(0)
    expect(alice.texts).to_have_count(0)


def test_the_page_itself_settles_what_had_arrived_before_the_reload(people, room):
    alice = people.join("Alice", room, own_stream=True)

    def lose_answer(route):
        route.fetch()
        route.abort()

    def hold(route):
        pass  # nothing but the page can tell

    alice.page.route("**/events/**", hold)
    alice.page.reload()
    alice.page.route("**/messages/", lose_answer)
    with alice.page.expect_event("requestfailed"):
        alice.say("Arrived")
    expect(alice.pending_texts).to_have_text(["Arrived"])
    alice.page.unroute("**/messages/")
    alice.page.route("**/messages/", hold)
    alice.page.reload()
    expect(alice.texts).to_have_text(["Arrived"])
    expect(alice.pending).to_have_count(0)


def test_a_refused_message_says_why_and_is_resent_discarded_and_written_anew_by_keyboard(people, room):
    alice = people.join("Alice", room)
    alice.say("\u200b")  # not blank to the script, but nothing anybody could see
    expect(alice.reasons).to_contain_text("text is blank")
    alice.say("Visible")  # is not held up
    expect(alice.texts).to_have_text(["Visible"])
    names = ("Resend", "Edit", "Discard")
    resend, rewrite, discard = (alice.pending.get_by_role("button", name=name) for name in names)
    alice.field.press("Shift+Tab")
    for button in (discard, rewrite, resend):
        expect(button).to_be_focused()
        alice.page.keyboard.press("Shift+Tab")
    alice.page.keyboard.press("Tab")
    with alice.page.expect_response("**/messages/"):
        alice.page.keyboard.press("Enter")
    expect(alice.field).to_be_focused()
    expect(alice.reasons).to_contain_text("text is blank")
    discard.focus()
    alice.page.keyboard.press("Space")
    expect(alice.pending).to_have_count(0)
    expect(alice.field).to_be_focused()
    alice.page.reload()
    expect(alice.texts).to_have_text(["Visible"])
    expect(alice.pending).to_have_count(0)
    alice.say("\u200b")
    alice.field.fill("Draft")
    rewrite.click()
    expect(alice.pending).to_have_count(0)
    expect(alice.field).to_be_focused()
    expect(alice.field).to_have_value("Draft\n\u200b")
    alice.page.reload()
    expect(alice.field).to_have_value("Draft\n\u200b")


def test_what_nobody_answered_for_ten_minutes_waits_for_its_sender(people, room):
    alice = people.join("Alice", room)
    alice.page.clock.install()
    alice.page.reload()
    alice.page.route("**/messages/", lambda route: route.fulfill(status=503))
    alice.say("one")
    alice.say("two")
    expect(alice.pending).to_have_count(2)
    expect(alice.pending.get_by_role("button")).to_have_count(0)
    alice.page.clock.fast_forward(LONG_AGO_MS)
    expect(alice.reasons).to_have_text([re.compile("typed a while ago")] * 2)
    alice.page.reload()
    expect(alice.reasons).to_have_text([re.compile("typed a while ago")] * 2)
    expect(alice.pending.get_by_role("button", name="Edit")).to_have_count(0)  # it may have arrived
    alice.page.unroute("**/messages/")
    for _ in range(2):
        alice.page.get_by_role("button", name="Resend").first.click()
    expect(alice.texts).to_have_text(["one", "two"])
    expect(alice.pending).to_have_count(0)


def test_two_tabs_share_what_waits_and_it_is_sent_once(people, chat, room):
    alice = people.join("Alice", room)
    context = alice.page.context
    context.route("**/messages/", lambda route: route.abort())
    alice.say("Shared")
    other = Person(context.new_page())
    other.page.goto(chat.url + chat_path("Alice", room))
    expect(other.pending_texts).to_have_text(["Shared"])
    context.unroute("**/messages/")
    for tab in (alice, other):
        expect(tab.texts).to_have_text(["Shared"])
        expect(tab.pending).to_have_count(0)
    other.page.reload()
    expect(other.texts).to_have_text(["Shared"])


def test_what_is_discarded_in_one_tab_is_gone_in_the_other(people, chat, room):
    alice = people.join("Alice", room)
    alice.say("\u200b")
    expect(alice.reasons).not_to_be_empty()
    other = Person(alice.page.context.new_page())
    other.page.goto(chat.url + chat_path("Alice", room))
    other.page.get_by_role("button", name="Discard").click()
    expect(alice.pending).to_have_count(0)


def test_without_storage_messages_are_sent_all_the_same(people, chat, room):
    page = people.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)
    alice.say("one")
    alice.say("two")
    expect(alice.texts).to_have_text(["one", "two"])


def test_sending_is_not_spoken_of_in_the_first_second(people, room):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", lambda route: None)
    alice.say("Slow")
    sending = alice.pending.get_by_text("Sending…")
    expect(sending).to_have_css("animation-delay", "1s")
    expect(sending).to_be_visible()
