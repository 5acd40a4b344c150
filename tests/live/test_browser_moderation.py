"""A moderator removes, bans and locks on the room's page while people read: with a browser, through Pushpin."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import chat_path
from tests.helpers.login import make_admin


@pytest.fixture
def moderator(chat, people, room):
    """The room's page of a moderator."""
    name, password = make_admin(chat)
    page = people.visit("admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.goto(chat.url + chat_path("System", room))
    expect(page.locator("html")).to_have_attribute("data-stream", "open")
    return page


def moderate(page, text):
    """Open the dialog of the message with this text."""
    message = page.locator(".messages .message").filter(has_text=text)
    message.hover()
    message.get_by_role("button", name="Moderate").click()
    return page.get_by_role("dialog")


def test_a_moderator_removes_all_from_a_sender_and_bans_him(moderator, people, chat, room):
    ann = people.join("Ann", room)
    for text in ("spam 1", "spam 2", "spam 3"):
        chat.post(room, "Eve", text)
    expect(ann.texts).to_have_text(["spam 1", "spam 2", "spam 3"])
    dialog = moderate(moderator, "spam 2")
    expect(dialog).to_contain_text("A message by Eve")
    dialog.get_by_role("button", name="Delete this message").click()
    expect(dialog.get_by_role("status")).to_have_text("Done. Messages removed: 1")
    expect(ann.texts).to_have_text(["spam 1", "spam 3"])
    dialog.get_by_role("button", name="Close").click()

    dialog = moderate(moderator, "spam 3")
    dialog.get_by_role("button", name="Remove").click()
    expect(dialog.get_by_role("status")).to_have_text(re.compile(r"Done\. Messages removed: \d+"))
    expect(ann.texts).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()

    ann.say("thank you")
    expect(moderator.locator(".messages .text")).to_have_text(["thank you"])


def test_readers_see_a_lock_and_the_slow_mode_and_a_moderator_can_write(moderator, people, chat, room):
    chat.post(room, "Bob", "Hi")  # before that, there is no room to lock
    people.allow_complaint("403")
    ann = people.join("Ann", room)
    panel = moderator.locator("#room-moderation")
    state = ann.page.locator("#room-state")
    panel.get_by_text("Moderate this room").click()
    panel.get_by_role("button", name="Lock", exact=True).click()
    expect(state).to_have_text("A moderator has locked this room. You can read on.")
    ann.say("Hello?")
    expect(ann.reasons).to_have_text("Not sent: room is locked: only moderators can write here now.")
    moderator.get_by_label("Message", exact=True).fill("Please wait.")
    moderator.get_by_role("button", name="Send").click()
    expect(ann.texts).to_have_text(["Hi", "Please wait."])
    expect(ann.page.locator(".messages .staff:not([hidden])")).to_have_text("Moderator")
    ann.page.reload()
    expect(state).to_have_text("A moderator has locked this room. You can read on.")
    panel.get_by_role("button", name="Unlock").click()
    expect(state).to_have_text("")
    panel.get_by_label("Slow mode").select_option("30 s")
    panel.get_by_role("button", name="Set").click()
    expect(state).to_have_text("Slow mode: one message in 30 seconds.")


def test_nobody_else_has_these_buttons(people, chat, room):
    chat.post(room, "Bob", "hello")
    ann = people.join("Ann", room)
    expect(ann.texts).to_have_text(["hello"])
    expect(ann.page.get_by_role("button", name="Moderate")).to_have_count(0)
    expect(ann.page.locator("#moderation, #room-moderation")).to_have_count(0)
