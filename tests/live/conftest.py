"""The running chat that the live tests share."""

import os
import shutil
from pathlib import Path

import pytest

from tests.helpers import postgres
from tests.helpers.line import Line
from tests.helpers.machines import Machines
from tests.helpers.running import Chat

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def pushpin():
    """Skip what needs Pushpin where there is none; with CI=true that is a failure."""
    program("pushpin", "Pushpin is not installed and could not be: no Debian package here, or no right to install it")


def program(name, complaint):
    """Return the program's path; skip the test where there is none, fail with CI=true."""
    path = shutil.which(name)
    if not path:
        refuse(complaint)
    return path


def refuse(complaint):
    """Skip the test, or fail it where everything has to be tested."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(complaint)


@pytest.fixture(scope="session")
def chat(pushpin, tmp_path_factory):
    """A chat behind Pushpin, on SQLite."""
    with Chat.ready(tmp_path_factory.mktemp("chat")) as running:
        yield running


@pytest.fixture(scope="session")
def chat_on_postgresql(pushpin, tmp_path_factory):
    """A chat behind Pushpin, on PostgreSQL."""
    if not postgres.find_programs():
        refuse("PostgreSQL is not installed: sudo apt install postgresql")
    with (
        postgres.Cluster() as cluster,
        Chat.ready(tmp_path_factory.mktemp("chat"), DATABASE_URL=cluster.new_database()) as running,
    ):
        yield running


@pytest.fixture(scope="session", params=["chat", "chat_on_postgresql"], ids=["sqlite", "postgresql"])
def any_chat(request):
    """A chat behind Pushpin, on each database in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def machines(pushpin, tmp_path_factory):
    """Django servers and Pushpins behind nginx, with PostgreSQL."""
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    if not postgres.find_programs():
        refuse("PostgreSQL is not installed: sudo apt install postgresql")
    with Machines(tmp_path_factory.mktemp("machines")) as machines:
        yield machines


@pytest.fixture
def nginx(machines):
    return machines.nginx


@pytest.fixture(scope="module")  # no longer: while Playwright runs, Django takes its thread for an async one
def chromium():
    path = program("chromium", "Chromium is not installed: sudo apt install chromium")
    from tests.helpers.browser import started_chromium

    with started_chromium(path) as chromium:
        yield chromium


@pytest.fixture
def people(chromium, chat):
    """People with browsers; in the end, none of their pages may have complained."""
    from tests.helpers.browser import People

    people = People(chromium, chat.url)
    yield people
    people.leave()
    assert people.complaints == []


@pytest.fixture
def line(chat):
    """A line to the chat that can be cut."""
    with Line(chat.url) as line:
        yield line


@pytest.fixture
def room(request):
    """A room that no other test uses."""
    return request.node.originalname.removeprefix("test_").replace("_", " ")[:64].strip()
