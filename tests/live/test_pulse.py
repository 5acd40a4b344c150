"""A Pushpin that hangs is started again without a person, and nobody misses a message. One that works is left alone."""

import json
import os
import re
import signal
import socket
import sys
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from chatsite.serve import instance
from tests.helpers import follower
from tests.helpers.follower import Follower, Talkers
from tests.helpers.machines import PUSHPIN
from tests.helpers.running import PROJECT, Chat, one_start_at_a_time, spare_port, wait_for

SEEN_S = 90  # on a busy machine
NAMES = ["condure", "zurl", "pushpin-proxy", "pushpin-handler"]
PLACES = 64  # max_open_requests in deploy/pushpin.conf
SLOW = (
    b"POST /rooms/lobby/messages/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 100\r\n\r\nfrom="
)


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    command = (sys.executable, "-m", "tests.helpers.quick_pulse")
    with Chat.ready(tmp_path_factory.mktemp("pulse"), command=command, cwd=PROJECT) as running:
        yield running


def pulse(chat):
    """Return whether the supervisor sees a Pushpin that works; None before it has looked."""
    try:
        return json.loads((chat.data_dir / "pulse.json").read_text())["ok"]
    except FileNotFoundError:
        return None


def readiness(chat):
    """Return what the web server says to somebody inside."""
    routes = (instance.path_for(chat.data_dir) / "routes").read_text()
    connection = HTTPConnection(re.search(r"^\* (\S+)$", routes, re.M)[1], timeout=10)
    connection.request("GET", "/-/ready")
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said["ok"], said["proxy"]


def pids(chat):
    return {name: chat.pids_of(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_stopped_process_of_pushpin_is_noticed_and_nothing_is_lost(chat, monkeypatch, name):
    monkeypatch.setattr(follower, "PATIENCE_S", SEEN_S)
    wait_for(lambda: pulse(chat), SEEN_S)
    [victim] = chat.pids_of(name)
    reader = Follower(chat.url, name)
    try:
        with Talkers(chat, name) as talkers:
            talkers.wait_for_more(5)
            os.kill(victim, signal.SIGSTOP)
            line = chat.wait_for_line("it is ended, and started again", SEEN_S)
            assert f"({name} is stopped)" in line
            chat.wait_for_line("Pushpin answers again", SEEN_S)
            talkers.wait_for_more(5)
        reader.wait_until_received(talkers.acknowledged)
    finally:
        reader.stop()
    wait_for(lambda: pulse(chat), SEEN_S)
    assert victim not in chat.processes()


def take_all_places(chat, stack):
    """Send the beginning of a body on more connections than Pushpin has places for requests."""
    for _ in range(2 * PLACES):
        client = stack.enter_context(socket.create_connection(("127.0.0.1", int(chat.port))))
        client.sendall(SLOW)


def stop_the_web_server(chat, stack):
    for pid in [*chat.pids_of("web master"), *chat.pids_of("web worker")]:
        os.kill(pid, signal.SIGSTOP)
        stack.callback(os.kill, pid, signal.SIGCONT)


@pytest.mark.parametrize("make_busy", [take_all_places, stop_the_web_server])
def test_a_pushpin_that_waits_for_others_is_left_alone(chat, make_busy):
    wait_for(lambda: pulse(chat), SEEN_S)
    before = pids(chat)
    with chat.listen("lobby") as reader, ExitStack() as stack:
        make_busy(chat, stack)
        chat.wait_for_line("it is left alone", SEEN_S)
        assert pulse(chat) is False
        if make_busy is take_all_places:
            status, ok, words = readiness(chat)
            assert (status, ok) == (200, False)
            assert words.startswith("Pushpin ")
        stack.close()
        chat.wait_for_line("Pushpin answers again", SEEN_S)
        posted = chat.post("lobby", "Alice", "Still there?", SEEN_S)
        assert reader.message(SEEN_S) == posted
    assert pids(chat) == before
    wait_for(lambda: readiness(chat)[1], SEEN_S)


def test_bin_pushpin_notices_it_too(pushpin, tmp_path):
    """Without a Django server, each answer is Pushpin's own 502. This one has the patience that people get."""
    grip_url = f"http://127.0.0.1:{spare_port()}?key={'k' * 32}"
    with one_start_at_a_time():
        running = Chat(tmp_path, command=(PUSHPIN, f"127.0.0.1:{spare_port()}"), GRIP_URL=grip_url)
    with running:
        running.wait_for_line("Pushpin is ready", SEEN_S)
        wait_for(lambda: pulse(running), SEEN_S)
        os.kill(running.pids_of("pushpin-proxy")[0], signal.SIGSTOP)
        running.wait_for_line("(pushpin-proxy is stopped): it is ended, and started again", SEEN_S)
        running.wait_for_line("Pushpin answers again", SEEN_S)
        assert running.request("GET", "/")[0] == 502
