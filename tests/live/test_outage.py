"""An outage of PostgreSQL: streams that were cut come back by themselves, and held ones survive it."""

import time
from contextlib import closing

import pytest

from tests.helpers.line import Line
from tests.helpers.running import Chat, wait_for

OUTAGE_S = 8
BACK_S = 40
OPEN = """name => {
    const source = new EventSource("/events/?channel=room-lobby");
    const texts = [];
    source.addEventListener("message", ({ data }) => texts.push(JSON.parse(data).text));
    source.addEventListener("stream-open", ({ data }) => JSON.parse(data));
    source.addEventListener("keep-alive", ({ data }) => JSON.parse(data));
    globalThis[name] = { source, texts };
}"""


@pytest.mark.parametrize("name", ["chromium", "firefox"])
def test_an_event_source_comes_back_after_an_outage(pushpin, request, name, cluster, tmp_path):
    browser = request.getfixturevalue(name)
    with (
        Chat.ready(tmp_path, DATABASE_URL=cluster.new_database()) as chat,
        Line(chat.url) as line,
        closing(browser.new_page()) as direct,
        closing(browser.new_page()) as cut,
    ):
        direct.goto(chat.url)
        cut.goto(line.url)
        direct.evaluate(OPEN, "held")
        cut.evaluate(OPEN, "cut")
        wait_for(lambda: state(direct, "held") == state(cut, "cut") == 1, BACK_S)
        chat.post("lobby", "Bob", "before")
        cluster.stop()
        began = time.monotonic()
        line.cut()
        line.repair()
        direct.evaluate(OPEN, "late")
        wait_for(lambda: state(direct, "late") == 0 and state(cut, "cut") == 0, BACK_S)
        wait_for(lambda: time.monotonic() - began > OUTAGE_S, 2 * OUTAGE_S)
        assert state(direct, "held") == 1
        cluster.start()
        wait_for(lambda: state(direct, "late") == state(cut, "cut") == 1, BACK_S)
        wait_for(lambda: is_saved(chat, "after"), BACK_S)
        wait_for(lambda: texts(direct, "held") == texts(cut, "cut") == ["before", "after"], BACK_S)
        wait_for(lambda: texts(direct, "late") == ["after"], BACK_S)


def state(page, name):
    """Return the EventSource's readyState: 0 connecting, 1 open, 2 closed for good."""
    value = page.evaluate("name => globalThis[name].source.readyState", name)
    assert value != 2
    return value


def texts(page, name):
    return page.evaluate("name => globalThis[name].texts", name)


def is_saved(chat, text):
    """Post the text, with one key each time, as a client does that gets a 503."""
    body = f"from=Bob&text={text}&key=the-same"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return chat.request("POST", "/rooms/lobby/messages/", body, headers)[0] == 200
