"""The page on a phone: installed like an app, under a thumb, above the keyboard, and beside a camera."""

import pytest
from playwright.sync_api import expect

from tests.helpers.accessibility import small_targets
from tests.helpers.browser import CHROMIUM_ARGUMENTS, NETWORK_ERROR, chat_path, open_settings
from tests.live.conftest import program

FINGER_PX = 44
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
LYING = {**PHONE, "viewport": {"width": 740, "height": 360}}
# What an iPhone's keyboard does: the page keeps its size, and the person sees less of it, moved.
KEYBOARD = """([height, offsetTop]) => {
    for (const [name, value] of Object.entries({ height, offsetTop }))
        Object.defineProperty(visualViewport, name, { value, configurable: true });
    visualViewport.dispatchEvent(new Event("resize"));
}"""
BAR_COLORS = """() => [...document.querySelectorAll("meta[name=theme-color]")]
    .filter((meta) => matchMedia(meta.media).matches).map((meta) => meta.content)"""
SMALL_TEXT = """() => [...document.querySelectorAll("input:not([type=checkbox]), select, textarea")]
    .filter((field) => parseFloat(getComputedStyle(field).fontSize) < 16).map((field) => field.outerHTML)"""


def box(locator):
    """Return left, top, right and bottom of the element."""
    found = locator.bounding_box()
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def fill_room(chat, room, messages=30):
    for number in range(messages):
        chat.post(room, "Bob", f"number {number}")


def test_chromium_offers_to_install_the_chat(chromium, chat, room, tmp_path):
    # Chromium's shell installs nothing, and neither do Playwright's other contexts, which are incognito.
    context = chromium.browser_type.launch_persistent_context(
        tmp_path,
        executable_path=program("chromium", "Chromium is not installed: sudo apt install chromium"),
        args=CHROMIUM_ARGUMENTS,
    )
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    for path in ("", room, chat_path("Alice", room)):
        page.goto(chat.url + path)
        manifest = devtools.send("Page.getAppManifest")
        assert (manifest["url"], manifest["errors"]) == (f"{chat.url}-/manifest.webmanifest", [])
        assert manifest["manifest"]["startUrl"] == chat.url
        assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    context.close()


@pytest.mark.parametrize("size", [PHONE, LYING, {**PHONE, "viewport": {"width": 320, "height": 640}}])
def test_a_finger_hits_every_button_of_the_bar_and_the_composer(people, room, line, size):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room, url=line.url, **size)
    alice.field.fill("Hello")
    alice.field.press("Control+Enter")
    expect(alice.page.locator(".messages .own")).to_have_count(1)
    alice.field.press("ArrowUp")
    expect(alice.page.get_by_role("button", name="Cancel")).to_be_visible()
    line.cut()
    expect(alice.page.get_by_role("button", name="Try now")).to_be_visible()
    theirs = [target for target in small_targets(alice.page, FINGER_PX) if not belongs_to_others(target)]
    assert theirs == []


def belongs_to_others(target):
    """The buttons of messages and of the side have their own tests."""
    return any(part in target for part in ('class="edit"', 'class="delete"', "/static/", "forget"))


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_send_button_is_inside_of_the_field_at_its_end(people, room, locale):
    alice = people.join("Alice", room, locale=locale, **PHONE)
    left, top, right, bottom = box(alice.page.locator(".writing"))
    send = box(alice.page.locator(".send"))
    assert send[2] - send[0] == send[3] - send[1] == FINGER_PX
    assert top < send[1]
    assert send[3] < bottom
    assert 0 < (right - send[2] if locale == "en" else send[0] - left) < 8


def test_the_field_grows_with_its_text_and_leaves_room_for_the_messages(people, room):
    alice = people.join("Alice", room, **PHONE)
    field = alice.page.locator(".writing textarea")
    one = field.bounding_box()["height"]
    alice.field.fill("a\nb\nc")
    three = field.bounding_box()["height"]
    alice.field.fill("a\n" * 100)
    most = field.bounding_box()["height"]
    alice.field.fill("")
    assert one == field.bounding_box()["height"] == FINGER_PX
    assert one < three < most <= 0.4 * 844
    assert alice.page.locator(".log").bounding_box()["height"] > 300


def test_an_edit_has_a_button_to_save_and_one_to_cancel(people, room):
    alice = people.join("Alice", room)
    send = alice.page.locator(".send")
    alice.say("Hello")
    expect(alice.page.locator(".messages .own .tools")).to_be_attached()
    expect(send).to_have_accessible_name("Send")
    alice.field.press("ArrowUp")
    expect(alice.page.locator("#editing")).to_be_visible()
    expect(send).to_have_accessible_name("Save")
    expect(send).to_have_attribute("title", "Save")
    expect(send.locator(".icon-check")).to_be_visible()
    expect(send.locator(".icon-send")).to_be_hidden()
    alice.page.get_by_role("button", name="Cancel").click()
    expect(send).to_have_accessible_name("Send")
    expect(send.locator(".icon-send")).to_be_visible()
    expect(send.locator(".icon-check")).to_be_hidden()


def test_the_composer_stays_above_a_keyboard_that_covers_the_page(people, chat, room):
    fill_room(chat, room)
    alice = people.join("Alice", room, **PHONE)
    expect(alice.texts.last).to_be_in_viewport()
    alice.page.evaluate(KEYBOARD, [508, 120])
    expect(alice.page.locator("html")).to_have_attribute("data-keyboard", "open")
    assert box(alice.page.locator(".bar"))[1] == 120
    assert box(alice.page.locator(".foot"))[3] == 120 + 508
    top, bottom = box(alice.page.locator(".foot"))[1], box(alice.page.locator(".bar"))[3]
    alice.page.wait_for_function(
        """([top, bottom]) => {
            const last = [...document.querySelectorAll(".messages .bubble")].at(-1).getBoundingClientRect();
            return last.top > bottom && last.bottom <= top;
        }""",
        arg=[top, bottom],
    )
    alice.page.evaluate(KEYBOARD, [844, 0])
    assert box(alice.page.locator(".foot"))[3] == 844


def test_no_field_is_so_small_that_an_iphone_zooms_in(people, chat, room):
    page = people.join("Alice", room, **PHONE).page
    assert page.evaluate(SMALL_TEXT) == []
    page.goto(chat.url)
    assert page.evaluate(SMALL_TEXT) == []


def test_the_messages_are_readable_on_a_phone_that_lies_on_its_side(people, chat, room):
    fill_room(chat, room)
    alice = people.join("Alice", room, **LYING)
    log, bar = alice.page.locator(".log"), alice.page.locator(".bar")
    assert log.bounding_box()["height"] > 240
    alice.page.set_viewport_size({"width": 740, "height": 170})  # what an Android keyboard leaves
    alice.field.focus()
    expect(bar).to_be_hidden()
    assert log.bounding_box()["height"] > 100
    alice.page.locator(".log").focus()
    expect(bar).to_be_visible()


def test_nothing_is_behind_the_camera_or_the_rounded_corners(people, room):
    alice = people.join("Alice", room, **LYING)
    devtools = alice.page.context.new_cdp_session(alice.page)
    insets = {"top": 20, "bottom": 34, "left": 59, "right": 59}
    devtools.send("Emulation.setSafeAreaInsetsOverride", {"insets": insets})
    expect(alice.page.locator(".foot")).to_have_css("padding-bottom", "34px")
    for part in (".bar svg >> visible=true", ".bar h1", ".writing"):
        left, top, right, bottom = box(alice.page.locator(part).first)
        assert left >= 59, part
        assert right <= 740 - 59, part
        assert top >= 20, part
        assert bottom <= 360 - 34, part
    alice.page.get_by_role("button", name="Rooms").tap()
    alice.page.locator("#side").evaluate("side => Promise.all(side.getAnimations().map((each) => each.finished))")
    assert box(alice.page.get_by_label("Find or open a room"))[0] >= 59


def test_a_lost_connection_moves_no_message_and_has_a_color_an_icon_and_words(people, chat, room, line):
    people.allow_complaint(NETWORK_ERROR)
    fill_room(chat, room)
    alice = people.join("Alice", room, url=line.url, **PHONE)
    notice = alice.page.locator(".connection")
    places = [box(alice.texts.last)]
    line.cut()
    expect(alice.status).to_have_text("Connection lost.")
    expect(notice.locator(".icon-offline")).to_be_visible()
    lost = notice.evaluate("(notice) => getComputedStyle(notice).backgroundColor")
    places.append(box(alice.texts.last))
    line.repair()
    expect(alice.status).to_have_text("Connected again.")
    expect(notice.locator(".icon-check")).to_be_visible()
    expect(notice.locator(".icon-offline")).to_be_hidden()
    assert notice.evaluate("(notice) => getComputedStyle(notice).backgroundColor") != lost
    places.append(box(alice.texts.last))
    expect(alice.status).to_be_empty()
    expect(notice).not_to_have_attribute("data-kind", "back")
    assert notice.bounding_box()["height"] == 0
    assert places == [places[0]] * 3


def test_a_refused_text_is_red_with_an_icon(people, room):
    alice = people.join("Alice", room)
    notice = alice.page.locator("#composer .notice")
    assert notice.bounding_box()["height"] == 0
    alice.field.fill("x" * 8_001)
    alice.field.press("Enter")
    expect(alice.problem).to_contain_text("at most 8000")
    expect(notice.locator(".icon-refused")).to_be_visible()
    expect(notice).to_have_css("background-color", "rgb(253, 230, 227)")
    expect(alice.page.locator("#counter")).to_have_text("1 character too many")


def test_the_browsers_bar_follows_the_chosen_theme(people, room):
    page = people.join("Alice", room, color_scheme="light").page
    light = page.evaluate(BAR_COLORS)
    open_settings(page)
    page.get_by_label("Colours").select_option("Dark")
    (dark,) = page.evaluate(BAR_COLORS)
    assert [dark] != light
    page.reload()
    assert page.evaluate(BAR_COLORS) == [dark]
    open_settings(page)
    page.get_by_label("Colours").select_option("Automatic")
    assert page.evaluate(BAR_COLORS) == light


def test_the_rooms_button_hints_at_unread_messages_in_another_room(people, room):
    page = people.new_page(**PHONE)
    page.add_init_script(
        """localStorage.setItem('chat unread ["garden","another tab"]', JSON.stringify({ count: 3, at: Date.now() }))"""
    )
    alice = people.enter(page, "Alice", room)
    button = alice.page.get_by_role("button", name="Rooms, 3 unread messages")
    expect(button).to_be_visible()
    expect(button.locator(".dot")).to_be_visible()


def test_the_systems_high_contrast_colors_keep_the_edges_of_what_can_be_pressed(people, room):
    page = people.join("Alice", room, forced_colors="active", **PHONE).page
    for part in (".send", ".rooms-button", "#share", ".writing"):
        border, ground = page.locator(part).evaluate(
            "(part) => [getComputedStyle(part).borderTop, getComputedStyle(document.body).backgroundColor]"
        )
        assert border.startswith("1px solid"), part
        assert not border.endswith(ground), part
