"""The join pages and the page without scripts, in a real browser."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.helpers.accessibility import too_wide
from tests.helpers.browser import HOSTILE_ROOM, NETWORK_ERROR, Person, chat_path, open_settings
from tests.helpers.running import PROJECT

SITE_HEADER = PROJECT / "static" / "chat" / "site_header.css"
ADD_HEADER_AND_FOOTER = """() => {
    document.body.insertAdjacentHTML("afterbegin", '<header class="site-header"><a href="/">My site</a></header>');
    document.body.insertAdjacentHTML("beforeend", "<footer>Our imprint</footer>");
}"""


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
    page = people.new_page()
    people.enter_by_form(page, "Alice", room)
    people.enter_by_form(page, "Zoë & co", "garden")  # with an open stream it has noted the visit
    page.goto(chat.url)
    field = page.get_by_label("Your name")
    expect(field).to_have_value("Zoë & co")
    expect(page.get_by_label("Room")).to_be_focused()
    rooms = page.get_by_role("navigation", name="Visited before").get_by_role("link")
    expect(rooms).to_have_text(["#garden", f"#{room}"])
    field.fill("Carol")
    rooms.last.click()
    expect(page).to_have_title(f"#{room} · Chat")
    expect(page.locator(".who bdi")).to_have_text("Carol")
    open_settings(page)
    page.get_by_role("link", name="Change name").click()
    expect(page.get_by_label("Your name")).to_have_value("Carol")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["", "a/b/c"], ids=["join page", "error page"])
def test_a_hosts_header_is_a_bar_at_the_top_and_its_footer_at_the_bottom(people, path, width):
    people.allow_complaint(NETWORK_ERROR)
    page = people.new_page(bypass_csp=True, viewport={"width": width, "height": 900})
    page.goto(people.url + path)
    page.add_style_tag(path=SITE_HEADER)
    page.evaluate(ADD_HEADER_AND_FOOTER)
    header, card, footer = (page.locator(one).bounding_box() for one in (".site-header", "main", "footer"))
    assert (header["x"], header["y"], header["width"]) == (0, 0, width)
    assert footer["y"] + footer["height"] <= 900
    assert footer["y"] > 800
    above, below = card["y"] - header["height"], footer["y"] - card["y"] - card["height"]
    assert above == pytest.approx(below, abs=1)
    assert above > 0
    assert too_wide(page) == []
    words = page.locator(".site-header a").bounding_box()
    assert words["x"] >= 16
    assert words["y"] >= 8


def test_a_link_with_a_name_changes_neither_name_nor_rooms_in_this_browser(people, chat, room):
    page = people.new_page()
    people.enter_by_form(page, "Dave", room)
    trap = "a trap"
    page.goto(chat.url + chat_path("Erin", trap))
    notice = page.get_by_role("link", name="You are Erin here, not Dave.")
    expect(notice).to_be_visible()
    expect(page.locator(".rooms a")).to_have_text([f"#{trap}", f"#{room}"])
    page.locator(".rooms a").last.click()
    expect(page.get_by_label("Your name")).to_have_value("Dave")
    page.goto(chat.url)
    expect(page.get_by_label("Your name")).to_have_value("Dave")
    expect(page.get_by_role("navigation", name="Visited before").get_by_role("link")).to_have_text([f"#{room}"])
    page.goto(chat.url + chat_path("Erin", trap))
    notice.click()
    expect(page.get_by_label("Your name")).to_have_value("Dave")
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title(f"#{trap} · Chat")
    expect(page.locator(".who bdi")).to_have_text("Dave")
    Person(page).wait_for_stream()
    expect(notice).to_have_count(0)
    expect(page.locator(".rooms a")).to_have_text([f"#{trap}", f"#{room}"])


def test_no_link_of_ours_carries_a_name(people, chat, room):
    chat.post(room, "Erin", f"{chat.url}{chat_path('Erin', 'garden')}&x=1#m7 {chat.url}{chat_path('Erin', room)}")
    page = people.new_page()
    people.enter_by_form(page, "Dave", "attic")
    dave = people.enter_by_form(page, "Dave", room)
    for number in range(50):
        chat.post(room, "Bob", f"{number}")
    expect(dave.texts.last).to_have_text("49")  # unread, they would keep the page at their beginning
    page.reload()
    dave.wait_for_stream()
    page.get_by_role("link", name="Older messages").dispatch_event("click")  # a real one scrolls, and so loads them too
    expect(dave.texts).to_have_count(51)
    links = page.locator("a[href]:not(.skip)").evaluate_all("all => all.map((link) => link.href)")
    assert f"{chat.url}attic" in links
    assert f"{chat.url}garden?x=1#m7" in links
    assert [link for link in links if re.search("user|Dave|Erin", link)] == []
    with page.expect_popup() as popup:
        page.locator(".text a").first.click()
    expect(popup.value).to_have_title("Join #garden · Chat")
    expect(popup.value.get_by_label("Your name")).to_have_value("Dave")


@pytest.mark.parametrize(("scripts", "target"), [(True, ".target"), (False, ".message:target")])
def test_the_place_in_the_address_survives_the_join_page(people, chat, room, scripts, target):
    people.allow_complaint(NETWORK_ERROR)
    chat.post(room, "Bob", "first")
    wanted = chat.post(room, "Bob", "wanted")["id"]
    page = people.visit(f"{quote(room)}#m{wanted}", java_script_enabled=scripts)
    page.get_by_label("Your name").fill("x" * 65)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Your name").fill("Dave")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_url(re.compile(rf"\?user=Dave#m{wanted}$"))
    expect(page.locator(f"{target} .text")).to_have_text("wanted")


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
