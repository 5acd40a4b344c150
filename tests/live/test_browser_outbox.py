"""Every message arrives exactly once, even if requests or answers are lost, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, Person, chat_path

LONG_AGO_MS = 11 * 60_000


@pytest.fixture(autouse=True)
def network_errors_are_expected(people):
    people.allow_complaint(NETWORK_ERROR)


def test_messages_typed_while_the_line_is_cut_are_sent_later_in_order(people, room, line):
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
    bob.say("four")  # a duplicate would have arrived before this message
    expect(alice.texts).to_have_text(["one", "two", "three", "four"])


def test_waiting_messages_survive_a_reload(people, room, line):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", lambda route: route.abort())
    alice.say("one")
    alice.say("two")
    expect(alice.pending).to_have_count(2)
    # A route cannot stop a beacon that the page sends when it closes.
    alice.page.evaluate("navigator.sendBeacon = () => false")
    alice.page.reload()
    expect(alice.pending_texts).to_have_text(["one", "two"])
    expect(alice.page.locator(".empty")).to_be_hidden()
    alice.page.unroute("**/messages/")
    expect(alice.texts).to_have_text(["one", "two"])
    alice.page.reload()
    expect(alice.texts).to_have_text(["one", "two"])
    expect(alice.pending).to_have_count(0)


def test_a_page_closed_right_after_enter_has_stored_the_message(people, room):
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


def test_a_page_closed_right_after_enter_sends_the_message_once_more(people, room):
    alice, bob = people.join("Alice", room), people.join("Bob", room)
    # This route does not stop the beacon that the page sends when it closes.
    alice.page.route("**/messages/", lambda route: None)
    alice.say("Last words")
    expect(alice.pending_texts).to_have_text(["Last words"])
    alice.page.goto("about:blank")
    expect(bob.texts).to_have_text(["Last words"])


def test_a_message_whose_answer_was_lost_appears_once(people, chat, room):
    """The stream is silent too, so only the answer to the second attempt can confirm the message."""
    page = people.new_page(own_stream=True)
    page.route("**/events/**", lambda route: None)
    page.goto(chat.url + chat_path("Alice", room))
    alice, keys = Person(page), []

    def lose_answer(route):
        keys.append(re.search(r"\bkey=(\w+)", route.request.post_data)[1])
        route.fetch()
        page.unroute("**/messages/", lose_answer)
        route.abort()

    page.route("**/messages/", lose_answer)
    with page.expect_response("**/messages/") as second:
        alice.say("Once")
    expect(alice.texts).to_have_text(["Once"])
    expect(alice.pending).to_have_count(0)
    assert keys == re.findall(r"\bkey=(\w+)", second.value.request.post_data)
    alice.page.reload()
    expect(alice.texts).to_have_text(["Once"])


def test_a_message_deleted_before_its_second_attempt_stays_deleted(people, chat, room):
    page = people.new_page(own_stream=True)
    page.route("**/events/**", lambda route: None)
    page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)

    def delete_and_lose_answer(route):
        key = re.search(r"\bkey=(\w+)", route.request.post_data)[1]
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


def test_a_reloaded_page_does_not_send_messages_that_it_already_shows(people, room):
    alice = people.join("Alice", room, own_stream=True)

    def lose_answer(route):
        route.fetch()
        route.abort()

    def hold(route):
        pass  # neither the stream nor an answer can confirm the message, only the page itself

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


def refuse_some(route):
    """Refuse the messages "Refused" as the server would."""
    if "text=Refused" in route.request.post_data:
        route.fulfill(status=400, json={"errors": [{"message": "not today"}]})
    else:
        route.continue_()


def test_the_keyboard_resends_edits_and_discards_a_refused_message(people, room):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", refuse_some)
    alice.say("Refused")
    expect(alice.reasons).to_contain_text("not today")
    alice.say("Visible")  # the refused message does not delay this one
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
    expect(alice.reasons).to_contain_text("not today")
    discard.focus()
    alice.page.keyboard.press("Space")
    expect(alice.pending).to_have_count(0)
    expect(alice.field).to_be_focused()
    alice.page.reload()
    expect(alice.texts).to_have_text(["Visible"])
    expect(alice.pending).to_have_count(0)
    alice.say("Refused")
    alice.field.fill("Draft")
    rewrite.click()
    expect(alice.pending).to_have_count(0)
    expect(alice.field).to_be_focused()
    expect(alice.field).to_have_value("Draft\nRefused")
    alice.page.reload()
    expect(alice.field).to_have_value("Draft\nRefused")


def test_a_message_unanswered_for_ten_minutes_waits_for_its_sender(people, room):
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
    expect(alice.pending.get_by_role("button", name="Edit")).to_have_count(0)  # the message may have arrived
    alice.page.unroute("**/messages/")
    for _ in range(2):
        alice.page.get_by_role("button", name="Resend").first.click()
    expect(alice.texts).to_have_text(["one", "two"])
    expect(alice.pending).to_have_count(0)


def test_two_tabs_share_a_waiting_message_and_it_is_sent_once(people, chat, room):
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


def test_a_message_discarded_in_one_tab_disappears_in_the_other(people, chat, room):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", refuse_some)
    alice.say("Refused")
    expect(alice.reasons).not_to_be_empty()
    other = Person(alice.page.context.new_page())
    other.page.goto(chat.url + chat_path("Alice", room))
    other.page.get_by_role("button", name="Discard").click()
    expect(alice.pending).to_have_count(0)


def test_messages_are_sent_even_if_the_browser_blocks_storage(people, chat, room):
    page = people.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)
    alice.say("one")
    alice.say("two")
    expect(alice.texts).to_have_text(["one", "two"])


def test_a_slow_message_shows_sending_after_one_second(people, room):
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", lambda route: None)
    alice.say("Slow")
    sending = alice.pending.get_by_text("Sending…")
    expect(sending).to_have_css("animation-delay", "1s")
    expect(sending).to_be_visible()
