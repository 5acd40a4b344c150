"""Every page is accessible: with the keyboard, on a small screen, enlarged, and with a screen reader."""

import pytest
from playwright.sync_api import expect

from tests.helpers.accessibility import assert_axe_finds_nothing, moving, small_targets, tab_through, too_wide
from tests.helpers.browser import NETWORK_ERROR, chat_path, open_settings

DESKTOP = {"width": 1200, "height": 760}
PHONE = {"width": 320, "height": 640}
ENLARGED = {"width": 640, "height": 480}  # a screen of 1280 x 960 at 200 %
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 3
MESSAGES = [
    ("Bob", "See https://example.org/route?from=station, @Alice, and `ls -l`"),
    ("Bob", f"```\n{'for x in range(3): print(x) ' * 5}\n```\n{LONG}"),
    ("مريم", "مرحبا، هل أحضر القهوة؟"),
    ("Alice", "Perfect. I bring:\n- buckets\n- the big flask"),
]


@pytest.fixture(autouse=True)
def network_errors_are_expected(people):
    people.allow_complaint(NETWORK_ERROR)


def post_messages_in(chat, room):
    """Post messages of every kind in the room."""
    for sender, text in MESSAGES:
        chat.post(room, sender, text)


def remember_rooms(page, *rooms):
    """Make the page's browser remember these rooms; the last one has unread messages in another tab."""
    page.add_init_script(
        f"""if (localStorage.getItem("chat rooms") === null) {{
            localStorage.setItem("chat rooms", JSON.stringify({list(rooms)}));
            const mark = JSON.stringify([{rooms[-1]!r}, "another tab"]);
            localStorage.setItem("chat unread " + mark, JSON.stringify({{ count: 3, at: Date.now() }}));
        }}"""
    )


def test_the_join_page_is_accessible(people, chat):
    page = people.new_page(viewport=PHONE, reduced_motion="reduce")
    remember_rooms(page, "garden", LONG[:64])
    for path in ("", "?user=&room=a%2Fb", "lobby", "lobby?user=" + "x" * 65, "no/such/page"):
        page.goto(chat.url + path)
        for size in (PHONE, ENLARGED):
            page.set_viewport_size(size)
            assert too_wide(page) == [], path
            assert small_targets(page) == [], path
        assert_axe_finds_nothing(page)
        assert moving(page) == [], path
    viewport = page.locator("meta[name=viewport]").get_attribute("content")
    assert "maximum-scale" not in viewport
    assert "user-scalable" not in viewport


def test_the_page_for_programs_is_accessible(people, chat):
    page = people.new_page(viewport=PHONE)
    page.goto(f"{chat.url}-/api/")
    for size in (PHONE, ENLARGED, DESKTOP):
        page.set_viewport_size(size)
        assert too_wide(page) == []
        assert small_targets(page) == []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        assert_axe_finds_nothing(page)


def test_the_chat_page_is_accessible_in_every_state(people, chat, room, line):
    """The states: a new page, messages, a deletion, an edit, another theme, refused messages, a lost connection."""
    alice = people.join("Alice", room, url=line.url, viewport=DESKTOP)
    page = alice.page
    assert_axe_finds_nothing(page)

    post_messages_in(chat, room)
    expect(alice.texts).to_have_count(len(MESSAGES))
    assert_axe_finds_nothing(page)

    alice.say("Mine")
    mine = page.locator(".messages .own").last
    expect(mine.get_by_role("button", name="Edit")).to_be_attached()
    mine.hover()
    assert_axe_finds_nothing(page)
    mine.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("group", name="Delete for everyone?")).to_be_visible()
    assert_axe_finds_nothing(page)
    page.keyboard.press("Escape")
    alice.field.press("ArrowUp")
    expect(page.get_by_role("button", name="Save")).to_be_visible()
    alice.field.fill("Mine, and better")
    assert_axe_finds_nothing(page)
    alice.field.press("Enter")
    expect(mine.get_by_text("edited")).to_be_visible()

    open_settings(page)
    page.get_by_label("Colours").select_option("Dark")
    assert_axe_finds_nothing(page)
    page.get_by_label("Colours").select_option("Automatic")

    page.route("**/messages/", lambda route: route.fulfill(status=400))
    alice.say("Refused")
    expect(alice.reasons).to_contain_text("the server refused it (400)")
    alice.say("")
    alice.field.fill("x" * 8_001)
    alice.field.press("Enter")
    expect(alice.problem).not_to_be_empty()
    assert_axe_finds_nothing(page)

    page.unroute("**/messages/")
    line.cut()
    alice.field.fill("Pending")
    alice.field.press("Enter")
    expect(alice.pending.last.get_by_text("Sending…")).to_be_visible()
    expect(alice.status).to_contain_text("Connection lost")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    assert_axe_finds_nothing(page)
    assert small_targets(page) == []


def test_names_are_readable_in_every_colour(people, chat, room):
    alice = people.join("Alice", room, viewport=DESKTOP)
    names = alice.page.evaluate(
        """async () => {
            const { nameHue } = await import("/static/chat/room/name_hue.js");
            const names = Array(12).fill(null);
            for (let n = 0; names.includes(null); n += 1) names[nameHue(`person ${n}`)] ??= `person ${n}`;
            return names;
        }"""
    )
    for name in names:
        chat.post(room, name, "Hello")
    expect(alice.texts).to_have_count(12)
    assert_axe_finds_nothing(alice.page)


def test_everything_is_visible_on_a_small_screen_and_on_an_enlarged_page(people, chat, room):
    post_messages_in(chat, room)
    page = people.new_page(viewport=PHONE, reduced_motion="reduce", has_touch=True, is_mobile=True)
    remember_rooms(page, "garden", LONG[:64])
    page.goto(chat.url + chat_path("Alice", room))
    share = page.get_by_role("button", name="Share")
    for size in (PHONE, ENLARGED):
        page.set_viewport_size(size)
        assert too_wide(page) == []
        assert small_targets(page) == []
        assert moving(page) == []
        expect(share).to_be_in_viewport(ratio=1)
        expect(page.get_by_label("Message", exact=True)).to_be_in_viewport(ratio=1)
    assert_axe_finds_nothing(page)

    page.get_by_role("button", name="Rooms").tap()
    expect(page.get_by_role("link", name="3 unread messages")).to_be_visible()
    for size in (PHONE, ENLARGED):
        page.set_viewport_size(size)
        assert too_wide(page) == []
        assert small_targets(page) == []
    assert_axe_finds_nothing(page)
    open_settings(page)
    for size in (PHONE, ENLARGED):
        page.set_viewport_size(size)
        assert too_wide(page) == []
        assert small_targets(page) == []
    assert_axe_finds_nothing(page)
    page.get_by_role("button", name="Close").tap()
    expect(page.get_by_role("link", name="Change name")).to_be_hidden()


def test_the_keyboard_reaches_every_control_and_the_focus_is_visible(people, chat, room):
    post_messages_in(chat, room)
    page = people.new_page(viewport=DESKTOP)
    remember_rooms(page, "garden")
    page.goto(chat.url + chat_path("Alice", room))
    expect(page.get_by_label("Message", exact=True)).to_be_focused()
    open_settings(page)
    page.get_by_role("link", name="Skip to writing").focus()
    page.keyboard.press("Shift+Tab")
    stops = tab_through(page)
    names = [stop["name"] for stop in stops]
    wanted = ["Skip to writing", "Chat", "Find or open a room", f"#{room}", "#garden 3 unread messages"]
    wanted += ["Remove #garden from the list", "A Alice Settings", "Change name", "Colours", "Language", "Set"]
    wanted += ["Show notifications", "Share", "Messages"]
    assert names[: len(wanted)] == wanted
    assert names[-2:] == ["Message", "Send"]
    assert [stop for stop in stops if not (stop["outlined"] and stop["uncovered"])] == []

    page.get_by_role("link", name="Skip to writing").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Message", exact=True)).to_be_focused()


def test_the_keyboard_opens_and_closes_the_rooms_on_a_narrow_screen(people, room):
    page = people.join("Alice", room, viewport=PHONE).page
    rooms = page.get_by_role("button", name="Rooms")
    rooms.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Find or open a room")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Chat", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Find or open a room")).to_be_hidden()
    expect(rooms).to_be_focused()
