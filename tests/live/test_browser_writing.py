"""Drafts, edits and deletions in a real browser."""

import re

from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, Person, chat_path
from tests.helpers.history import write_many

PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 375, "height": 700}}


def another_tab(person, chat, room, name="Alice"):
    tab = Person(person.page.context.new_page())
    tab.page.goto(chat.url + chat_path(name, room))
    return tab


def message(person, text):
    return person.page.locator(".messages .message").filter(has_text=text)


def tool(person, text, name):
    """Move the mouse to the message; return its button with this name."""
    message(person, text).hover()
    return message(person, text).get_by_role("button", name=name)


def test_a_draft_survives_a_reload_and_disappears_when_it_is_sent(people, chat, room):
    alice = people.join("Alice", room)
    alice.field.press_sequentially("Dear Bob")
    alice.page.reload()
    expect(alice.field).to_have_value("Dear Bob")
    other = another_tab(alice, chat, room)
    expect(other.field).to_have_value("Dear Bob")
    alice.field.press("End")
    alice.field.press_sequentially(", hello")
    expect(other.field).to_have_value("Dear Bob, hello")
    alice.field.press("Enter")
    expect(alice.texts).to_have_text(["Dear Bob, hello"])
    expect(other.field).to_have_value("")
    alice.page.reload()
    expect(alice.field).to_have_value("")
    bob = another_tab(alice, chat, room, "Bob")
    bob.field.fill("A draft of Bob")
    alice.page.reload()
    expect(alice.field).to_have_value("")


def test_near_the_limit_the_page_shows_how_many_characters_are_left(people, room):
    alice = people.join("Alice", room)
    left = alice.page.locator("#counter")
    alice.field.fill("x" * 7199)
    expect(left).to_be_empty()
    alice.field.fill("x" * 7990)
    expect(left).to_have_text("10 characters left")
    expect(alice.field).to_have_accessible_description("10 characters left")
    alice.field.fill("🦀" * 8001)
    expect(left).to_have_text("1 character too many")


def test_the_up_arrow_edits_the_last_message_and_no_other(people, chat, room):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room)
    page = alice.page
    alice.say("my first")
    expect(alice.texts).to_have_text(["my first"])
    first = page.locator(".message").get_attribute("id")
    write_many(chat, room, (f"number {number}" for number in range(300)))
    alice.say("my last")
    expect(alice.texts.last).to_have_text("my last")
    page.goto(f"{chat.url}{chat_path('Alice', room)}#{first}")
    page.reload()
    expect(page.locator(".target .text")).to_have_text("my first")
    expect(alice.texts.last).not_to_have_text("my last")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("my last")
    expect(page.locator(".being-edited .text")).to_have_text("my last")
    expect(page.locator(".being-edited")).to_be_in_viewport()
    alice.field.press("Escape")

    page.route("**/messages/", lambda route: route.abort())
    alice.say("not sent yet")
    expect(alice.pending_texts).to_have_text(["not sent yet"])
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("")
    page.unroute("**/messages/")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(alice.texts.last).to_have_text("not sent yet")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("not sent yet")
    alice.field.press("Escape")

    chat.post(room, "Alice", "from somebody else of that name")
    expect(alice.texts.last).to_have_text("from somebody else of that name")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("not sent yet")


def test_an_edit_in_progress_survives_a_reload_and_another_room(people, chat, room):
    alice = people.join("Alice", room)
    page = alice.page
    alice.say("Hello Bib")
    expect(alice.texts).to_have_text(["Hello Bib"])
    alice.field.fill("A draft")
    tool(alice, "Hello Bib", "Edit").click()
    expect(alice.field).to_have_value("Hello Bib")
    alice.field.fill("Hello Bo")
    page.reload()
    expect(alice.field).to_have_value("Hello Bo")
    expect(page.locator("#editing")).to_be_visible()
    expect(page.locator(".being-edited .text")).to_have_text("Hello Bib")
    people.enter(page, "Alice", "another room")
    expect(alice.field).to_have_value("")
    people.enter(page, "Alice", room)
    expect(alice.field).to_have_value("Hello Bo")
    alice.field.press("End")
    page.keyboard.type("b")
    alice.field.press("Enter")
    expect(alice.texts).to_have_text(["Hello Bob"])
    expect(alice.field).to_have_value("A draft")
    page.reload()
    expect(alice.field).to_have_value("A draft")
    expect(page.locator("#editing")).to_be_hidden()


def test_alice_edits_her_last_message_with_the_keyboard_and_bob_sees_it(people, room):
    alice, bob = people.join("Alice", room), people.join("Bob", room)
    alice.say("Hello Bib")
    bob.say("Who is Bib?")
    expect(alice.texts).to_have_text(["Hello Bib", "Who is Bib?"])
    editing = alice.page.locator("#editing")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("Hello Bib")
    expect(editing).to_be_visible()
    alice.page.keyboard.type(" and Carol")
    alice.field.press("Escape")
    expect(editing).to_be_hidden()
    expect(alice.field).to_have_value("")
    alice.field.press("ArrowUp")
    alice.field.fill(" ")
    alice.field.press("Enter")
    expect(alice.problem).to_contain_text("delete it")
    alice.field.fill("Hello Bob")
    alice.field.press("Enter")
    for person in (alice, bob):
        expect(person.texts).to_have_text(["Hello Bob", "Who is Bib?"])
        expect(message(person, "Hello Bob").get_by_text("edited")).to_be_visible()
    expect(editing).to_be_hidden()
    expect(alice.field).to_be_focused()
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("Hello Bob")
    bob.page.reload()
    expect(bob.texts).to_have_text(["Hello Bob", "Who is Bib?"])


def test_the_draft_comes_back_after_a_message_was_edited(people, room):
    alice = people.join("Alice", room)
    alice.say("Said")
    alice.field.fill("Draft")
    tool(alice, "Said", "Edit").click()
    expect(alice.field).to_have_value("Said")
    expect(alice.field).to_be_focused()
    alice.field.fill("Said better")
    alice.page.get_by_role("button", name="Save").click()
    expect(alice.texts).to_have_text(["Said better"])
    expect(alice.field).to_have_value("Draft")
    expect(alice.page.get_by_role("button", name="Send")).to_be_visible()


def test_a_message_is_deleted_after_one_question_and_disappears_for_bob(people, room):
    alice, bob = people.join("Alice", room), people.join("Bob", room)
    for text in ("one", "two", "three"):
        alice.say(text)
    expect(bob.texts).to_have_text(["one", "two", "three"])
    delete = tool(alice, "two", "Delete")
    delete.focus()
    alice.page.keyboard.press("Enter")
    question = alice.page.get_by_role("group", name="Delete for everyone?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(delete).to_be_focused()
    alice.page.keyboard.press("Enter")
    alice.page.keyboard.press("Shift+Tab")
    expect(question.get_by_role("button", name="Delete")).to_be_focused()
    alice.page.keyboard.press("Enter")
    for person in (alice, bob):
        expect(person.texts).to_have_text(["one", "three"])
    expect(alice.page.locator("body")).not_to_be_focused()
    for person in (alice, bob):
        person.page.reload()
        expect(person.texts).to_have_text(["one", "three"])


def test_only_the_authors_browser_can_change_a_message(people, chat, room):
    alice = people.join("Alice", room)
    other = another_tab(alice, chat, room)
    alice.say("Mine")
    expect(other.texts).to_have_text(["Mine"])
    chat.post(room, "Alice", "Said by somebody else of that name")
    for page in (alice, other):
        expect(page.texts).to_have_count(2)
        expect(page.page.get_by_role("button", name="Edit")).to_have_count(1)
    alice.page.reload()
    tool(alice, "Mine", "Edit").click()
    alice.field.fill("Mine still")
    alice.field.press("Enter")
    expect(other.texts.first).to_have_text("Mine still")
    for stranger in (people.join("Alice", room), people.join("Bob", room)):
        expect(stranger.texts.first).to_have_text("Mine still")
        expect(stranger.page.get_by_role("button", name="Edit")).to_have_count(0)
        stranger.field.press("ArrowUp")
        expect(stranger.field).to_have_value("")


def test_a_failed_edit_shows_the_reason_and_loses_no_text(people, chat, room):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room)
    other = another_tab(alice, chat, room)
    alice.say("one")
    expect(other.texts).to_have_text(["one"])
    alice.page.route(re.compile(r"/messages/\d+/"), lambda route: route.abort())
    alice.field.press("ArrowUp")
    alice.field.fill("two")
    alice.field.press("Enter")
    expect(alice.problem).to_contain_text("safely save it again")
    expect(alice.field).to_have_value("two")
    other.field.press("ArrowUp")
    other.field.fill("three")
    other.field.press("Enter")
    expect(alice.problem).to_contain_text("edited elsewhere")
    expect(alice.field).to_have_value("two")
    tool(other, "three", "Delete").click()
    question = other.page.get_by_role("group", name="Delete for everyone?")
    other.page.route(re.compile(r"/messages/\d+/"), lambda route: route.abort())
    question.get_by_role("button", name="Delete").click()
    expect(question.get_by_role("alert")).to_contain_text("safely delete it again")
    other.page.unroute(re.compile(r"/messages/\d+/"))
    question.get_by_role("button", name="Delete").click()
    expect(alice.texts).to_have_count(0)
    expect(alice.problem).to_contain_text("deleted meanwhile")
    expect(alice.field).to_have_value("two")
    expect(alice.page.locator("#editing")).to_be_hidden()


def test_a_tap_on_a_message_shows_its_buttons(people, room):
    alice = people.join("Alice", room, **PHONE)
    alice.field.fill("Tap me")
    alice.page.get_by_role("button", name="Send").tap()
    expect(alice.texts).to_have_text(["Tap me"])
    tools = alice.page.locator(".tools")
    expect(tools).to_have_css("pointer-events", "none")
    message(alice, "Tap me").locator(".bubble").tap()
    expect(tools).to_have_css("opacity", "1")
    tools.get_by_role("button", name="Edit").tap()
    expect(alice.field).to_have_value("Tap me")


def test_on_a_phone_enter_breaks_the_line_and_send_keeps_the_keyboard_open(people, room):
    alice = people.join("Alice", room, **PHONE)
    send = alice.page.get_by_role("button", name="Send")
    alice.field.tap()
    for text in ("one\ntwo", "three"):
        alice.page.keyboard.type(text)  # a line end presses Enter
        expect(alice.field).to_have_value(text)
        send.tap()
        expect(alice.field).to_have_value("")
        expect(alice.field).to_be_focused()
    expect(alice.texts).to_have_count(2)
    assert [text.inner_text() for text in alice.texts.all()] == ["one\ntwo", "three"]
    message(alice, "three").locator(".bubble").tap()
    message(alice, "three").get_by_role("button", name="Edit").tap()
    alice.page.keyboard.press("End")
    alice.page.keyboard.type("\nfour")
    alice.page.get_by_role("button", name="Save").tap()
    expect(message(alice, "four")).to_be_visible()
    expect(alice.field).to_be_focused()


def test_the_page_links_to_waiting_messages_of_another_name(people, chat, room):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room)
    alice.page.route("**/messages/", lambda route: route.abort())
    alice.say("From Alice")
    expect(alice.pending).to_have_count(1)
    alice.page.goto(chat.url + chat_path("Bob & Carol", room))
    alice.page.unroute("**/messages/")
    alice.page.get_by_role("link", name="1 message you wrote as Alice is not sent yet.").click()
    expect(alice.texts).to_have_text(["From Alice"])
    expect(message(alice, "From Alice")).to_have_class(re.compile(r"\bown\b"))


def test_after_a_deletion_the_keyboard_goes_on_at_the_next_message(people, room):
    alice = people.join("Alice", room)
    for text in ("one", "two", "three"):
        alice.say(text)
    alice.page.locator(".own .delete").nth(1).press("Enter")
    alice.page.locator(".really").press("Enter")
    expect(alice.texts).to_have_text(["one", "three"])
    expect(alice.page.locator(".messages .own .when").last).to_be_focused()


def test_an_edit_is_said_to_who_cannot_see_it(people, room):
    alice = people.join("Alice", room)
    alice.say("one")
    expect(alice.page.locator(".messages .own")).to_have_count(1)
    alice.field.press("ArrowUp")
    said = alice.page.locator("#editing-said")
    expect(said).to_have_text("Editing your message")
    expect(said).to_have_attribute("aria-live", "polite")
    alice.field.press("Escape")
    expect(said).to_have_text("")
