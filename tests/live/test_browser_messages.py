"""How messages, their times and tools, days and the unread line are laid out, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.accessibility import assert_axe_finds_nothing, small_targets, too_wide
from tests.helpers.browser import People, chat_path, start_whole
from tests.helpers.history import write_many

PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 375, "height": 700}}
LONG = "A long message that needs more than one line, wherever it is read. " * 5
# What the person sees of these elements: nothing of what is clipped away or transparent.
BOXES = """([selector, of]) => [...document.querySelectorAll(selector)]
    .filter((element) => getComputedStyle(element).opacity !== "0" && getComputedStyle(element).clipPath === "none")
    .map((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return { left, right, top, bottom, of: element.closest(of)?.id };
    })
    .filter(({ left, right, top, bottom }) => right > left && bottom > top)"""


def boxes(page, selector, of=".message"):
    return page.evaluate(BOXES, [selector, of])


def overlap(one, other):
    across = min(one["right"], other["right"]) - max(one["left"], other["left"])
    down = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
    return across > 0.5 and down > 0.5


def expect_tools_of(page, item, moderate=0):
    """Expect the time and the tools of this message alone, beside or below its bubble, and over no text."""
    id = item.get_attribute("id")
    tools = boxes(page, ".tools, .moderate") if moderate else boxes(page, ".tools")
    times = [time for time in boxes(page, ".when") if time["of"] == id]
    assert {bar["of"] for bar in tools} == {id}
    assert len(times) == 1
    others = [box for box in boxes(page, ".message") if box["of"] != id]
    solid = boxes(page, ".bubble, .disc, .message:not(.own, .grouped) .from, .edited, .day time")
    column = boxes(page, ".messages")[0]
    for box in tools + times:
        assert [other for other in others + solid if overlap(box, other)] == []
        assert column["left"] - 1 <= box["left"]
        assert box["right"] <= column["right"] + 1
    assert not any(overlap(bar, time) for bar in tools for time in times)


def conversation(chat, room, alice):
    """Write groups of short and long messages of both."""
    for text in ("Short", LONG, "ok", "😀"):
        chat.post(room, "Bob", text)
    for text in ("Mine", LONG, "ok", "👍"):
        alice.say(text)
    expect(alice.texts).to_have_count(8)
    expect(alice.page.locator(".messages .own .tools")).to_have_count(4)


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (1280, "ar"), (700, "en"), (660, "ar")])
def test_a_message_under_the_mouse_has_its_time_and_tools_beside_it(people, chat, room, width, language):
    room = f"{room[:40]} {width} {language}"
    alice = people.join("Alice", room, viewport={"width": width, "height": 900}, locale=language)
    page = alice.page
    conversation(chat, room, alice)
    widths = [bubble["right"] - bubble["left"] for bubble in boxes(page, ".bubble")]
    for item in page.locator(".messages .message").all():
        item.locator(".bubble").hover()
        expect_tools_of(page, item)
        bubble, tools = (item.locator(part).bounding_box() for part in (".bubble", ".tools"))
        assert bubble["y"] <= tools["y"] + 1 < bubble["y"] + bubble["height"], "beside it"
        is_right = tools["x"] > bubble["x"]
        assert is_right == (("own" in item.get_attribute("class")) == (language == "ar")), "toward the middle"
    page.mouse.move(2, 2)
    assert boxes(page, ".tools") == []
    assert [bubble["right"] - bubble["left"] for bubble in boxes(page, ".bubble")] == widths, "no text was set again"
    assert too_wide(page) == []


def test_the_tools_of_a_tall_message_stay_in_view(people, room):
    alice = people.join("Alice", room, viewport={"width": 1280, "height": 400})
    alice.say("line\n" * 25)
    tools = alice.page.locator(".messages .own .tools")
    expect(tools).to_be_attached()
    alice.page.locator(".messages .own .bubble").hover()
    expect(tools).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, {"width": 320, "height": 600}])
def test_the_keyboard_reaches_the_time_and_the_tools_of_every_message(people, chat, room, size):
    room = f"{room[:40]} {size['width']}"
    alice = people.join("Alice", room, viewport=size)
    page = alice.page
    chat.post(room, "Bob", "first")
    chat.post(room, "Bob", "second")
    alice.say("mine")
    expect(page.locator(".messages .own .tools")).to_have_count(1)
    page.locator(".log").focus()
    stops = []
    for _ in range(8):
        page.keyboard.press("Tab")
        item = page.locator(".message:has(:focus)")
        name = page.evaluate("document.activeElement.ariaLabel || document.activeElement.className")
        stops.append((item.locator(".text").text_content(), name))
        expect_tools_of(page, item)
        expect(page.locator(":focus")).to_be_in_viewport(ratio=1)
    assert stops == [
        ("first", "when"),
        ("first", "Copy link"),
        ("second", "when"),
        ("second", "Copy link"),
        ("mine", "when"),
        ("mine", "Copy link"),
        ("mine", "Edit"),
        ("mine", "Delete"),
    ]


@pytest.fixture
def with_long_press(chromium, chat):
    with start_whole(chromium) as browser, People(browser, chat.url) as people:
        yield people


def test_a_long_press_shows_the_tools_and_a_second_tap_hides_them(with_long_press, chat, room):
    alice = with_long_press.join("Alice", room, **PHONE)
    page = alice.page
    for text in ("one", "two"):
        chat.post(room, "Bob", text)
    for text in ("three", LONG):
        alice.field.fill(text)
        page.get_by_role("button", name="Send").tap()
    expect(page.locator(".messages .own .tools")).to_have_count(2)
    touch = page.context.new_cdp_session(page)
    assert boxes(page, ".tools") == []
    for item in page.locator(".messages .message").all():
        bubble = item.locator(".bubble")
        bubble.scroll_into_view_if_needed()
        box = bubble.bounding_box()
        point = {"x": box["x"] + 20, "y": box["y"] + 15}
        touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        expect(item).to_have_class(re.compile(r"\bchosen\b"))
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        expect_tools_of(page, item)
        assert small_targets(page, 44) == []
        assert too_wide(page) == []
    bubble.tap()
    expect(page.locator(".chosen")).to_have_count(0)
    assert boxes(page, ".tools") == []


def test_a_message_s_link_is_copied(people, chat, room):
    alice = people.join("Alice", room, permissions=["clipboard-read", "clipboard-write"])
    id = chat.post(room, "Bob", "here")["id"]
    item = alice.page.locator(f"#m{id}")
    item.hover()
    item.get_by_role("button", name="Copy link").click()
    expect(alice.page.get_by_text("Link copied")).to_be_visible()
    copied = alice.page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{alice.page.url.split('?')[0]}#m{id}", "an address without a name"


def test_own_messages_show_no_name_and_screen_readers_hear_it(people, room):
    alice = people.join("Alice", room)
    alice.say("mine")
    item = alice.page.locator(".messages .own")
    expect(item.locator(".bubble")).to_be_visible()
    item.hover()
    assert boxes(alice.page, ".messages .own .author") == []
    expect(item).to_match_aria_snapshot("- listitem:\n  - paragraph:\n    - text: Alice\n    - link /\\d+:\\d+/")


def test_a_few_emoji_are_large_and_have_no_bubble(people, chat, room):
    alice = people.join("Alice", room)
    for text in ("👩‍👩‍👧‍👦🇩🇪👍🏽", "1️⃣", "👍 ok", "👍👍👍👍"):
        chat.post(room, "Bob", text)
    expect(alice.texts).to_have_count(4)
    looks = alice.texts.evaluate_all(
        """(texts) => texts.map((text) => [
            parseFloat(getComputedStyle(text).fontSize) > 40,
            getComputedStyle(text.parentElement).backgroundColor === "rgba(0, 0, 0, 0)",
        ])"""
    )
    assert looks == [[True, True], [True, True], [False, False], [False, False]]


def test_a_quote_has_a_bar_where_its_lines_begin(people, chat, room):
    alice = people.join("Alice", room)
    chat.post(room, "Bob", "> one `two`\n> @Alice\nyes")
    quote = alice.page.locator(".text blockquote")
    expect(quote).to_have_css("border-left-width", "3px")
    expect(quote.locator("mark")).to_have_text("@Alice")
    expect(quote.locator("code")).to_have_text("two")
    assert quote.locator(".sign").first.bounding_box()["width"] < 1, "people see a bar in its place"
    assert alice.texts.first.inner_text() == "> one two\n> @Alice\nyes"


def write_days(chat, room):
    """Write 40 messages on each of three days; return their ids."""
    ids = write_many(chat, room, (f"number {number}" for number in range(120)))
    code = (
        "from datetime import timedelta\nfrom chat.models import ChatMessage\n"
        f"for message in ChatMessage.objects.filter(id__in={ids}):\n"
        f"    message.date += timedelta(days=(message.id - {ids[0]}) // 40)\n    message.save()"
    )
    chat.manage("shell", "-c", code)
    return ids


def test_the_day_stays_in_view_and_covers_no_message_that_matters(people, chat, room):
    ids = write_days(chat, room)
    page = people.join("Alice", room, viewport={"width": 1000, "height": 500}).page
    log = page.locator(".log")
    while not page.locator(f"#m{ids[0]}").is_visible():
        log.evaluate("log => log.scrollTo(0, 0)")
    for number, day in [(10, "March 4"), (50, "March 5"), (100, "March 6")]:
        item = page.locator(f"#m{ids[number]}")
        item.evaluate("item => item.scrollIntoView({ block: 'start' })")
        pill = page.locator(".day", has_text=day).locator("time")
        expect(pill).to_be_in_viewport(ratio=1)
        box, bubble = pill.bounding_box(), item.locator(".bubble").bounding_box()
        top = log.bounding_box()["y"]
        assert top <= box["y"] < top + 20
        assert bubble["y"] >= box["y"] + box["height"], "below the pill"
    item = page.locator(f"#m{ids[60]} .when")
    page.locator(f"#m{ids[72]} .when").focus()
    while not item.evaluate("time => time === document.activeElement"):
        page.keyboard.press("Shift+Tab")
        focused = page.locator(":focus").bounding_box()
        pills = [pill for pill in boxes(page, ".day time") if pill["bottom"] > 0]
        box = {"left": focused["x"], "right": focused["x"] + focused["width"]}
        box |= {"top": focused["y"], "bottom": focused["y"] + focused["height"]}
        assert not any(overlap(box, pill) for pill in pills)
        assert focused["y"] >= max(pill["bottom"] for pill in pills if pill["top"] < top + 20) - 1


def read_all(person):
    """Wait until the page remembers what was read; leave it."""
    person.page.wait_for_function("() => Object.keys(localStorage).some((name) => name.startsWith('chat read'))")
    person.page.goto("about:blank")


def test_a_button_leads_to_the_first_of_many_messages_that_came_while_nobody_was_there(people, chat, room):
    chat.post(room, "Bob", "read")
    alice = people.join("Alice", room)
    page, button = alice.page, alice.page.locator(".backlog button")
    expect(alice.texts).to_have_text(["read"])
    expect(button).to_be_hidden()
    read_all(alice)
    ids = write_many(chat, room, (f"number {number}" for number in range(500)))
    chat.post(room, "Bob", "last")
    page.goto(chat.url + chat_path("Alice", room))
    expect(button).to_have_text("More than 50 new messages")
    assert_axe_finds_nothing(page)
    button.click()
    expect(page.locator(".unread + .message .text")).to_have_text("number 0")
    expect(page.locator(".unread")).to_be_in_viewport()
    expect(page.locator(f"#m{ids[0]}")).to_be_focused()
    expect(button).to_be_hidden()


def test_the_button_says_how_many_and_since_when_once_it_is_known(people, chat, room):
    chat.post(room, "Bob", "read")
    alice = people.join("Alice", room)
    page, button = alice.page, alice.page.locator(".backlog button")
    expect(alice.texts).to_have_text(["read"])
    read_all(alice)
    messages = [chat.post(room, "Bob", f"number {number}") for number in range(30)]
    page.goto(f"{chat.url}{chat_path('Alice', room)}#m{messages[-2]['id']}")
    expect(button).to_have_text(re.compile(r"^30 new since \d+:\d+"))
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#m{messages[0]['id']}")).to_be_focused()
    expect(page.locator(".unread")).to_be_in_viewport()
    expect(button).to_be_hidden()


def test_a_backlog_that_is_in_view_has_no_button(people, chat, room):
    chat.post(room, "Bob", "read")
    alice = people.join("Alice", room)
    expect(alice.texts).to_have_text(["read"])
    read_all(alice)
    for number in range(30):
        chat.post(room, "Bob", f"number {number}")
    alice.page.goto(chat.url + chat_path("Alice", room))
    expect(alice.page.locator(".unread")).to_be_in_viewport()
    expect(alice.page.locator(".backlog button")).to_be_hidden()


def test_corners_and_space_show_what_belongs_together(people, chat, room):
    alice = people.join("Alice", room)
    for text in ("one", "two", "three"):
        chat.post(room, "Bob", text)
    chat.post(room, "Carol", "four")
    expect(alice.texts).to_have_count(4)
    corners = alice.page.locator(".bubble").evaluate_all(
        """(all) => all.map((bubble) => ["borderTopLeftRadius", "borderBottomLeftRadius", "borderTopRightRadius"].map(
            (corner) => parseFloat(getComputedStyle(bubble)[corner]) > 10))"""
    )
    assert corners == [[True, False, True], [False, False, True], [False, True, True], [True, True, True]]
    tops = [bubble["top"] for bubble in boxes(alice.page, ".bubble")]
    bottoms = [bubble["bottom"] for bubble in boxes(alice.page, ".bubble")]
    gaps = [below - above for above, below in zip(bottoms, tops[1:], strict=False)]
    assert max(gaps[:2]) < 5 < 25 < gaps[2]
