"""A room alone in a browser, behind Pushpin: the page to read, and frames in a page of another site."""

import json
from html import escape
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.helpers.accessibility import assert_axe_finds_nothing, small_targets, tab_through, too_wide
from tests.helpers.browser import NETWORK_ERROR, People, Person
from tests.helpers.other_site import OtherSite
from tests.helpers.running import Chat
from tests.policy.people import KEYS, token, token_of

NARROW = {"width": 280, "height": 300}
PHONE = {"width": 375, "height": 667}
NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
window.SharedWorker = class { constructor() { throw new DOMException("denied", "SecurityError"); } };"""
AROUND = """<!doctype html><html lang="en"><title>A shop</title><main><h1>A shop</h1>
<input aria-label="Search" autofocus>
<iframe title="Chat" width="280" height="300" src="{}"></iframe></main>"""


def around(query):
    """Return the shop's page, which has the address in ?of= in a frame."""
    return AROUND.format(escape(query["of"]))


@pytest.fixture(scope="module")
def shop():
    with OtherSite(around) as shop:
        yield shop


@pytest.fixture(scope="module")
def chat(pushpin, shop, tmp_path_factory):
    with Chat.ready(tmp_path_factory.mktemp("chat"), ORIGINS=shop.origin()) as running:
        yield running


@pytest.fixture(scope="module")
def with_tokens(pushpin, shop, tmp_path_factory):
    options = {"ORIGINS": shop.origin(), "POLICY": "tokens", "TOKEN_KEYS": json.dumps(KEYS)}
    with Chat.ready(tmp_path_factory.mktemp("tokens"), **options) as running:
        yield running


class Framed(Person):
    """The frame in the shop's page."""

    def __init__(self, page):
        super().__init__(page.frame_locator("iframe"))

    def wait_for_stream(self, state="open"):
        expect(self.page.locator("html")).to_have_attribute("data-stream", state)


def in_shop(shop, page, address):
    """Open the shop's page, which has this address in a frame; return what a person sees in the frame."""
    page.goto(f"{shop.origin()}/?{urlencode({'of': address})}")
    return Framed(page)


def test_somebody_without_a_name_reads_live(people, chat, room):
    chat.post(room, "Bob", "before")
    page = people.visit(f"-/read/{room}")
    reader = Person(page)
    reader.wait_for_stream()
    chat.post(room, "Bob", "now")
    expect(reader.texts).to_have_text(["before", "now"])
    expect(reader.field).to_have_count(0)
    page.get_by_role("link", name="Write here").click()
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("button", name="Join").click()
    expect(page.locator("#text")).to_be_visible()


def test_a_reader_comes_from_the_join_page_without_a_name(people, chat, room):
    page = people.visit("")
    page.get_by_label("Room").fill(room)
    page.get_by_role("button", name="Just read").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"#{room}")


def test_a_reader_scrolls_back_to_the_first_message(people, chat, room):
    for number in range(60):
        chat.post(room, "Bob", f"message {number}")
    page = people.visit(f"-/read/{room}")
    page.get_by_role("region", name="Messages").hover()
    page.mouse.wheel(0, -100_000)
    expect(Person(page).texts).to_have_count(60)


@pytest.mark.parametrize("script", ["", NO_STORAGE], ids=["with storage", "without storage"])
def test_a_frame_in_another_site_reads_and_writes(people, chat, shop, room, script):
    room = f"{room[:60]} {len(script)}"
    page = people.new_page()
    page.add_init_script(script)
    framed = in_shop(shop, page, f"{chat.url}-/frame/{room}?user=Ann")
    framed.wait_for_stream()
    expect(page.get_by_label("Search")).to_be_focused()
    chat.post(room, "Bob", "hello")
    expect(framed.texts).to_have_text(["hello"])
    framed.say("hi Bob")
    expect(framed.texts).to_have_text(["hello", "hi Bob"])
    expect(framed.pending).to_have_count(0)


def test_a_frame_without_scripts_sends_and_shows(people, chat, shop, room):
    page = people.new_page(java_script_enabled=False)
    framed = in_shop(shop, page, f"{chat.url}-/frame/{room}?user=Ann")
    framed.field.fill("hi")
    framed.page.get_by_role("button", name="Send").click()
    expect(framed.texts).to_have_text(["hi"])


def test_a_frame_leads_out_of_itself(people, chat, shop, room):
    page = people.new_page()
    framed = in_shop(shop, page, f"{chat.url}-/frame/{room}")
    with page.expect_popup() as opened:
        framed.page.get_by_role("heading", level=1).get_by_role("link").click()
    expect(opened.value.get_by_label("Your name")).to_be_visible()


def test_a_frame_with_a_token_sends_it_along_and_nowhere_else(chromium, with_tokens, shop):
    found = token_of("Al", "lobby")
    with People(chromium, with_tokens.url) as people:
        page = people.new_page()
        sent = []
        page.on("request", lambda request: sent.append(request))
        framed = in_shop(shop, page, f"{with_tokens.url}-/frame/lobby?token={found}")
        framed.wait_for_stream()
        framed.say("hello")
        expect(framed.texts.last).to_have_text("hello")
        expect(framed.pending).to_have_count(0)
        ours = [request for request in sent if request.url.startswith(with_tokens.url)]
        headers = [(request, request.all_headers()) for request in ours]
        assert {request.url.partition("?")[0] for request in ours if found in request.url} == {
            f"{with_tokens.url}-/frame/lobby",
            f"{with_tokens.url}events/",
        }
        assert [found in all.get("referer", "") for _, all in headers].count(True) == 0
        lists = [all for request, all in headers if "/messages/" in request.url]
        assert {all.get("authorization") for all in lists} == {f"Bearer {found}"}


def test_the_end_of_a_token_takes_the_messages_off_the_frame(chromium, with_tokens, shop):
    with People(chromium, with_tokens.url) as people:
        people.allow_complaint(NETWORK_ERROR)
        page = people.new_page()
        framed = in_shop(shop, page, f"{with_tokens.url}-/frame/lobby?token={token_of('Al', 'lobby')}")
        framed.wait_for_stream()
        ended = token(name="Al", exp=-60, read=["lobby"])
        page.route("**/rooms/**", lambda route: route.fulfill(status=401, json={"errors": []}))
        framed.say("hello")
        expect(framed.page.locator(".refusal:visible")).to_contain_text("You are signed out.")
        again = in_shop(shop, page, f"{with_tokens.url}-/frame/lobby?token={ended}")
        expect(again.page.get_by_role("heading", level=1)).to_have_text("Please sign in")


@pytest.mark.parametrize("size", [NARROW, PHONE], ids=["narrow", "phone"])
@pytest.mark.parametrize("path", ["-/read/{}", "-/frame/{}", "-/frame/{}?user=Ann"])
def test_the_pages_of_one_room_are_for_everyone(people, chat, room, path, size):
    room = f"{room[:40]} {len(path)} {size['height']}"
    for number in range(5):
        chat.post(room, "Bob", f"message {number} " + "w" * 40)
    page = people.visit(path.format(room), viewport=size)
    person = Person(page)
    person.wait_for_stream()
    expect(person.texts).to_have_count(5)
    assert_axe_finds_nothing(page)
    assert too_wide(page) == []
    assert small_targets(page) == []
    assert all(stop["outlined"] for stop in tab_through(page))
