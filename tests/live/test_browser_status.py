"""The page shows its connection, the unread messages of each room, and the visited rooms."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, People, Person, chat_path, open_settings, start_where_host_is_remote
from tests.helpers.running import Chat, wait_for

ICON = "link[rel=icon]"
NOTIFICATIONS = """window.shown = [];
window.Notification = class {
    static permission = "default";
    static async requestPermission() { this.permission = "granted"; }
    constructor(title, options) { window.shown.push([title, options.body]); }
};"""


def set_visibility(page, state):
    """Make the page believe that it is "hidden" or "visible": for Playwright, all tabs are always visible."""
    page.evaluate(
        """state => {
            Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
            Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


def room_path(room):
    return chat_path("Alice", room).partition("?")[0]


def in_another_tab(person, url):
    page = person.page.context.new_page()
    page.goto(url)
    return page


def test_the_page_shows_a_lost_connection_and_a_button_to_try_now(people, chat, room, line):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room, url=line.url)
    try_now = alice.page.get_by_role("button", name="Try now")
    line.cut()
    expect(alice.status).to_have_text("Connection lost.")
    expect(alice.page.get_by_text(re.compile("^Reconnecting in [0-9]+ s…$"))).to_be_visible()
    alice.page.context.set_offline(True)
    expect(alice.status).to_have_text("You are offline. What you write waits here.")
    alice.page.context.set_offline(False)
    expect(alice.status).to_have_text("Connection lost.")
    # The pause is so long that the page does not reconnect by itself before the click.
    expect(alice.page.get_by_text(re.compile("^Reconnecting in ([3-9]|[1-3][0-9]) s…$"))).to_be_visible()
    line.repair()
    try_now.click()
    expect(alice.status).to_have_text("Connected again.")
    expect(try_now).to_be_hidden()
    expect(alice.field).to_be_focused()
    expect(alice.status).to_be_empty()


def test_unread_messages_are_counted_in_the_title_the_icon_and_the_other_tabs(people, chat, room):
    alice = people.enter_by_form(people.new_page(), "Alice", room)
    garden = in_another_tab(alice, chat.url + chat_path("Alice", f"{room[:50]} garden"))
    mark = garden.get_by_role("link", name=re.compile(f"^#{room} "))
    usual = alice.page.locator(ICON).get_attribute("href")
    set_visibility(alice.page, "hidden")
    chat.post(room, "Bob", "one")
    chat.post(room, "Bob", "two")
    expect(alice.page).to_have_title(f"(2) #{room} · Chat")
    expect(alice.page.locator(ICON)).to_have_attribute("href", re.compile("unread"))
    expect(mark).to_have_accessible_name(f"#{room} 2 unread messages")
    set_visibility(alice.page, "visible")
    expect(alice.page).to_have_title(f"#{room} · Chat")
    expect(alice.page.locator(ICON)).to_have_attribute("href", usual)
    expect(garden.get_by_role("link", name=f"#{room}", exact=True)).to_be_visible()


def test_what_was_unread_in_a_closed_tab_stays_unread_until_somebody_looks(people, chat, room):
    alice = people.enter_by_form(people.new_page(), "Alice", room)
    chat.post(room, "Bob", "seen")
    expect(alice.texts).to_have_text(["seen"])
    garden = in_another_tab(alice, chat.url + chat_path("Alice", f"{room[:40].strip()} garden"))
    set_visibility(alice.page, "hidden")
    chat.post(room, "Bob", "one")
    unread = garden.get_by_role("link", name=f"#{room} 1 unread message", exact=True)
    expect(unread).to_be_visible()
    alice.page.close(run_before_unload=True)
    wait_for(
        lambda: garden.evaluate("Object.keys(localStorage).filter((n) => n.startsWith('chat unread')).length") == 1, 20
    )
    garden.reload()
    expect(unread).to_be_visible()
    in_another_tab(Person(garden), chat.url + chat_path("Alice", room))
    expect(garden.get_by_role("link", name=f"#{room}", exact=True)).to_be_visible()


def test_a_hidden_page_shows_notifications_if_the_person_wants_them(people, chat, room):
    page = people.new_page()
    page.add_init_script(NOTIFICATIONS)
    alice = people.enter(page, "Alice", room)
    open_settings(page)
    page.get_by_label("Show notifications").check()
    chat.post(room, "Bob", "Seen")
    expect(alice.texts).to_have_count(1)
    set_visibility(page, "hidden")
    chat.post(room, "Alice", "From my phone")
    chat.post(room, "Bob", "Are you there?")
    assert wait_for(lambda: page.evaluate("shown"), seconds=20) == [[f"Bob in #{room}", "Are you there?"]]
    page.reload()
    open_settings(page)
    expect(page.get_by_label("Show notifications")).not_to_be_checked()  # in this test, the new page has no permission


def test_visited_rooms_are_listed_until_the_person_removes_them(people, chat, room):
    page = people.new_page()
    people.enter_by_form(page, "Zoë & co", "garden")
    page.get_by_label("Find or open a room").fill(f"{room}?")
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"#{room}? · Chat")
    rooms = page.locator(".rooms a")
    expect(rooms).to_have_text([f"#{room}?", "#garden"])
    expect(rooms.first).to_have_attribute("aria-current", "page")
    rooms.last.click()
    expect(page).to_have_title("#garden · Chat")
    expect(page.locator(".who bdi")).to_have_text("Zoë & co")
    expect(rooms).to_have_text([f"#{room}?", "#garden"])
    expect(rooms.last).to_have_attribute("aria-current", "page")
    remove = page.get_by_role("button", name=f"Remove #{room}? from the list")
    remove.focus()
    page.keyboard.press("Enter")
    expect(rooms).to_have_text(["#garden"])
    expect(page.get_by_label("Find or open a room")).to_be_focused()
    page.reload()
    expect(rooms).to_have_text(["#garden"])


def test_the_theme_applies_immediately_to_every_page_and_every_tab(people, chat, room):
    alice = people.join("Alice", room, color_scheme="light")
    other = in_another_tab(alice, chat.url + chat_path("Alice", room))
    background = "getComputedStyle(document.body).backgroundColor"
    light = alice.page.evaluate(background)
    open_settings(alice.page)
    alice.page.get_by_label("Colours").select_option("Dark")
    dark = alice.page.evaluate(background)
    assert dark != light
    set_visibility(other, "visible")
    assert other.evaluate(background) == dark
    alice.page.route("**/*.js", lambda route: route.abort())
    people.allow_complaint(NETWORK_ERROR)
    for path in ("", "no/such/page", chat_path("Alice", room)):
        alice.page.goto(chat.url + path)
        assert alice.page.evaluate(background) == dark
    other.reload()
    open_settings(other)
    other.get_by_label("Colours").select_option("Automatic")
    assert other.evaluate(background) == light


def test_the_shared_address_of_a_room_does_not_contain_the_persons_name(people, chat, room):
    alice = people.join("Alice", room)
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.page.get_by_role("button", name="Share").click()
    expect(alice.page.get_by_text("Link copied")).to_be_visible()
    assert alice.page.evaluate("navigator.clipboard.readText()") == chat.url + room_path(room)


@pytest.fixture
def far_chat(tmp_path_factory):
    """A chat without TLS, under a host name that the browser takes for another machine."""
    with Chat.ready(tmp_path_factory.mktemp("far"), ALLOWED_HOSTS="chat.test", SECRET_KEY="x" * 50) as running:
        yield running


def test_the_page_works_in_an_insecure_context(chromium, far_chat, room):
    """A phone at http://192.168.… is in such a context. Only notifications and the clipboard are missing there."""
    url = f"http://chat.test:{far_chat.port}/"
    with start_where_host_is_remote(chromium, "chat.test") as far, People(far, url) as people:
        # The browser says so because there is no TLS.
        people.allow_complaint("Cross-Origin-Opener-Policy header has been ignored")
        alice, bob = people.join("Alice", room), people.join("Bob", room)
        assert alice.page.evaluate("isSecureContext") is False
        alice.say("Can you hear me?")
        expect(bob.texts).to_have_text(["Can you hear me?"])
        bob.say("Yes")
        expect(alice.texts).to_have_text(["Can you hear me?", "Yes"])
        open_settings(alice.page)
        expect(alice.page.get_by_label("Colours")).to_be_visible()
        expect(alice.page.get_by_label("Show notifications")).to_be_hidden()
        alice.page.get_by_role("button", name="Share").click()
        address = alice.page.get_by_label("Copy this address")
        expect(address).to_be_focused()
        assert alice.page.evaluate("getSelection().toString()") == url + room_path(room)
        alice.page.keyboard.press("Escape")
        expect(alice.page.get_by_role("button", name="Share")).to_be_focused()
