"""The pages in front of the chat, in a real browser."""

import re
from urllib.parse import quote

from browser import HOSTILE_ROOM, NETWORK_ERROR
from playwright.sync_api import expect


def test_one_joins_and_reads_without_javascript(people, chat):
    chat.post("default", "Bob", "Written before")
    page = people.visit("", java_script_enabled=False)
    page.get_by_label("Your name").fill("Zoë & co")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title("#default · Chat")
    expect(page.locator(".message .text").last).to_have_text("Written before")
    expect(page.locator(".who bdi")).to_have_text("Zoë & co")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_label("Message", exact=True)).to_be_disabled()


def test_a_hostile_room_is_joined_by_its_name(people):
    page = people.visit(quote(HOSTILE_ROOM))
    expect(page.get_by_role("heading")).to_have_text(f"Join #{HOSTILE_ROOM}")
    page.get_by_label("Your name").fill("Alice")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title(f"#{HOSTILE_ROOM} · Chat")


def test_a_name_too_long_is_refused_beside_its_field(people):
    people.forgive(NETWORK_ERROR)
    page = people.visit("lobby")
    page.get_by_label("Your name").fill("x" * 65)
    page.get_by_role("button", name="Join").click()
    field = page.get_by_label("Your name")
    expect(field).to_have_accessible_description(re.compile("Your name has 65 characters, at most 64 are allowed"))
    expect(field).to_have_value("x" * 65)
    field.fill("x" * 64)
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title("#lobby · Chat")


def test_a_room_that_cannot_be_is_refused_beside_its_field(people):
    people.forgive(NETWORK_ERROR)
    page = people.visit("")
    page.get_by_label("Room").fill("a/b")
    page.get_by_label("Your name").fill("Alice")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Room")).to_have_accessible_description(re.compile("Use another name"))
    expect(page.get_by_label("Your name")).to_have_value("Alice")


def test_a_wrong_address_leads_home(people):
    people.forgive(NETWORK_ERROR)
    page = people.visit("no/such/page")
    page.get_by_role("link").click()
    expect(page.get_by_role("heading")).to_have_text("Join a room")
