"""Fixtures for the live tests: running chats, browsers and several machines."""

import os
import re
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers import postgres
from tests.helpers.line import Line
from tests.helpers.login import make_admin
from tests.helpers.machines import NGINX, Machines
from tests.helpers.running import PROJECT, Chat

HERE = Path(__file__).parent
FIRST_FIREFOX = 143  # that Playwright can drive


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def pushpin():
    """Skip the test if Pushpin is not installed, or fail it if CI=true."""
    program("pushpin", "Pushpin is not installed and could not be: no Debian package here, or no right to install it")


def program(name, complaint):
    """Return the program's path; without the program, skip the test, or fail it if CI=true."""
    path = shutil.which(name)
    if not path:
        refuse(complaint)
    return path


def refuse(complaint):
    """Skip the test, or fail it if CI=true: there, every test must run."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(complaint)


@pytest.fixture(scope="session")
def chat(pushpin, tmp_path_factory):
    """A chat behind Pushpin, on SQLite."""
    with Chat.ready(tmp_path_factory.mktemp("chat"), TRUSTED_PROXIES=NGINX) as running:
        yield running


@contextmanager
def new_cluster():
    """Start PostgreSQL for a test; skip the test if it is not installed, or fail it if CI=true."""
    if not postgres.find_programs():
        refuse("PostgreSQL is not installed: sudo apt install postgresql")
    with postgres.Cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster():
    """A PostgreSQL that the test may stop."""
    with new_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def chat_on_postgresql(pushpin, tmp_path_factory):
    """A chat behind Pushpin, on PostgreSQL."""
    with (
        new_cluster() as cluster,
        Chat.ready(tmp_path_factory.mktemp("chat"), DATABASE_URL=cluster.new_database()) as running,
    ):
        yield running


@pytest.fixture(scope="session", params=["chat", "chat_on_postgresql"], ids=["sqlite", "postgresql"])
def any_chat(request):
    """A chat behind Pushpin, first on SQLite, then on PostgreSQL."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def project(tmp_path):
    """A copy of the project, to be changed."""
    copy = tmp_path / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "var", "__pycache__"))
    (copy / ".venv").symlink_to(PROJECT / ".venv")
    return copy


@pytest.fixture(scope="module")
def machines(pushpin, tmp_path_factory):
    """Two Django servers and two Pushpins behind nginx, with PostgreSQL."""
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    if not postgres.find_programs():
        refuse("PostgreSQL is not installed: sudo apt install postgresql")
    with Machines(tmp_path_factory.mktemp("machines")) as machines:
        yield machines


@pytest.fixture
def nginx(machines):
    return machines.nginx


# No longer than a module: while Playwright runs, Django refuses to use the database in this thread.
@pytest.fixture(scope="module")
def playwright():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright):
    from tests.helpers.browser import find_chromium, start_chromium

    if not find_chromium():
        refuse("Chromium is not installed: sudo apt install chromium-headless-shell, or chromium")
    with start_chromium(playwright) as chromium:
        yield chromium


@pytest.fixture(scope="module")
def firefox(playwright):
    path = program("firefox-esr", "Firefox is not installed: sudo apt install firefox-esr")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60).stdout.strip()
    if int(re.search("[0-9]+", version)[0]) < FIRST_FIREFOX:
        refuse(f"{version} is too old: Playwright needs {FIRST_FIREFOX}, try sudo apt update and install firefox-esr")
    from tests.helpers.browser import start_firefox

    with start_firefox(playwright, path) as firefox:
        yield firefox


@pytest.fixture
def people(chromium, chat):
    """People with Chromium."""
    from tests.helpers.browser import People

    with People(chromium, chat.url) as people:
        yield people


@pytest.fixture
def admin(chat, people):
    """A page of an admin who has just logged in."""
    name, password = make_admin(chat)
    page = people.visit("admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    return page


@pytest.fixture
def line(chat):
    """A network line to the chat, which the test can cut."""
    with Line(chat.url) as line:
        yield line


@pytest.fixture
def room(request):
    """The name of a room that no other test uses: the name of the test."""
    return request.node.originalname.removeprefix("test_").replace("_", " ")[:64].strip()
