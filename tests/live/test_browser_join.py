"""The join pages and the page without scripts, in a real browser."""

import re
from urllib.parse import quote

from playwright.sync_api import expect

from tests.helpers.browser import HOSTILE_ROOM, NETWORK_ERROR, Person, chat_path


def test_a_person_can_join_read_and_write_without_javascript(people, chat, room):
    people.allow_complaint(NETWORK_ERROR)
    for number in range(51):
        chat.post(room, "Bob", f"Written before, {number}")
    page = people.visit("", java_script_enabled=False)
    page.get_by_label("Room").fill(room)
    page.get_by_label("Your name").fill("Zoë & co")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title(f"#{room} · Chat")
    texts, field = page.locator(".message .text"), page.get_by_label("Message", exact=True)
    expect(texts.last).to_have_text("Written before, 50")
    expect(texts.last).to_be_in_viewport()
    expect(page.locator(".who bdi")).to_have_text("Zoë & co")
    expect(page.locator("noscript p")).to_be_visible()
    field.fill("x" * 8_001)
    page.get_by_role("button", name="Send").click()
    expect(field).to_have_accessible_description(re.compile("at most 8000"))
    expect(field).to_have_value("x" * 8_001)
    field.fill("Written\nby a form")
    page.get_by_role("button", name="Send").click()
    expect(texts.last).to_have_text("Written\nby a form", use_inner_text=True)
    expect(texts.last).to_be_in_viewport()
    expect(texts).to_have_count(50)
    page.get_by_role("link", name="Older messages").click()
    expect(texts).to_have_text(["Written before, 0", "Written before, 1"])


def test_the_join_page_remembers_the_last_name_and_the_visited_rooms(people, chat, room):
    page = people.visit(chat_path("Alice", room))
    Person(page).wait_for_stream()
    page.goto(chat.url + chat_path("Zoë & co", "garden"))
    Person(page).wait_for_stream()  # by then the page has recorded the visit
    page.goto(chat.url)
    field = page.get_by_label("Your name")
    expect(field).to_have_value("Zoë & co")
    expect(field).to_be_focused()
    rooms = page.get_by_role("navigation", name="Visited before").get_by_role("link")
    expect(rooms).to_have_text(["#garden", f"#{room}"])
    field.fill("Carol")
    rooms.last.click()
    expect(page).to_have_title(f"#{room} · Chat")
    expect(page.locator(".who bdi")).to_have_text("Carol")
    page.get_by_role("link", name="Change name").click()
    expect(page.get_by_label("Your name")).to_have_value("Carol")


def test_a_person_can_join_a_room_with_html_in_its_name(people):
    page = people.visit(quote(HOSTILE_ROOM))
    expect(page.get_by_role("heading")).to_have_text(f"Join #{HOSTILE_ROOM}")
    page.get_by_label("Your name").fill("Alice")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title(f"#{HOSTILE_ROOM} · Chat")


def test_the_error_for_a_long_name_is_next_to_its_field(people):
    people.allow_complaint(NETWORK_ERROR)
    page = people.visit("lobby")
    page.get_by_label("Your name").fill("x" * 65)
    page.get_by_role("button", name="Join").click()
    field = page.get_by_label("Your name")
    expect(field).to_have_accessible_description(re.compile("Your name has 65 characters, at most 64 are allowed"))
    expect(field).to_have_value("x" * 65)
    field.fill("x" * 64)
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title("#lobby · Chat")


def test_the_error_for_an_impossible_room_is_next_to_its_field(people):
    people.allow_complaint(NETWORK_ERROR)
    page = people.visit("")
    page.get_by_label("Room").fill("a/b")
    page.get_by_label("Your name").fill("Alice")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Room")).to_have_accessible_description(re.compile("Use another name"))
    expect(page.get_by_label("Room")).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_value("Alice")


def test_the_404_page_links_to_the_join_page(people):
    people.allow_complaint(NETWORK_ERROR)
    page = people.visit("no/such/page")
    page.get_by_role("link").click()
    expect(page.get_by_role("heading")).to_have_text("Join a room")
