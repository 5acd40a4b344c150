"""A page of another site makes a browser send a message here: with a browser, through Pushpin."""

import json

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import People, start_where_host_is_remote
from tests.helpers.running import Chat

FOREIGN = "http://evil.example/"
FORM = """<!doctype html><title>Win a car</title>
<form method="post" action="{url}rooms/lobby/messages/" {more}>
<input name="from" value="Alice"><input name="text" value="I owe Mallory 100."></form>
<script>document.forms[0].submit()</script>"""
REFUSED = "A page of another site made your browser send this."


@pytest.fixture(params=["127.0.0.1", "chat.test"])
def seen_from_afar(request, chromium, pushpin, tmp_path):
    """A browser, and a chat under this name. By its name, the second one is on another machine, without https."""
    with (
        Chat.ready(tmp_path, ALLOWED_HOSTS="127.0.0.1,chat.test", SECRET_KEY="k" * 50) as chat,
        start_where_host_is_remote(chromium, "chat.test") as browser,
        People(browser, f"http://{request.param}:{chat.port}/") as people,
    ):
        yield people, chat


@pytest.mark.parametrize("more", ["", 'rel="noreferrer"'])  # without a referrer, Origin is null
def test_a_foreign_form_is_refused_and_our_own_page_is_not(seen_from_afar, more):
    people, chat = seen_from_afar
    alice = people.join("Alice", "lobby")
    tab = people.new_tab(alice.page.context)
    form = FORM.format(url=people.url, more=more)
    tab.route(FOREIGN, lambda route: route.fulfill(body=form, content_type="text/html"))
    people.allow_complaint("403")
    people.allow_complaint("Cross-Origin-Opener-Policy header has been ignored")  # without https
    tab.goto(FOREIGN, wait_until="commit")
    expect(tab.locator("body")).to_contain_text(REFUSED)
    alice.say("I owe nothing.")
    expect(alice.texts).to_have_text(["I owe nothing."])
    listed = json.loads(chat.request("GET", "/rooms/lobby/messages/")[1])["messages"]
    assert [message["text"] for message in listed] == ["I owe nothing."]
