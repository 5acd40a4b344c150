"""The web server restarts while people post: no request fails, no message is lost, and the streams stay open."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing, contextmanager

import pytest

from tests.helpers.four_people import FourPeople
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.running import ANSWER_S, RUN, Chat, kill, spare_port, wait_for

BACK_S = 60  # "within seconds", on a busy machine
SOON_S = 10  # shorter than any wait that a fault would cause: 15 minutes for the publisher, 30 s for gunicorn


class Crowd(FourPeople):
    """Four people who post to one room without a pause inside `with`, each request on a connection of its own.

    `posted` lists the messages that the server answered with 200, `failed` all other outcomes.
    """

    def __init__(self, chat, room):
        super().__init__()
        self.posted, self.failed = [], []
        self._chat, self._room = chat, room

    def wait_for_more(self, count=20):
        goal = len(self.posted) + count
        wait_for(lambda: len(self.posted) >= goal or self.failed, BACK_S)

    def act(self, name):
        try:
            self.posted.append(self._chat.post(self._room, name, "And then?", BACK_S))
        except (AssertionError, OSError) as error:
            self.failed.append(error)


def renew(chat):
    chat.signal(signal.SIGUSR1)


def stop_master(chat):
    os.kill(chat.pids_of("web master")[0], signal.SIGTERM)


def stop_workers(chat):
    for worker in chat.pids_of("web worker"):
        os.kill(worker, signal.SIGTERM)


def stop_a_worker(chat):
    os.kill(chat.pids_of("web worker")[0], signal.SIGTERM)


@contextmanager
def replaced(chat, count=2):
    """At the end, wait until `count` of the old workers have ended and two workers run."""
    before = set(chat.pids_of("web worker"))
    yield
    wait_for(lambda: len(before - {*chat.processes()}) >= count and len(chat.pids_of("web worker")) == 2, BACK_S)


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    with Chat.ready(tmp_path_factory.mktemp("restarted")) as running:
        yield running


@pytest.mark.parametrize("restart", [renew, stop_master, stop_workers, stop_a_worker])
def test_a_restart_under_load_fails_no_request_and_loses_no_message(chat, restart):
    room = restart.__name__
    with chat.listen(room) as listener:
        with Crowd(chat, room) as crowd:
            for _ in range(2):
                crowd.wait_for_more()
                with replaced(chat, 1 if restart is stop_a_worker else 2):
                    restart(chat)
            crowd.wait_for_more()
        assert crowd.failed == []
        posted = sorted(crowd.posted, key=lambda message: message["id"])
        assert [listener.message() for _ in posted] == posted
        assert saved(chat, room) == posted
        assert chat.post(room, "Alice", "Still the same stream?") == listener.message()


def test_bin_run_reload_replaces_the_workers(chat):
    with replaced(chat):
        done = subprocess.run([RUN, "--reload"], env={**os.environ, "DATA_DIR": str(chat.data_dir)}, timeout=BACK_S)
    assert done.returncode == 0


def test_bin_run_ready_says_whether_the_chat_is_of_use(chat):
    def ask(port):
        own = {**os.environ, "DATA_DIR": str(chat.data_dir), "PORT": port}
        return subprocess.run([RUN, "--ready"], env=own, capture_output=True, text=True, timeout=BACK_S)

    is_ready = (0, f"The chat at {chat.url} is ready.\n")
    wait_for(lambda: (ready := ask(chat.port)) and (ready.returncode, ready.stdout) == is_ready, BACK_S)
    nobody = str(spare_port())
    not_ready = ask(nobody)
    assert (not_ready.returncode, not_ready.stdout) == (1, f"The chat at http://127.0.0.1:{nobody}/ is not ready.\n")


def test_a_second_request_for_new_workers_during_the_first_is_not_lost(chat):
    renew(chat)
    wait_for(lambda: any("chatsite.serve.prepare" in words for words in chat.processes().values()), BACK_S, 0.01)
    renew(chat)
    for _ in range(2):
        chat.wait_for_line("The workers are being replaced", BACK_S)


def saved(chat, room):
    """Return all messages of the room, oldest first."""
    messages, more = [], True
    while more:
        after = messages[-1]["id"] if messages else 0
        answer = json.loads(chat.request("GET", f"/rooms/{room}/messages/?after={after}&limit=200")[1])
        messages, more = messages + answer["messages"], answer["more"]
    return messages


@pytest.fixture
def proxy():
    with GripProxy() as proxy:
        yield proxy


@pytest.fixture
def chat_with_proxy(proxy, tmp_path):
    """A chat that gets its requests directly, not through a proxy, and publishes to `proxy`."""
    with Chat.ready(tmp_path, GRIP_URL=f"{proxy.uri}?key={KEY}") as chat:
        wait_for(lambda: len(chat.pids_of("web worker")) == 2, BACK_S)
        yield chat


@pytest.fixture(scope="module")
def chat_without_pushpin(tmp_path_factory):
    with (
        GripProxy() as proxy,
        Chat.ready(tmp_path_factory.mktemp("direct"), GRIP_URL=f"{proxy.uri}?key={KEY}") as running,
    ):
        yield running


@pytest.fixture
def direct(chat_without_pushpin):
    """A chat that gets its requests directly, not through a proxy; both its workers run."""
    wait_for(lambda: len(chat_without_pushpin.pids_of("web worker")) == 2, BACK_S)
    return chat_without_pushpin


class SlowPost:
    """A POST that a worker has begun to handle, and whose body the client has not sent yet."""

    BODY = b"from=Alice&text=Just+in+time"

    def __init__(self, chat, room):
        self._socket = socket.create_connection(("127.0.0.1", int(chat.port)), timeout=ANSWER_S)
        head = (
            f"POST /rooms/{room}/messages/ HTTP/1.1", f"Host: 127.0.0.1:{chat.port}", "Expect: 100-continue",
            "Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(self.BODY)}", "", "",
        )  # fmt: skip
        self._socket.sendall("\r\n".join(head).encode())
        assert self._socket.recv(1000).startswith(b"HTTP/1.1 100 ")

    def finish(self):
        """Send the body; return the first line of the answer."""
        self._socket.sendall(self.BODY)
        return self._socket.recv(1000).partition(b"\r\n")[0].decode()

    def close(self):
        self._socket.close()


@pytest.mark.parametrize("restart", [renew, stop_master, stop_workers])
def test_a_restart_lets_a_running_request_finish(direct, restart):
    room = f"slow-{restart.__name__}"
    slow = SlowPost(direct, room)
    before = set(direct.pids_of("web worker"))
    with replaced(direct):
        restart(direct)
        if restart is renew:  # the old workers must stop as soon as the new ones run
            wait_for(lambda: set(direct.pids_of("web worker")) - before, BACK_S, look_again_s=0.01)
        assert slow.finish() == "HTTP/1.1 200 OK"
    assert [message["text"] for message in saved(direct, room)] == ["Just in time"]


@pytest.mark.parametrize("restart", [renew, stop_master, stop_workers])
def test_an_endless_request_does_not_delay_a_restart_and_saves_nothing(direct, restart):
    room = f"endless-{restart.__name__}"
    slow = SlowPost(direct, room)
    before = set(direct.pids_of("web worker"))
    restart(direct)
    wait_for(lambda: not before & set(direct.processes()), SOON_S)
    slow.close()
    assert saved(direct, room) == []


@pytest.mark.parametrize("mode", ["hang", "refuse"])
def test_a_worker_ends_while_the_proxy_is_down_and_the_next_worker_publishes(chat_with_proxy, proxy, mode):
    proxy.mode = mode
    message = chat_with_proxy.post("lobby", "Alice", "Can you hear me?")
    proxy.requests.get(timeout=ANSWER_S)
    before = set(chat_with_proxy.pids_of("web worker"))
    stop_workers(chat_with_proxy)
    wait_for(lambda: not before & set(chat_with_proxy.processes()), SOON_S)
    proxy.mode = "accept"
    assert json.dumps(message) in proxy.next_item()["http-stream"]["content"]


def test_a_new_worker_also_publishes_events_committed_just_after_its_start(chat_with_proxy, proxy):
    """In a rolling restart, the old workers still work for a while, and may end before they have published."""
    proxy.mode = "refuse"
    chat_with_proxy.post("lobby", "Alice", "one")
    with replaced(chat_with_proxy):
        for worker in chat_with_proxy.pids_of("web worker"):
            kill(worker)
    proxy.mode = "accept"
    assert proxy.next_ids(2) == ["1", "1"]  # both new workers publish it at their start
    commit_again(chat_with_proxy)
    wait_for(lambda: proxy.next_item()["id"] == "2", BACK_S)


def commit_again(chat):
    """Log the only event once more, under the next id, without publishing it."""
    with closing(sqlite3.connect(chat.data_dir / "chat.sqlite3", timeout=20)) as database, database:
        database.execute(
            "INSERT INTO django_eventstream_event (channel, type, data, eid, created) "
            "SELECT channel, type, data, 2, created FROM django_eventstream_event"
        )
