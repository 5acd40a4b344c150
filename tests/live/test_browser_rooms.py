"""The side panel: the rooms with their last lines, the field that finds or opens one, and what an empty room says."""

import re
import shlex
import subprocess

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import chat_path

PHONE = {"width": 390, "height": 844}
FORGET_WHEN_ASKED = """for (let n = 0; n < localStorage.length; n += 1) {
    const name = localStorage.key(n);
    if (!name.startsWith("chat line ")) continue;
    localStorage.setItem(name, JSON.stringify({ ...JSON.parse(localStorage.getItem(name)), at: 0 }));
}"""


def remember(page, *rooms, user="Alice"):
    """Let the browser believe that the person has visited the rooms before, and has read the first message of each."""
    read = "".join(f"localStorage.setItem('chat read ' + JSON.stringify([{r!r}, {user!r}]), '1');" for r in rooms)
    known = f"localStorage.setItem('chat rooms', JSON.stringify({list(rooms)}));"
    page.add_init_script(f"if (!localStorage.getItem('chat rooms')) {{ {known} {read} }}")


def row(page, room):
    return page.locator(".rooms li", has=page.get_by_role("link", name=re.compile(f"^#{re.escape(room)}( |$)")))


def test_a_room_without_a_tab_has_its_last_line_and_what_is_unread(people, chat, room):
    other, empty = f"{room[:40].strip()} other", f"{room[:40].strip()} empty"
    chat.post(other, "Bob", "first\nof all")
    chat.post(other, "Bob", "last <b>\nof all")
    page = people.new_page()
    remember(page, other, empty)
    page.goto(chat.url + chat_path("Alice", room))
    expect(row(page, other).locator(".last")).to_have_text("\u2068Bob\u2069: last <b> of all")
    expect(row(page, other).locator("time")).not_to_be_empty()
    # These two messages are not the first of the database, so both are behind the message that was read.
    expect(row(page, other).get_by_role("link")).to_have_accessible_name(re.compile(r"[12] unread messages?$"))
    expect(row(page, empty).locator(".last")).to_be_hidden()


def test_a_person_who_returns_sees_what_came_meanwhile_and_a_failure_changes_nothing(people, chat, room):
    people.allow_complaint("Failed to load resource")
    other = f"{room[:40].strip()} other"
    chat.post(other, "Bob", "before")
    page = people.new_page()
    remember(page, other)
    page.goto(chat.url + chat_path("Alice", room))
    last = row(page, other).locator(".last")
    expect(last).to_have_text("\u2068Bob\u2069: before")
    chat.post(other, "Bob", "meanwhile")
    page.reload()  # a minute has not passed
    expect(last).to_have_text("\u2068Bob\u2069: before")
    page.evaluate(FORGET_WHEN_ASKED)
    page.route("**/messages/?limit=1", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.reload()
    expect(last).to_have_text("\u2068Bob\u2069: before")
    page.unroute("**/messages/?limit=1")
    page.evaluate(FORGET_WHEN_ASKED)
    page.reload()
    expect(last).to_have_text("\u2068Bob\u2069: meanwhile")


def test_the_open_room_and_the_rooms_of_other_tabs_follow_what_is_said_and_deleted(people, chat, room):
    other = f"{room[:40].strip()} other"
    alice = people.enter_by_form(people.new_page(), "Alice", room)
    here = people.enter_by_form(people.new_tab(alice.page.context), "Alice", other).page
    lines = [row(alice.page, room).locator(".last"), row(here, room).locator(".last")]
    chat.post(room, "مريم", "Hello")
    alice.say("Typed here")
    for line in lines:
        expect(line).to_have_text("\u2068Alice\u2069: Typed here")
    alice.page.locator(".messages .own").last.hover()
    alice.page.get_by_role("button", name="Delete").first.click()
    alice.page.locator(".really").click()
    for line in lines:
        expect(line).to_have_text("\u2068\u2068مريم\u2069\u2069: Hello")
        assert line.evaluate("line => getComputedStyle(line).direction") == "ltr", "the text decides, not the name"


def test_a_new_message_leaves_every_row_in_its_place_and_a_click_on_a_room_too(people, chat, room):
    page = people.new_page()
    for name in ("attic", "garden"):
        people.enter_by_form(page, "Alice", f"{room[:40].strip()} {name}")
    people.enter_by_form(page, "Alice", room)
    wanted = [f"#{room}", f"#{room[:40].strip()} garden", f"#{room[:40].strip()} attic"]
    rooms = page.locator(".rooms a")
    expect(rooms).to_have_text(wanted)
    rooms.last.click()
    expect(page).to_have_title(f"{wanted[2]} · Chat")
    expect(rooms).to_have_text(wanted)
    expect(rooms.last).to_have_attribute("aria-current", "page")


def test_the_field_finds_a_room_and_opens_a_new_one(people, room):
    page = people.new_page()
    garden = f"{room[:40].strip()} garden"
    people.enter_by_form(page, "Alice", garden)
    people.enter_by_form(page, "Alice", f"{room[:40].strip()} attic")
    field, rooms = page.get_by_label("Find or open a room"), page.locator(".rooms li:visible")
    field.fill("GARD")
    expect(rooms).to_have_count(2)
    expect(rooms.last).to_have_text("Open #GARD")
    page.keyboard.press("Escape")
    expect(field).to_have_value("")
    expect(rooms).to_have_count(2)
    field.fill("gard")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"#{garden} · Chat")
    field.fill(f"{garden} shed")
    expect(page.get_by_role("button", name=f"Open #{garden} shed")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"#{garden} shed · Chat")
    field.fill(garden)
    expect(page.locator("#opener")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"#{garden} · Chat")
    expect(page.locator(".who bdi")).to_have_text("Alice")


def test_without_scripts_the_field_opens_a_room(people, chat, room):
    page = people.visit(chat_path("Alice", room), java_script_enabled=False)
    page.get_by_label("Find or open a room").fill(f"{room} 2")
    page.get_by_role("button", name="Open").click()
    expect(page).to_have_title(f"#{room} 2 · Chat")
    expect(page.get_by_role("link", name="Change name")).to_be_hidden()
    page.locator(".me summary").click()
    expect(page.get_by_role("link", name="Change name")).to_be_visible()


def test_on_a_phone_the_panel_fills_the_height_and_closes_when_a_room_is_chosen(people, room):
    page = people.join("Alice", room, viewport=PHONE, has_touch=True).page
    open_panel, panel = page.get_by_role("button", name="Rooms"), page.locator("#side")
    open_panel.tap()
    expect(panel).to_have_css("height", f"{PHONE['height']}px")
    backdrop = page.evaluate("getComputedStyle(document.querySelector('#side'), '::backdrop').backgroundColor")
    assert backdrop == "rgba(0, 0, 0, 0.4)"
    page.get_by_role("button", name="Close").tap()
    expect(panel).to_be_hidden()
    people.enter_by_form(page, "Alice", room)
    open_panel.tap()
    page.locator(".rooms [aria-current]").tap()
    expect(panel).to_be_hidden()
    open_panel.tap()
    page.get_by_label("Find or open a room").fill("x")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find or open a room")).to_have_value("")
    expect(panel).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_the_panel_closes_when_the_keyboard_leaves_it(people, room):
    page = people.join("Alice", room, viewport=PHONE).page
    page.get_by_role("button", name="Rooms").press("Enter")
    expect(page.locator("#side")).to_be_visible()
    page.locator(".me summary").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#side")).to_be_hidden()


def test_who_opens_the_open_room_goes_on_writing(people, room):
    alice = people.enter_by_form(people.new_page(), "Alice", room)
    field = alice.page.get_by_label("Find or open a room")
    field.fill(room)
    field.press("Enter")
    expect(field).to_have_value("")
    expect(alice.field).to_be_focused()


@pytest.mark.parametrize("name", ["Alice", "Zoë & 'co'"])
def test_an_empty_room_says_what_it_is_and_its_command_posts_into_it(people, chat, name):
    room = f"it's empty; so far {len(name)}"
    alice = people.join(name, room)
    empty = alice.page.locator(".empty")
    expect(empty.get_by_role("heading")).to_have_text("Nobody has written here yet")
    expect(empty).to_contain_text("You need no account")
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    empty.get_by_role("button", name="Copy link").click()
    expect(alice.page.get_by_text("Link copied")).to_be_visible()
    assert alice.page.evaluate("navigator.clipboard.readText()") == chat.url + chat_path(name, room).partition("?")[0]
    command = shlex.split(alice.page.locator("#command").inner_text())
    assert command[1].startswith(chat.url)
    subprocess.run([*command, "--silent", "--fail"], check=True, capture_output=True)
    expect(alice.texts).to_have_text(["hello"])
    expect(alice.page.locator(".messages .from").first).to_have_text(name)
    expect(empty).to_be_hidden()


def test_the_join_page_says_what_this_is_and_an_empty_field_leads_to_default(people, chat, room):
    page = people.visit("")
    expect(page.get_by_role("main")).to_contain_text("You need no account")
    field = page.get_by_label("Room", exact=True)
    expect(field).to_have_value("")
    expect(field).to_have_attribute("placeholder", "for example: garden")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("status")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == chat.url
    page.get_by_label("Your name").fill("Alice")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title("#default · Chat")
