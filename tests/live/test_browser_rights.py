"""What a page does when the server refuses the room, or what the person writes, behind Pushpin and in embedded mode."""

import json
import re
from itertools import count

import pytest
from playwright.sync_api import expect

from tests.helpers.accessibility import assert_axe_finds_nothing, small_targets, too_wide
from tests.helpers.browser import NETWORK_ERROR, People, Person, chat_path, open_settings
from tests.helpers.cookie_policy import AUTHOR_COOKIE, COOKIE, POLICY, Rights
from tests.helpers.line import Line
from tests.helpers.running import Chat, path_without, wait_for

SIGNED_OUT = "You are signed out."
REFUSED = "You can’t read this room (any more)."  # noqa: RUF001
TEN_MINUTES_MS = 600_000
PHONE = {"width": 320, "height": 640}
NUMBERS = count(1)
SOON_S = 20
LINES = "Object.entries(localStorage).filter(([name]) => name.startsWith('chat line ')).map(([, line]) => line).join()"

START_OF_WORDS = """element => {
    const words = document.createRange();
    words.selectNodeContents(element);
    return words.getBoundingClientRect().left;
}"""


@pytest.fixture(scope="module", params=["pushpin", "embedded"])
def restricted(request, tmp_path_factory):
    """A chat whose rights are in a file, and the file."""
    folder = tmp_path_factory.mktemp("restricted")
    rights = Rights(folder / "rights.json")
    options = {"POLICY": POLICY, "RIGHTS": str(rights.path)}
    if request.param == "pushpin":
        request.getfixturevalue("pushpin")
    else:
        options["PATH"] = str(path_without(folder / "bin", {"pushpin", "apt-get"}))
    with Chat.ready(folder / "data", **options) as chat:
        chat.rights = rights
        yield chat


@pytest.fixture
def chat(restricted):
    return restricted


@pytest.fixture
def people(chromium, chat):
    with People(chromium, chat.url) as people:
        people.allow_complaint(NETWORK_ERROR)  # a refusal is one
        yield people


@pytest.fixture
def private(chat, room):
    """A room that only Alice and Bob may read and write in, with two messages. Each test has another one."""
    name = f"{room[:58].strip()} {next(NUMBERS)}"
    chat.post(name, "Bob", "the first secret")
    chat.post(name, "Bob", "the second secret")
    chat.rights.set(name, read=["Alice", "Bob"], write=["Alice", "Bob"])
    return name


def sign_in(page, name, url, author=None):
    """Let the policy know the name, and the author too if there is one."""
    known = {COOKIE: name, **({AUTHOR_COOKIE: author} if author else {})}
    page.context.add_cookies([{"name": cookie, "value": value, "url": url} for cookie, value in known.items()])


def sign_out(page):
    page.context.clear_cookies()


def enter(people, room, url, name="Alice", own_stream=False):
    page = people.new_page(own_stream=own_stream)
    sign_in(page, name, url)
    return people.enter(page, name, room, url)


def reconnect(line):
    """End all streams, as the server does when somebody's rights change."""
    line.cut()
    line.repair()


def come_back(page):
    """The person looks at the tab again."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def notice(person):
    return person.page.locator(".refusal:visible")


def shows_no_secret(person):
    expect(person.texts).to_have_count(0)
    expect(person.page.get_by_text("secret")).to_have_count(0)
    assert "secret" not in person.page.title()
    assert "secret" not in person.page.evaluate(LINES)


@pytest.mark.parametrize("own_stream", [False, True], ids=["shared worker", "own stream"])
def test_a_right_that_is_taken_away_takes_the_messages_off_the_screen(people, chat, private, line, own_stream):
    alice = enter(people, private, line.url, own_stream=own_stream)
    expect(alice.texts).to_have_text(["the first secret", "the second secret"])
    alice.field.fill("a draft")
    wait_for(lambda: "second secret" in alice.page.evaluate(LINES), SOON_S)
    chat.rights.set(private, read=["Bob"], write=["Bob"])
    reconnect(line)
    expect(notice(alice)).to_have_text(REFUSED)
    shows_no_secret(alice)
    alice.wait_for_stream("refused")
    expect(alice.status).to_be_empty()
    expect(alice.page.get_by_text("Nobody has written here yet")).to_be_hidden()
    expect(alice.field).to_be_disabled()
    expect(alice.field).to_have_value("a draft")
    chat.rights.set(private, read=["Alice", "Bob"], write=["Alice", "Bob"])
    come_back(alice.page)
    expect(alice.texts).to_have_text(["the first secret", "the second secret"])
    expect(alice.field).to_have_value("a draft")
    expect(notice(alice)).to_have_count(0)


def test_a_refused_page_asks_only_when_the_person_comes_back(people, chat, private, line):
    page = people.new_page(own_stream=True)
    sign_in(page, "Alice", line.url)
    page.clock.install()
    alice = people.enter(page, "Alice", private, line.url)
    chat.rights.set(private, read=["Bob"])
    reconnect(line)
    page.clock.run_for(1_000)  # the pause before the next attempt
    expect(notice(alice)).to_have_text(REFUSED)
    asked = []
    page.on("request", lambda request: asked.append(request.method))
    page.clock.run_for(TEN_MINUTES_MS)
    assert [method for method in asked if method == "HEAD"] == []
    with page.expect_response("**/messages/") as answer:
        come_back(page)
    assert (answer.value.request.method, answer.value.status) == ("HEAD", 403)
    page.clock.run_for(TEN_MINUTES_MS)
    assert [method for method in asked if method == "HEAD"] == ["HEAD"]


def test_of_two_rooms_in_one_stream_the_other_one_goes_on_and_misses_nothing(people, chat, private, line):
    lobby = f"{private[:50]} lobby"
    alice = enter(people, private, line.url)
    in_lobby = people.join_in_tab(alice, "Alice", lobby, line.url)
    chat.post(lobby, "Bob", "before")
    expect(in_lobby.texts).to_have_text(["before"])
    assert wait_for(lambda: line.open_streams() == 1, SOON_S)
    chat.rights.set(private, read=["Bob"])
    line.cut()
    chat.post(lobby, "Bob", "meanwhile")
    line.repair()
    expect(notice(alice)).to_have_text(REFUSED)
    shows_no_secret(alice)
    in_lobby.wait_for_stream()
    chat.post(lobby, "Bob", "after")
    expect(in_lobby.texts).to_have_text(["before", "meanwhile", "after"])
    expect(notice(in_lobby)).to_have_count(0)
    assert wait_for(lambda: line.open_streams() == 1, SOON_S)
    # In the list of rooms, too, the open room's tab shows nothing of the private one.
    expect(in_lobby.page.get_by_text("secret")).to_have_count(0)


def test_a_recheck_makes_the_page_notice_although_its_line_is_good(people, chat, private):
    lobby = f"{private[:50]} lobby"
    alice = enter(people, private, chat.url)
    bob = enter(people, private, chat.url, name="Bob")
    in_lobby = people.join_in_tab(alice, "Alice", lobby)
    chat.rights.set(private, read=["Bob"])
    code = "import os; from chat.policy import recheck; recheck(os.environ['ROOM'])"
    chat.manage("shell", "-v0", "-c", code, ROOM=private)
    expect(notice(alice)).to_have_text(REFUSED)
    shows_no_secret(alice)
    chat.post(lobby, "Bob", "after")
    expect(in_lobby.texts).to_have_text(["after"])
    bob.wait_for_stream()
    chat.rights.set(private)
    chat.post(private, "Bob", "the third secret")
    expect(bob.texts).to_have_text(["the first secret", "the second secret", "the third secret"])
    shows_no_secret(alice)


def test_a_person_who_signs_out_and_in_again_finds_the_messages_and_the_draft(people, chat, private, line):
    alice = enter(people, private, line.url)
    alice.field.fill("a draft")
    sign_out(alice.page)
    reconnect(line)
    expect(notice(alice)).to_have_text(f"{SIGNED_OUT} Sign in")
    address = notice(alice).get_by_role("link", name="Sign in").get_attribute("href")
    assert re.match(r"/sign-in\?next=%2F", address)
    shows_no_secret(alice)
    expect(alice.field).to_be_disabled()
    with alice.page.expect_response("**/messages/"):
        come_back(alice.page)
    expect(notice(alice)).to_have_text(f"{SIGNED_OUT} Sign in")
    sign_in(alice.page, "Alice", line.url)
    come_back(alice.page)
    expect(alice.texts).to_have_text(["the first secret", "the second secret"])
    expect(alice.field).to_have_value("a draft")
    alice.say("I am back")
    expect(alice.texts).to_have_text(["the first secret", "the second secret", "I am back"])


def test_a_new_tab_that_is_signed_in_brings_the_others_back(people, chat, private, line):
    alice = enter(people, private, line.url)
    sign_out(alice.page)
    reconnect(line)
    expect(notice(alice)).to_have_text(f"{SIGNED_OUT} Sign in")
    sign_in(alice.page, "Alice", line.url)
    people.join_in_tab(alice, "Alice", private, line.url)
    expect(alice.texts).to_have_text(["the first secret", "the second secret"])


def test_a_stranger_sees_nothing_of_a_private_room(people, chat, private):
    for name in (None, "Eve"):
        page = people.new_page()
        if name:
            sign_in(page, name, chat.url)
        page.route("**/sign-in?**", lambda route: route.fulfill(body="the site's own page"))
        page.goto(chat.url + chat_path("Eve", private))
        assert "secret" not in page.content()
        assert not page.locator("#composer").count()


def test_a_list_of_older_messages_that_is_refused_refuses_the_page(people, chat, private, line):
    for number in range(120):
        chat.rights.set(private)
        chat.post(private, "Bob", f"secret {number}")
    chat.rights.set(private, read=["Alice"], write=["Alice"])
    alice = enter(people, private, line.url)
    expect(alice.texts).to_have_count(50)
    chat.rights.set(private, read=["Bob"])
    alice.page.locator(".log").evaluate("log => log.scrollTo(0, 0)")
    expect(notice(alice)).to_have_text(REFUSED)
    shows_no_secret(alice)


def test_a_person_who_may_read_but_is_signed_out_keeps_what_could_not_be_sent(people, chat, room, line):
    chat.post(room, "Bob", "for all to read")
    chat.rights.set(room, write=["Alice"])
    alice = enter(people, room, line.url)
    sign_out(alice.page)
    alice.say("not yet")
    expect(alice.reasons).to_have_text("Not sent: You are not signed in. Sign in first.")
    expect(alice.pending_texts).to_have_text(["not yet"])
    expect(notice(alice)).to_have_text(f"{SIGNED_OUT} Sign in")
    expect(alice.texts).to_have_text(["for all to read"])
    expect(alice.field).to_be_enabled()
    sign_in(alice.page, "Alice", line.url)
    alice.pending.get_by_role("button", name="Resend").click()
    expect(alice.texts).to_have_text(["for all to read", "not yet"])
    expect(notice(alice)).to_have_count(0)


def test_a_person_who_writes_and_may_not_even_read_any_more_loses_only_the_messages(people, chat, private, line):
    alice = enter(people, private, line.url)
    sign_out(alice.page)
    alice.say("not yet")
    expect(notice(alice)).to_have_text(f"{SIGNED_OUT} Sign in")
    shows_no_secret(alice)
    expect(alice.pending_texts).to_have_text(["not yet"])
    sign_in(alice.page, "Alice", line.url)
    come_back(alice.page)
    expect(alice.texts).to_have_text(["the first secret", "the second secret"])
    alice.pending.get_by_role("button", name="Resend").click()
    expect(alice.texts).to_have_text(["the first secret", "the second secret", "not yet"])


def test_refused_pages_are_accessible(people, chat, private, line):
    alice = enter(people, private, line.url)
    page = alice.page
    page.set_viewport_size(PHONE)
    alice.field.focus()
    sign_out(page)
    reconnect(line)
    expect(notice(alice)).to_be_focused()
    page.keyboard.press("Tab")
    expect(notice(alice).get_by_role("link", name="Sign in")).to_be_focused()
    is_accessible(page)
    sign_in(page, "Eve", line.url)
    come_back(page)
    expect(notice(alice)).to_have_text(REFUSED)
    is_accessible(page)
    chat.rights.set(private, write=["Bob"])
    page.reload()
    alice.wait_for_stream()
    is_accessible(page)


def is_accessible(page):
    assert (too_wide(page), small_targets(page)) == ([], [])
    assert_axe_finds_nothing(page)


def test_a_person_who_may_only_read_has_no_composer_and_gets_all_messages(people, chat, room, line):
    writer = enter(people, room, line.url)
    writer.say("mine")
    expect(writer.texts).to_have_text(["mine"])
    chat.rights.set(room, write=["Bob"])
    writer.page.reload()
    writer.wait_for_stream()
    expect(writer.page.locator("#composer")).to_be_hidden()
    writer.page.locator(".messages .message").hover()
    expect(writer.page.get_by_role("button", name="Edit")).to_have_count(0)
    chat.rights.set(room)
    chat.post(room, "Bob", "a message")
    chat.rights.set(room, write=["Bob"])
    expect(writer.texts).to_have_text(["mine", "a message"])
    writer.page.keyboard.type("nowhere to go")
    expect(notice(writer)).to_have_count(0)


def test_the_list_of_rooms_loses_the_line_of_a_room_that_is_refused(people, chat, private, line):
    alice = enter(people, private, line.url)
    wait_for(lambda: "second secret" in alice.page.evaluate(LINES), SOON_S)
    lobby = f"{private[:50]} lobby"
    alice.page.goto(line.url + chat_path("Alice", lobby))
    in_lobby = Person(alice.page)
    in_lobby.wait_for_stream()
    last = alice.page.locator(".rooms .last:visible")
    expect(last).to_contain_text("the second secret")
    chat.rights.set(private, read=["Bob"])
    forget_when_asked(alice.page)
    come_back(alice.page)
    expect(last).to_have_count(0)
    shows_no_secret(in_lobby)
    in_lobby.wait_for_stream()


def test_the_list_of_rooms_shows_the_next_person_of_the_browser_nothing(people, chat, private, line):
    alice = enter(people, private, line.url)
    wait_for(lambda: "second secret" in alice.page.evaluate(LINES), SOON_S)
    lobby = f"{private[:50]} lobby"
    alice.page.goto(line.url + chat_path("Alice", lobby))
    expect(alice.page.locator(".rooms .last:visible")).to_contain_text("the second secret")
    sign_out(alice.page)
    alice.page.route("**/messages/?limit=1", lambda route: route.abort())  # no answer says that the line must go
    alice.page.goto(line.url + chat_path("Alice", lobby))
    stranger = Person(alice.page)
    stranger.wait_for_stream()
    expect(alice.page.locator(".rooms .name")).to_have_text([lobby, private])
    expect(alice.page.get_by_text("secret")).to_have_count(0)
    sign_in(alice.page, "Eve", line.url)
    alice.page.goto(line.url + chat_path("Eve", lobby))
    stranger.wait_for_stream()
    expect(alice.page.locator(".rooms .name")).to_have_text([lobby])
    shows_no_secret(stranger)


def own(person):
    """Return the texts of the messages that the page shows as the person's own: on the right."""
    return person.page.locator(".messages .own .text")


def edit_buttons(person):
    return person.page.get_by_role("button", name="Edit")


def test_a_fresh_browser_shows_a_known_persons_messages_as_own(people, chat, private):
    pages = [people.new_page() for _ in range(2)]
    for page in pages:
        sign_in(page, "Alice", chat.url, author="1")
    before = people.enter(pages[0], "Alice", private)
    before.say("mine")
    expect(own(before)).to_have_text(["mine"])
    asked = []
    pages[1].on("request", lambda request: "limit=1" in request.url and asked.append(request.url))
    alice = people.enter(pages[1], "Alice", private)
    expect(own(alice)).to_have_text(["mine"])
    expect(edit_buttons(alice)).to_have_count(1)
    before.say("mine too")
    expect(own(alice)).to_have_text(["mine", "mine too"])
    alice.field.press("ArrowUp")
    alice.field.fill("edited")
    alice.field.press("Enter")
    expect(before.texts.last).to_have_text("edited")
    assert asked == []


@pytest.mark.parametrize("author", ["known", None])
def test_the_next_person_of_the_browser_sees_nothing_of_the_last_one_as_own(people, chat, private, author):
    page = people.new_page()
    sign_in(page, "Alice", chat.url, author and "1")
    person = people.enter(page, "Alice", private)
    person.say("from Alice")
    expect(own(person)).to_have_text(["from Alice"])
    sign_out(page)
    sign_in(page, "Bob", chat.url, author and "2")
    people.enter(page, "Bob", private)
    expect(person.texts.last).to_have_text("from Alice")
    person.say("from Bob")
    expect(own(person)).to_have_text(["from Bob"])
    expect(edit_buttons(person)).to_have_count(1)
    sign_out(page)
    sign_in(page, "Alice", chat.url, author and "1")
    people.enter(page, "Alice", private)
    expect(own(person)).to_have_text(["from Alice"])
    sign_out(page)
    sign_in(page, "Bob", chat.url)
    page.goto(chat.url)
    expect(page.locator("#visited")).to_be_hidden()
    expect(page.get_by_text(private)).to_have_count(0)


def test_a_sign_out_leaves_no_line_of_a_private_room_in_the_browser(people, chat, private):
    alice = enter(people, private, chat.url)
    alice.say("the last secret")
    wait_for(lambda: "the last secret" in alice.page.evaluate(LINES), SOON_S)
    alice.say("a secret whose line is not written yet")
    expect(alice.texts.last).to_have_text("a secret whose line is not written yet")
    alice.page.route("**/sign-out", lambda route: route.fulfill(body="the site's own page"))
    open_settings(alice.page)
    alice.page.get_by_role("button", name="Sign out").click()
    expect(alice.page.get_by_text("the site's own page")).to_be_visible()
    assert alice.page.evaluate(LINES) == ""


def test_the_words_in_the_settings_begin_where_all_begin(people, chat, room):
    alice = enter(people, room, chat.url)
    open_settings(alice.page)
    starts = [alice.page.locator(one).evaluate(START_OF_WORDS) for one in (".who", "#sign-out button", "#theme-choice")]
    assert max(starts) - min(starts) <= 1, starts  # a border


def forget_when_asked(page):
    page.evaluate(
        """for (const [name, line] of Object.entries(localStorage)) {
            if (!name.startsWith("chat line ")) continue;
            localStorage.setItem(name, JSON.stringify({ ...JSON.parse(line), at: 0 }));
        }"""
    )


def test_an_open_site_asks_nothing_when_a_stream_can_not_open(chromium, pushpin, tmp_path, room):
    with Chat.ready(tmp_path / "data") as chat, Line(chat.url) as line, People(chromium, chat.url) as people:
        people.allow_complaint(NETWORK_ERROR)
        page = people.new_page(own_stream=True)
        alice = people.enter(page, "Alice", room, line.url)
        asked = []
        page.on("request", lambda request: asked.append(request.method))
        line.cut()
        expect(alice.status).to_contain_text("Connection lost")
        line.repair()
        alice.wait_for_stream()
        assert "HEAD" not in asked
        assert json.dumps(page.evaluate(LINES)).count("reader") == 0
