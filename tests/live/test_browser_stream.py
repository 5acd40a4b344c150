"""How a page handles its event stream, in a real browser."""

import json
import re

from playwright.sync_api import expect

from tests.helpers.browser import NETWORK_ERROR, Person, chat_path
from tests.helpers.running import kill, wait_for

BACK_S = 20


def test_after_a_cut_line_the_page_shows_each_missed_message_once(people, chat, room, line):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room, url=line.url)
    chat.post(room, "Bob", "before")
    expect(alice.texts).to_have_text(["before"])
    line.cut()
    expect(alice.status).to_contain_text("Connection lost")
    chat.post(room, "Bob", "meanwhile")
    chat.post(room, "Bob", "meanwhile too")
    line.repair()
    expect(alice.status).to_contain_text("Connected again")
    chat.post(room, "Bob", "after")
    expect(alice.texts).to_have_text(["before", "meanwhile", "meanwhile too", "after"])
    expect(alice.status).to_be_empty()


def test_a_page_reconnects_after_the_proxy_was_killed(people, chat, room):
    people.allow_complaint(NETWORK_ERROR)
    alice = people.join("Alice", room)
    [victim] = chat.pids_of("pushpin")
    kill(victim)
    wait_for(lambda: set(chat.pids_of("pushpin")) - {victim}, BACK_S)
    wait_for(lambda: answers(chat), BACK_S)
    chat.post(room, "Bob", "Still there?")
    expect(alice.texts).to_have_text(["Still there?"])


def answers(chat):
    try:
        return chat.request("GET", "/", seconds=3)[0] == 200
    except OSError:
        return False


def test_a_page_with_an_unknown_event_id_fetches_the_missed_messages(people, chat, room):
    """The page is old, and its event id belongs to another database."""
    chat.post(room, "Bob", "one")

    def serve_old_page(route):
        response = route.fetch()
        chat.post(room, "Bob", "two")
        chat.post(room, "Bob", "three")
        route.fulfill(response=response, body=response.text().replace('"lastEventId": "', '"lastEventId": "other-'))

    page = people.new_page()
    page.route("**/*user=Alice", serve_old_page)
    with page.expect_response("**/messages/?after=*"):
        page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)
    expect(alice.texts).to_have_text(["one", "two", "three"])
    chat.post(room, "Bob", "four")
    expect(alice.texts).to_have_text(["one", "two", "three", "four"])


def test_a_stream_error_stops_the_stream_and_says_why(people, chat, room):
    error = json.dumps({"condition": "forbidden", "text": "Not for you"})
    requested = []

    def serve_error(route):
        requested.append(route.request.url)
        route.fulfill(content_type="text/event-stream", body=f"event: stream-error\nid: error\ndata: {error}\n\n")

    page = people.new_page(own_stream=True)
    page.route("**/events/**", serve_error)
    page.clock.install()
    page.goto(chat.url + chat_path("Alice", room))
    alice = Person(page)
    expect(alice.status).to_contain_text("Not for you")
    page.clock.run_for(600_000)
    expect(alice.status).to_contain_text("Not for you")
    assert len(requested) == 1


def test_a_page_reloads_if_the_server_has_another_database_now(people, chat, room):
    """In that database, the page's ids belong to other messages."""
    chat.post(room, "Bob", "one")
    served = []

    def serve_old_page_once(route):  # not times=1: when a route ends, its waiting requests may hang
        if served:
            return route.continue_()
        served.append(response := route.fetch())
        body = re.sub('("lastEventId": ".*?):1"', r'\1:0"', response.text().replace('datetime="2', 'datetime="1'))
        route.fulfill(response=response, body=body)

    page = people.new_page()
    page.route("**/*user=Alice", serve_old_page_once)
    page.goto(chat.url + chat_path("Alice", room))
    expect(page.locator(".message time")).to_have_attribute("datetime", re.compile("^2"))


def test_a_message_that_gets_through_makes_the_page_reconnect_immediately(people, chat, room, line):
    """Otherwise the page could wait half a minute for its next attempt. In this test, its clock almost stands still."""
    people.allow_complaint(NETWORK_ERROR)
    page = people.new_page(own_stream=True)
    page.clock.install()
    page.add_init_script("Math.random = () => 0.99")
    alice = people.enter(page, "Alice", room, line.url)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    line.cut()
    line.repair()
    chat.post(room, "Bob", "Can you hear me?")
    alice.say("Hello")
    wait_for(lambda: page.clock.run_for(1) or alice.texts.count() == 2, BACK_S)
    expect(alice.texts).to_have_text(["Can you hear me?", "Hello"])
