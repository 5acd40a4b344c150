"""Reading a room, both its newest messages and its history, in a real browser."""

import re

from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, chat_path
from tests.helpers.history import change, forget_events, post_with_key, write_many

AT_MOST = 600  # messages in a page
TOP_OF = "(item) => item.getBoundingClientRect().top"
SEE_END = (
    "() => { const l = document.querySelector('.log'); return l.scrollHeight - l.clientHeight - l.scrollTop < 48 }"
)
HIDEABLE = """Object.defineProperty(document, "visibilityState", {
    get: () => (globalThis.shown === false ? "hidden" : "visible"),
})"""

LISTEN = """() => {
    globalThis.added = [];
    const record = (changes) => changes.forEach(({ addedNodes }) =>
        addedNodes.forEach(({ textContent }) => added.push(textContent)));
    new MutationObserver(record).observe(document.querySelector("[role=log]"), { childList: true });
}"""


def scroll(person, top):
    """Scroll the log; return when the page has handled the scroll event."""
    person.page.locator(".log").evaluate(
        """(log, top) => {
            log.scrollTop = top;
            return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }""",
        top,
    )


def show_tab(person, shown):
    person.page.evaluate(
        "(shown) => { globalThis.shown = shown; document.dispatchEvent(new Event('visibilitychange')) }", shown
    )


def ids_of(person):
    return [
        int(id) for id in person.page.locator(".messages [data-id]").evaluate_all("all => all.map(m => m.dataset.id)")
    ]


def markup(person):
    html = person.page.locator(".messages").inner_html()
    html = re.sub(r' data-(tag|author)="\w+"', "", html)  # only the server writes these into the page
    return re.sub(r"\s+", " ", re.sub(r">\s+<", "><", html)).strip()


def expect_at_end(person):
    person.page.wait_for_function(SEE_END)


def test_messages_look_the_same_live_and_after_a_reload(people, chat, room):
    """The script and the server render the same groups, days, links, code and mentions."""
    write_many(chat, room, ["long ago"])
    alice = people.join("Alice", room)
    for sender, text in [
        ("Bob", "see (https://example.org/a?b=1). @alice"),
        ("Bob", "```\n  if x:\n```\nand `y`"),
        ("Carol", "مرحبا"),
    ]:
        chat.post(room, sender, text)
    expect(alice.texts).to_have_count(4)
    alice.say("a line\nand another <b>")
    expect(alice.texts).to_have_count(5)
    expect(alice.pending).to_have_count(0)
    items = alice.page.locator(".messages > li:not(.empty)")

    def check():
        expect(items).to_have_class(
            [
                re.compile(r"^day$"),
                re.compile(r"^message hue-\d+$"),
                re.compile(r"^day$"),
                re.compile(r"^message hue-\d+ mentioned joined$"),
                re.compile(r"^message hue-\d+ grouped$"),
                re.compile(r"^message hue-\d+$"),
                re.compile(r"^message own hue-\d+$"),
            ]
        )
        expect(alice.page.locator(".day")).to_have_text([re.compile("March 4, 2026"), "Today"])
        link = alice.page.locator(".text a")
        expect(link).to_have_text("https://example.org/a?b=1")
        expect(link).to_have_attribute("rel", "noopener nofollow")
        expect(alice.page.locator(".text mark")).to_have_text("@alice")
        expect(alice.page.locator(".text pre")).to_have_text("  if x:")
        code = alice.page.locator(".text > code")
        expect(code).to_have_text("y")
        expect(code).to_have_css("border-radius", "4px")
        expect(code).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
        assert alice.texts.nth(4).inner_text() == "a line\nand another <b>"
        assert alice.texts.nth(3).evaluate("text => getComputedStyle(text).direction") == "rtl"
        expect(alice.page.locator(".unread")).to_have_count(0)

    check()
    before_reload = markup(alice)
    alice.page.reload()
    check()
    assert markup(alice) == before_reload


def test_a_reader_can_scroll_back_to_the_first_message_and_return(people, chat, room):
    """The text does not jump, the page stays small, and the page counts the new messages meanwhile."""
    people.allow_complaint(NETWORK_ERROR)
    ids = write_many(chat, room, (f"number {number}\n" * (1 + number % 3) for number in range(900)))
    alice = people.join("Alice", room)
    expect(alice.texts.last).to_be_in_viewport()
    assert ids_of(alice) == ids[-50:]
    in_view = alice.page.locator(f"#m{ids[-40]}")
    alice.page.route("**/messages/?before=*", lambda route: route.abort())
    notice = alice.page.locator("#reading-notice")
    in_view.evaluate("item => item.scrollIntoView()")
    expect(notice).to_contain_text("could not be loaded")
    alice.page.unroute("**/messages/?before=*")
    top = in_view.evaluate(TOP_OF)
    # This clicks without scrolling to the link.
    alice.page.get_by_role("link", name="Older messages").evaluate("link => link.click()")
    expect(alice.texts).to_have_count(250)
    expect(notice).to_be_empty()
    assert abs(in_view.evaluate(TOP_OF) - top) < 2

    button = alice.page.locator(".newest button")
    while (oldest := ids_of(alice)[0]) != ids[0]:
        scroll(alice, 0)
        expect(alice.page.locator(".message").first).not_to_have_id(f"m{oldest}")
    expect(alice.page.get_by_role("link", name="Older messages")).to_be_hidden()
    shown = ids_of(alice)
    assert shown == ids[: len(shown)]
    assert len(shown) <= AT_MOST
    expect(button).to_have_text("To the newest messages")
    for text in ("one", "two"):
        chat.post(room, "Bob", text)
    expect(button).to_have_text(re.compile("^2 new since"))
    assert ids_of(alice) == shown
    button.click()
    expect(button).to_be_hidden()
    expect(alice.texts.last).to_have_text("two")
    expect(alice.texts.last).to_be_in_viewport()
    expect(alice.field).to_be_focused()
    expect(alice.page.locator(".unread + .message .text")).to_have_text("one")
    alice.say("three")
    expect(alice.texts.last).to_have_text("three")
    expect(alice.page.locator(".unread")).to_have_count(0)


def test_a_link_opens_any_old_message_and_the_reader_can_scroll_on_to_the_newest(people, chat, room):
    ids = write_many(chat, room, (f"number {number}" for number in range(1000)))
    alice = people.join("Alice", room)
    page, wanted = alice.page, ids[300]
    chat.post(room, "Bob", f"{page.url}#m{wanted}")
    page.locator(".text a").click()
    target = page.locator(".messages .target")
    expect(target).to_have_attribute("id", f"m{wanted}")
    expect(target).to_be_in_viewport()
    expect(target).to_be_focused()
    expect(page).to_have_url(re.compile(f"#m{wanted}$"))
    shown = ids_of(alice)
    assert shown == [id for id in ids if shown[0] <= id <= shown[-1]]

    chat.post(room, "Bob", "meanwhile")
    while alice.texts.last.inner_text() != "meanwhile":  # each scroll to the end loads more messages
        newest = ids_of(alice)[-1]
        scroll(alice, 1_000_000)
        expect(page.locator(".message").last).not_to_have_id(f"m{newest}")
    chat.post(room, "Bob", "live again")
    expect(alice.texts.last).to_have_text("live again")
    shown = ids_of(alice)
    assert shown[:-3] == [id for id in ids if id >= shown[0]]
    assert len(shown) <= AT_MOST

    page.goto(f"{chat.url}{chat_path('Alice', room)}#m{ids[10]}")
    page.reload()
    expect(page.locator(".messages .target")).to_have_attribute("id", f"m{ids[10]}")
    expect(page.locator(".messages .target")).to_be_in_viewport()
    alice.say("from afar")
    expect(alice.texts.last).to_have_text("from afar")
    expect(alice.texts.last).to_be_in_viewport()
    page.evaluate("location.hash = '#m999999'")
    expect(page.locator("#reading-notice")).to_contain_text("not here")
    expect(alice.texts.last).to_have_text("from afar")

    # The address of an older page, meant for browsers without scripts.
    page.goto(f"{chat.url}{chat_path('Alice', room)}&before={ids[100]}")
    expect(alice.texts.first).to_be_attached()
    chat.post(room, "Bob", "not here")
    expect(page.locator(".newest button")).to_have_text(re.compile("^1 new since"))
    shown = ids_of(alice)
    assert shown == [id for id in ids if shown[0] <= id <= shown[-1]]


def test_a_time_leads_to_its_message_and_leaves_the_address_when_the_reader_goes_on(people, chat, room):
    for number in range(60):
        chat.post(room, "Bob", f"number {number}")
    alice = people.join("Alice", room)
    page = alice.page
    entries = page.evaluate("history.length")
    place = re.compile(r"#m\d+$")
    for number in (20, 22):
        message = page.locator(".message").filter(has_text=f"number {number}")
        message.hover()
        message.locator(".when").click()
        expect(page.locator(".target .text")).to_have_text(f"number {number}")
        expect(page).to_have_url(place)
    assert page.evaluate("history.length") == entries
    page.reload()
    expect(page.locator(".target .text")).to_have_text("number 22")
    expect(page.locator(".target .text")).to_be_in_viewport()
    chat.post(room, "Bob", "newer")
    expect(page.locator(".newest button")).to_have_text(re.compile("^1 new since"))
    expect(page).to_have_url(place)  # the reader is still there
    page.locator(".newest button").click()
    expect(page).not_to_have_url(place)
    page.locator(".message").filter(has_text="number 59").locator(".when").click(force=True)
    expect(page).to_have_url(place)
    alice.say("newer still")
    expect(page).not_to_have_url(place)
    page.reload()
    expect(alice.texts.last).to_have_text("newer still")
    expect(alice.texts.last).to_be_in_viewport()


def test_a_line_marks_the_first_unread_message(people, chat, room):
    chat.post(room, "Bob", "read")
    alice = people.join("Alice", room)
    page = alice.page
    page.evaluate(HIDEABLE)
    line = page.locator(".unread + .message .text")
    expect(page.locator(".unread")).to_have_count(0)
    show_tab(alice, False)
    chat.post(room, "Bob", "missed 1")
    chat.post(room, "Bob", "missed 2")
    expect(line).to_have_text("missed 1")
    show_tab(alice, True)
    expect(line).to_have_text("missed 1")
    expect_at_end(alice)
    show_tab(alice, False)
    chat.post(room, "Bob", "missed 3")
    expect(line).to_have_text("missed 3")
    show_tab(alice, True)
    page.goto("about:blank")
    chat.post(room, "Carol", "while away")
    page.goto(chat.url + chat_path("Alice", room))
    expect(line).to_have_text("while away")
    expect_at_end(alice)
    page.reload()
    expect(alice.texts).to_have_count(5)
    expect(page.locator(".unread")).to_have_count(0)


def test_edits_and_deletions_appear_without_moving_the_text(people, chat, room):
    """Screen readers announce each new message once. They announce neither old messages nor changes."""
    write_many(chat, room, (f"number {number}" for number in range(100)))
    first = post_with_key(chat, room, "Bob", "first", "bobs secret")
    second = post_with_key(chat, room, "Bob", "second", "bobs other secret")
    write_many(chat, room, (f"number {number}" for number in range(30)))
    alice = people.join("Alice", room)
    alice.page.evaluate(LISTEN)
    chat.post(room, "Bob", "new")
    alice.page.wait_for_function("() => added.includes('Bob: new')")
    scroll(alice, 0)
    expect(alice.texts).to_have_count(133)
    item, other = (alice.page.locator(f"#m{message['id']}") for message in (first, second))
    alice.page.locator(".log").evaluate("log => { log.scrollTop = log.scrollHeight - log.clientHeight - 200 }")
    expect(item).not_to_be_in_viewport()
    top = alice.texts.last.evaluate(TOP_OF)
    change(chat, room, first, "PATCH", "bobs secret", text="better\n" * 9 + "@Alice")
    expect(item.locator("mark")).to_have_text("@Alice")
    change(chat, room, second, "DELETE", "bobs other secret")
    expect(other).to_have_count(0)
    assert abs(alice.texts.last.evaluate(TOP_OF) - top) < 2
    chat.post(room, "Bob", "newer")
    alice.page.wait_for_function("() => added.includes('Bob: newer')")
    assert alice.page.evaluate("added") == ["Bob: new", "Bob: newer"]
    expect(item.get_by_text("edited", exact=True)).to_be_visible()
    alice.page.reload()
    expect(item.locator("mark")).to_have_text("@Alice")
    expect(other).to_have_count(0)


def test_a_message_has_its_authors_name_after_the_one_above_was_deleted(people, chat, room):
    chat.post(room, "Bob", "by Bob")
    first = post_with_key(chat, room, "Carol", "by Carol", "carols secret")
    second = chat.post(room, "Carol", "by Carol too")
    alice = people.join("Alice", room)
    without_name = alice.page.locator(f"#m{second['id']}.grouped")
    expect(without_name).to_have_count(1)
    change(chat, room, first, "DELETE", "carols secret")
    expect(alice.texts).to_have_text(["by Bob", "by Carol too"])
    expect(without_name).to_have_count(0)


def test_the_page_keeps_only_the_newest_of_thousands_of_messages(people, chat, room, line):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room, url=line.url)
    alice.page.wait_for_timeout(3_100)  # what comes sooner counts as loaded late; see gap.js
    line.cut()
    alice.wait_for_stream("lost")
    write_many(chat, room, (f"number {number}" for number in range(2000)))
    chat.post(room, "Bob", "last")
    forget_events(chat)
    line.repair()
    button = alice.page.locator(".newest button")
    expect(button).to_have_text(re.compile("^2001 new since"), timeout=40_000)
    expect(alice.texts.get_by_text("number 0", exact=True)).to_be_in_viewport()
    button.click()
    expect(alice.texts.last).to_have_text("last")
    expect(alice.texts.last).to_be_in_viewport()
    assert alice.texts.count() <= AT_MOST
    assert alice.page.locator("*").count() < 20 * AT_MOST


def test_long_words_and_wide_code_stay_inside_their_bubbles(people, chat, room):
    chat.post(room, "Bob", "https://example.org/" + "a" * 300)
    chat.post(room, "Bob", "```\n" + "x" * 300 + "\n```")
    chat.post(room, "Bob", "`" + "y" * 300 + "`")
    alice = people.join("Alice", room, viewport={"width": 320, "height": 600})
    log = alice.page.locator(".log")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth")
