"""What a message looks like, and what it may do to the page around it, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import CHROMIUM_ARGUMENTS, People, chat_path, find_chromium, open_settings
from tests.helpers.history import write_many

ZALGO = "Z" + "\u0301" * 40 + "\u0316" * 20  # marks that pile up and hang down
MOST_MARKS = "Z" + "\u0301" * 4  # as many as a new name may have
TURNING = "\u0645\u0631\u064a\u0645 (1"  # written from right to left, and so would be the full stop behind it
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
EDGES = "(element) => { const { left, right } = element.getBoundingClientRect(); return [left, right] }"


@pytest.fixture
def with_scroll_bars(chromium, chat):
    """People whose scroll bars take room, as on Windows. Playwright hides them."""
    with (
        chromium.browser_type.launch(
            executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS, ignore_default_args=["--hide-scrollbars"]
        ) as browser,
        People(browser, chat.url) as people,
    ):
        yield people


def edges(page, selector):
    return page.locator(selector).first.evaluate(EDGES)


def test_a_click_with_the_mouse_pins_nothing_over_the_message_above(people, room):
    alice = people.join("Alice", room)
    alice.say("one")
    alice.say("two")
    item = alice.page.locator(".messages .grouped")
    tools = item.locator(".tools")
    for place in (".bubble", ".when", ".bubble"):  # the time leads to the message, which gets the focus
        item.hover()
        expect(tools).to_have_css("opacity", "1")
        item.locator(place).click()
        alice.page.mouse.move(5, 5)
        expect(tools).to_have_css("opacity", "0")
        expect(item.locator(".when")).to_have_css("opacity", "0")
    item.hover()
    tools.get_by_role("button", name="Delete").click()
    alice.page.get_by_role("button", name="Keep").click()
    alice.page.mouse.move(5, 5)
    expect(tools).to_have_css("opacity", "0")
    alice.page.keyboard.press("Shift+Tab")
    expect(tools.get_by_role("button", name="Edit")).to_be_focused()
    expect(tools).to_have_css("opacity", "1")


@pytest.mark.parametrize("width", [1400, 900, 320])
def test_messages_are_aligned_with_the_heading_and_the_field_beside_a_scroll_bar(with_scroll_bars, chat, room, width):
    for number in range(30):
        chat.post(room, "Bob", f"number {number}")
    page = with_scroll_bars.join("Alice", room, viewport={"width": width, "height": 500}).page
    assert page.locator(".log").evaluate("log => log.offsetWidth - log.clientWidth") > 10
    left, right = edges(page, "#composer")
    assert edges(page, ".messages") == pytest.approx([left, right], abs=1)
    if width > 1000:
        assert edges(page, ".bar h1")[0] == pytest.approx(left, abs=1)


def test_a_name_does_not_paint_over_what_is_around_it(people, chat, room):
    chat.post(room, "Bob", "one\ntwo\nthree")
    for name in ("old", "older"):
        chat.post(room, name, "I am here")
    chat.post(room, "Bob", "four\nfive")
    give_old_names(chat, room, old=ZALGO, older=f"A{ZALGO}")
    page = people.new_page()
    page.add_init_script(f"localStorage.setItem('chat rooms', JSON.stringify(['above', '{ZALGO}', 'below']))")
    page.goto(chat.url + chat_path(MOST_MARKS, room))
    expect(page.locator(".message")).to_have_count(4)
    side = [page.locator(".rooms .name", has_text=text).first for text in (room, "above", "below")]
    around = [*page.locator(".bubble").all(), *side, page.locator(".me summary svg")]
    before = [element.screenshot() for element in around]
    page.evaluate(
        """document.querySelectorAll("bdi").forEach((name) => {
            name.textContent = name.textContent.normalize("NFD").replace(/\\p{M}/gu, "");
        })"""
    )
    expect(page.get_by_text("You are Z.")).to_be_attached()
    assert [element.screenshot() for element in around] == before


def give_old_names(chat, room, **names):
    """Give these names to messages of the room, which nobody has read yet: the server refuses such names now."""
    code = (
        "from chat.models import ChatMessage\n"
        f"for new, old in {names!r}.items():\n"
        f"    ChatMessage.objects.filter(room__eid={room!r}, user=new).update(user=old)"
    )
    chat.manage("shell", "-c", code)


def test_a_name_does_not_turn_around_the_sentence_that_it_is_in(people, room):
    page = people.join(TURNING, room, viewport={"width": 900, "height": 700}).page
    page.get_by_role("button", name="Rooms").click()
    open_settings(page)
    places = page.locator(".who").evaluate(
        """(who) => [...who.childNodes].map((node) => {
            const range = document.createRange();
            range.selectNodeContents(node);
            return range.getBoundingClientRect().x;
        })"""
    )
    assert places == sorted(places), "“You are”, the name, the full stop, “Change name”"


def test_a_long_message_is_folded_until_its_reader_wants_it_all(people, chat, room):
    """Whatever makes it long. Nothing moves, and the keyboard reaches what is folded."""
    link = "https://example.org/end"
    chat.post(room, "Bob", "\n" * 7_900 + link)
    chat.post(room, "Bob", "\ufdfd" * 3_000)
    chat.post(room, "Bob", "```\n" + "code\n" * 200 + "```")
    chat.post(room, "Bob", "short\n" * 25)
    alice = people.join("Alice", room)
    page, boxes = alice.page, alice.page.locator(".all input:visible")
    expect(boxes).to_have_count(3)
    assert max(text.bounding_box()["height"] for text in alice.texts.all()) < 720
    alice.field.fill("mine\n" * 100)
    alice.field.press("Enter")
    expect(alice.texts).to_have_count(5)
    expect(alice.pending).to_have_count(0)
    expect(boxes).to_have_count(4)
    item = page.locator(".message", has_text="mine")
    boxes.last.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    top = item.bounding_box()["y"]
    boxes.last.check()
    page.wait_for_timeout(300)
    assert item.bounding_box()["height"] > 2_000
    assert item.bounding_box()["y"] == pytest.approx(top, abs=1)
    boxes.last.uncheck()
    expect(boxes.last).to_be_in_viewport()
    assert item.bounding_box()["height"] < 800
    boxes.first.focus()
    page.evaluate(TWO_FRAMES)  # the page hears that it has left the end; nobody presses the next key sooner
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name=link)).to_be_focused()
    expect(page.get_by_role("link", name=link)).to_be_in_viewport()
    page.reload()
    expect(boxes).to_have_count(4)
    assert max(text.bounding_box()["height"] for text in alice.texts.all()) < 720


def test_messages_full_of_links_are_drawn_with_a_limited_number_of_them(people, chat, room):
    """Layout takes seconds otherwise."""
    write_many(chat, room, ["http://a " * 888] * 30)
    page = people.visit(chat_path("Alice", room))
    expect(page.locator(".message")).to_have_count(30)
    expect(page.locator(".text a").last).to_be_attached()
    assert 30 * 50 <= page.locator(".text a").count() <= 30 * 110


def test_all_messages_are_printed_and_no_buttons(people, chat, room):
    for number in range(40):
        chat.post(room, "Bob", f"number {number}\n" * 3)
    alice = people.join("Alice", room, color_scheme="dark")
    alice.say("mine\n" * 100)
    expect(alice.page.locator(".messages .tools")).to_have_count(1)
    alice.page.emulate_media(media="print")
    expect(alice.page.get_by_role("button")).to_have_count(0)
    expect(alice.field).to_be_hidden()
    expect(alice.page.get_by_role("checkbox")).to_have_count(0)
    assert alice.texts.last.bounding_box()["height"] > 2_000
    assert alice.texts.first.bounding_box()["y"] > 0
    assert alice.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(245, 245, 241)"
    assert alice.page.pdf().count(b"/Type /Page\n") > 3


def test_who_copies_messages_gets_no_buttons_and_nothing_hidden(people, chat, room):
    chat.post(room, "Bob", "> zero\nzero")
    alice = people.join("Alice", room)
    expect(alice.page.locator("blockquote")).to_have_text("> zero")
    for text in ("one", "two"):
        alice.say(text)
        expect(alice.page.locator(".messages .tools").last).to_be_attached()
    expect(alice.page.locator(".messages .tools")).to_have_count(2)
    alice.page.locator(".log").focus()
    alice.page.evaluate("getSelection().selectAllChildren(document.querySelector('.messages'))")
    alice.page.keyboard.press("Control+C")
    alice.field.focus()
    alice.page.keyboard.press("Control+V")
    copied = alice.field.input_value()
    assert re.findall(r"Bob|Alice|one|two|Edit|Delete|link|Show all", copied) == ["Bob", "one", "two"]
    assert "> zero\nzero" in copied
    assert copied.count(":") == 1, "the time of Bob's message, which is visible"
