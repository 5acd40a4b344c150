"""From version 1.0.0 to the current one, and back, while people read and write: nothing is lost or doubled."""

import json
import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.helpers import old_version
from tests.helpers.browser import NETWORK_ERROR, People
from tests.helpers.follower import Follower, PatientTalkers
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.history import change, post_with_key
from tests.helpers.running import Chat, one_start_at_a_time, spare_port, wait_for
from tests.live.conftest import new_cluster
from tests.live.test_restarts import Crowd, saved

BACK_S = 90
MISSING = "raise ModuleNotFoundError(f'No module named {__name__!r}', name=__name__)\n"


@pytest.fixture(scope="module")
def commit():
    commit = old_version.commit_of("1.0.0")
    if reason := old_version.why_missing(commit):
        pytest.skip(reason)
    return commit


@pytest.fixture
def installation(pushpin, commit, tmp_path):
    with Installation(tmp_path, commit) as installation:
        yield installation


@pytest.fixture(params=["sqlite", "postgresql"])
def on_any_database(request, installation):
    if request.param == "sqlite":
        yield installation
    else:
        with new_cluster() as cluster:
            installation.environment["DATABASE_URL"] = cluster.new_database()
            yield installation
            installation.stop()


class Installation:
    """A folder with the code, first of version 1.0.0, and a folder with the data. `chat` is what runs there now."""

    def __init__(self, folder, commit):
        self.code, self.data = folder / "code", folder / "data"
        self._commit = commit
        self.environment = {}
        self.chat = None

    def __enter__(self):
        self.code.mkdir()
        self.check_out_old()
        return self

    def __exit__(self, *_):
        self.stop()

    def check_out_old(self):
        old_version.check_out(self._commit, self.code)

    def check_out_current(self):
        old_version.check_out_current(self.code)

    def start(self):
        """Start what is in the folder, the next times at the same port."""
        with one_start_at_a_time():
            self.environment.setdefault("PORT", str(spare_port()))
        self.chat = Chat.ready(self.data, command=old_version.SERVE, cwd=self.code, **self.environment)
        return self.chat

    def stop(self):
        if self.chat:
            self.chat.stop()

    def restart(self):
        self.stop()
        return self.start()

    def is_current(self):
        """Return whether a worker with the current code has answered. Version 1.0.0 has no such page."""
        return self.chat.request("GET", "/-/live")[0] == 200


@contextmanager
def followers(chat, room):
    """Yield readers of the room by both addresses of its stream."""
    readers = [Follower(chat.url, room), Follower(chat.url, room, path=f"/rooms/{room}/events/")]
    try:
        yield readers
    finally:
        for reader in readers:
            reader.stop()


def write_history(chat, room):
    """Post three messages, edit the second and delete the third; return them as they were posted."""
    posted = [post_with_key(chat, room, "Eve", f"text {number}", f"secret {number}") for number in range(3)]
    change(chat, room, posted[1], "PATCH", "secret 1", text="better")
    change(chat, room, posted[2], "DELETE", "secret 2")
    return posted


def changes_since(chat, room, event_id):
    status, body = chat.request("GET", f"/rooms/{room}/messages/?since={event_id}")
    assert status == 200, body
    return json.loads(body)


def test_a_restart_with_the_current_version_loses_and_doubles_nothing(on_any_database):
    old = on_any_database.start()
    first, second, _ = write_history(old, "lobby")
    before = saved(old, "lobby")
    event_id = json.loads(old.request("GET", "/rooms/lobby/messages/")[1])["last-event-id"]
    with followers(old, "talk") as readers:
        with PatientTalkers(old, "talk") as talkers:
            talkers.wait_for_more()
            on_any_database.check_out_current()
            new = on_any_database.restart()
            talkers.wait_for_more()
        for reader in readers:
            reader.wait_until_received(talkers.acknowledged)
    assert on_any_database.is_current()
    assert saved(new, "talk") == talkers.acknowledged
    assert saved(new, "lobby") == before
    assert post_with_key(new, "lobby", "Eve", "text 0", "secret 0") == first
    assert post_with_key(new, "lobby", "Eve", "text 1", "secret 1")["text"] == "better"
    change(new, "lobby", first, "PATCH", "secret 0", text="changed later")
    change(new, "lobby", second, "DELETE", "secret 1")
    with new.listen("lobby", event_id) as listener:
        assert listener.next("message-edited")["text"] == "changed later"
        assert listener.next("message-deleted")["id"] == second["id"]


def test_a_reload_without_the_new_packages_is_refused_and_the_old_version_goes_on(installation, tmp_path):
    packages = tmp_path / "packages"
    packages.mkdir()
    for name in ("zmq", "zopfli"):
        (packages / f"{name}.py").write_text(MISSING)
    installation.environment["PYTHONPATH"] = str(packages)
    old = installation.start()
    load_all_old_code(old)
    with followers(old, "talk") as readers:
        with Crowd(old, "talk") as crowd:
            crowd.wait_for_more()
            tables = schema(old)
            installation.check_out_current()
            old.signal(signal.SIGUSR1)
            old.wait_for_line("A package is missing", BACK_S)
            old.wait_for_line("The workers were not replaced", BACK_S)
            crowd.wait_for_more()
            assert not any("Traceback" in line for line in old.printed)
            assert not installation.is_current()
            assert schema(old) == tables
        assert crowd.failed == []
        for name in ("zmq", "zopfli"):
            (packages / f"{name}.py").unlink()  # so the new packages are installed
        installation.restart()
        for reader in readers:
            reader.wait_until_received(in_order(crowd.posted))
    assert installation.is_current()


def test_a_reload_with_the_new_packages_cuts_no_stream_and_refuses_nobody(installation):
    chat = installation.start()
    load_all_old_code(chat)
    with followers(chat, "talk") as readers:
        with Crowd(chat, "talk") as crowd:
            crowd.wait_for_more()
            installation.check_out_current()
            with workers_replaced(chat):
                chat.signal(signal.SIGUSR1)
            assert installation.is_current()
            crowd.wait_for_more()
        assert crowd.failed == []
        for reader in readers:
            reader.wait_until_received(in_order(crowd.posted))
            assert reader.connections == 1
    assert saved(chat, "talk") == in_order(crowd.posted)


def test_after_a_reload_the_new_workers_publish_what_the_old_ones_left(installation):
    """A thread of each worker does that, although their master still has the class of the old workers."""
    with GripProxy() as proxy:
        installation.environment["GRIP_URL"] = f"{proxy.uri}?key={KEY}"
        chat = installation.start()
        installation.check_out_current()
        with workers_replaced(chat):
            chat.signal(signal.SIGUSR1)
        wait_for(lambda: all(threads(pid) > 1 for pid in chat.pids_of("web worker")), BACK_S)
        assert installation.is_current()


def load_all_old_code(chat):
    """Let both workers answer: version 1.0.0 loads a part of its code with the first request, from what is there."""

    def both_have_answered():
        [*people.map(lambda _: chat.request("GET", "/rooms/talk/messages/"), range(32))]
        return all(threads(pid) > 2 for pid in chat.pids_of("web worker"))  # two are there before the first request

    with ThreadPoolExecutor(16) as people:
        wait_for(both_have_answered, BACK_S)


@contextmanager
def workers_replaced(chat):
    """At the end, wait until the old workers have ended and two others run."""
    old = set(chat.pids_of("web worker"))
    yield
    wait_for(lambda: not old & {*chat.processes()} and len(chat.pids_of("web worker")) == 2, BACK_S)


def threads(pid):
    return len(list(Path(f"/proc/{pid}/task").glob("*")))


def test_going_back_to_the_old_version_loses_nothing(installation):
    """The current version's tables may have more columns and rows, but 1.0.0 can use them all the same."""
    installation.check_out_current()
    new = installation.start()
    first, _, _ = write_history(new, "lobby")
    with followers(new, "talk") as readers:
        with PatientTalkers(new, "talk") as talkers:
            talkers.wait_for_more()
            installation.check_out_old()
            old = installation.restart()
            assert not installation.is_current()
            talkers.wait_for_more()
            change(old, "lobby", first, "PATCH", "secret 0", text="changed by the old one")
            installation.check_out_current()
            new = installation.restart()
            assert installation.is_current()
            talkers.wait_for_more()
        for reader in readers:
            reader.wait_until_received(talkers.acknowledged)
    assert saved(new, "talk") == talkers.acknowledged
    assert [message["text"] for message in saved(new, "lobby")] == ["changed by the old one", "better"]


def test_a_page_of_the_old_version_goes_on_with_the_current_server(installation, chromium):
    old = installation.start()
    with People(chromium, old.url) as people:
        people.allow_complaint(NETWORK_ERROR)
        alice = people.join("Alice", "lobby")
        alice.say("before")
        expect(alice.texts).to_have_text(["before"])
        files = alice.page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
        files = [file for file in files if "/static/" in file]
        assert files
        installation.check_out_current()
        installation.stop()
        alice.wait_for_stream("lost")
        alice.say("meanwhile")
        new = installation.start()
        expect(alice.texts).to_have_text(["before", "meanwhile"])
        alice.wait_for_stream()
        new.post("lobby", "Bob", "hello")
        alice.say("after")
        texts = ["before", "meanwhile", "hello", "after"]
        expect(alice.texts).to_have_text(texts)
        tab = people.join_in_tab(alice, "Alice", "lobby")  # of the current version, in the same browser
        tab.say("from the new page")
        texts.append("from the new page")
        expect(alice.texts).to_have_text(texts)
        new.post("lobby", "Bob", "to both")
        texts.append("to both")
        for page in (alice, tab):
            expect(page.texts).to_have_text(texts)
        assert {new.request("GET", urlsplit(file).path)[0] for file in files} == {
            200
        }  # the browser has them in its cache
        alice.page.reload()
        alice.wait_for_stream()
        expect(alice.texts).to_have_text(texts)


def schema(chat):
    """Return the statements that made the tables of the chat's SQLite database."""
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database:
        return database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


def in_order(messages):
    return sorted(messages, key=lambda message: message["id"])
