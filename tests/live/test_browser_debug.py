"""`manage.py runserver` with DEBUG: a browser loads the modules and the parts of the stylesheet as they are."""

import os
import socket
import subprocess
import sys
from contextlib import closing

import pytest
from playwright.sync_api import expect

from tests.helpers.browser import People, Person, chat_path
from tests.helpers.running import PROJECT, spare_port, wait_for

START_S = 60


@pytest.fixture
def debug_url(tmp_path):
    """The address of a runserver."""
    port = spare_port()
    environment = {"PATH": os.environ["PATH"], "DEBUG": "1", "DATA_DIR": str(tmp_path)}
    manage = (sys.executable, str(PROJECT / "manage.py"))
    subprocess.run([*manage, "migrate", "--verbosity=0"], env=environment, check=True, timeout=START_S)
    server = subprocess.Popen([*manage, "runserver", "--noreload", f"127.0.0.1:{port}"], env=environment)
    try:
        wait_for(lambda: answers(port), START_S)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(START_S)


def answers(port):
    with closing(socket.socket()) as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def visitors(chromium, debug_url):
    with People(chromium, debug_url) as people:
        yield people


def test_a_page_runs_its_modules_without_a_build(visitors, debug_url, room):
    visitors.allow_complaint("501")  # runserver serves no streams
    page = visitors.visit(chat_path("Alice", room))
    alice = Person(page)
    alice.say("Hello")
    expect(alice.texts).to_have_text(["Hello"])
    expect(page.locator(".messages .tools")).to_have_count(1)
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)")
    assert {"/static/chat/room_page.js", "/static/chat/lib/strings.js", "/static/chat/css/tokens.css"} <= {*loaded}
    assert not [path for path in loaded if path.endswith("worker.js")]
    assert page.evaluate("getComputedStyle(document.querySelector('.own .bubble')).borderRadius") != "0px"


def test_the_join_page_runs_its_modules_without_a_build(visitors):
    visitors.allow_complaint("501")  # runserver serves no streams
    page = visitors.visit("lobby")
    page.get_by_label("Your name").fill("Alice")
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title("#lobby · Chat")
    page.wait_for_load_state()
    page.goto(page.url.split("lobby")[0])
    expect(page.get_by_label("Your name")).to_have_value("Alice")
    expect(page.get_by_role("link", name="#lobby")).to_be_visible()
