"""deploy/pushpin.conf: its values have the effect that its comments promise."""

import json
import os
import re
import signal
import tempfile
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from chat.grip import command_socket
from chat.grip.command_socket import CommandSocket
from chat.grip.connection import RefusedContent
from chatsite.serve import instance, processes
from chatsite.serve import pushpin as configuration
from chatsite.serve.sessions import Session
from tests.helpers.echo import Echo
from tests.helpers.running import PROJECT, Chat, spare_port, wait_for

OURS = PROJECT / "deploy" / "pushpin.conf"
DEBIANS = Path("/usr/share/pushpin/pushpin.conf.condure")

ITEM = {"channel": "events-room-x", "id": "2", "prev-id": "1", "http-stream": {"content": "größe"}}
LISTENS = "0A"  # in /proc/net/tcp
WRITERS, BURST_S, LATEST_S = 4, 2, 1


def test_the_messages_of_a_burst_arrive_during_the_burst(chat):
    """With a message_rate, Pushpin would deliver the first message of such a burst only after its end."""
    sent = {}

    def write(name):
        until = time.monotonic() + BURST_S
        while time.monotonic() < until:
            message = chat.post("burst", name, "Quick")
            sent[message["id"]] = time.monotonic()

    with chat.listen("burst") as bob:
        writers = [threading.Thread(target=write, args=(f"Writer {number}",)) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        received = {bob.message()["id"]: time.monotonic() for _ in range(40)}
        for writer in writers:
            writer.join()
    assert len(sent) / BURST_S > 40, "this machine posted too slowly for a burst"
    assert max(received[number] - sent[number] for number in received) < LATEST_S


def cores_of_pushpin(chat):
    pids = [pid for name in ("condure", "pushpin-proxy", "pushpin-handler") for pid in chat.pids_of(name)]
    assert len(pids) == 3
    return {core for pid in pids for core in os.sched_getaffinity(pid)}


def test_all_processes_of_a_pushpin_share_one_core(chat):
    assert len(cores_of_pushpin(chat)) == 1


def test_a_pushpin_uses_as_many_cores_as_it_is_given(pushpin, tmp_path):
    with Chat.ready(tmp_path, PUSHPIN_CORES="9999") as chat:
        assert cores_of_pushpin(chat) == os.sched_getaffinity(0)


@pytest.mark.parametrize(
    ("port", "count", "cores"), [(8000, 1, "7"), (8001, 1, "2"), (8002, 1, "5"), (8000, 2, "7,2"), (8000, 9, "7,2,5")]
)
def test_pushpins_with_ports_next_to_each_other_have_different_cores(monkeypatch, port, count, cores):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {5, 7, 2})
    assert configuration.command(Path("pushpin.conf"), port, count)[:3] == ("taskset", "--cpu-list", cores)


@pytest.fixture(scope="module")
def alone(pushpin):
    """The run directory and the port of a Pushpin with our configuration, in front of a server that echoes headers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="chat-test-") as folder:
        port, run_dir = spare_port(), Path(folder)
        file = configuration.write_configuration(
            run_dir, run_dir, listen=f"127.0.0.1:{port}", web_port=server.server_port, key="a key"
        )
        environment = {"PATH": os.environ["PATH"], instance.MARK: folder}
        session = Session(configuration.command(file, port, cores=1), environment, output=run_dir / "out")
        wait_for(lambda: get(port, {}), 10)
        yield run_dir, port
        session.end(2)
    server.shutdown()
    server.server_close()


@pytest.fixture
def headers_behind_pushpin(alone):
    """A function that sends headers through this Pushpin, and returns the headers that arrive."""
    _, port = alone
    return lambda headers: get(port, headers)


@pytest.fixture
def socket_of_pushpin(alone):
    """A connection to the command socket of this Pushpin."""
    run_dir, _ = alone
    return CommandSocket({"control_uri": configuration.command_uri(run_dir)})


@pytest.fixture
def handler(alone):
    """The pid of the process that takes the events of this Pushpin."""
    (found,) = [pid for pid in processes.carrying(instance.MARK, alone[0]) if name(pid) == "pushpin-handler"]
    yield found
    os.kill(found, signal.SIGCONT)


def name(pid):
    return Path(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()).name


def get(port, headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/", headers=headers)
        response = connection.getresponse()
        return response.status == 200 and response.read().decode()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


def test_pushpin_adds_the_address_that_connected_after_what_a_client_claims(headers_behind_pushpin):
    arrived = headers_behind_pushpin({"X-Forwarded-For": "6.6.6.6"})
    assert re.findall("X-Forwarded-For: (.*)", arrived, re.I) == ["6.6.6.6, 127.0.0.1"]
    assert re.findall("X-Forwarded-For: (.*)", headers_behind_pushpin({}), re.I) == ["127.0.0.1"]


@pytest.mark.parametrize("items", [[ITEM], [ITEM] * 1000, []])
def test_pushpin_says_that_it_has_the_items(socket_of_pushpin, items):
    socket_of_pushpin.publish([json.dumps(item).encode() for item in items])


@pytest.mark.parametrize(
    "wrong",
    [{}, {"channel": "x"}, {**ITEM, "channel": 1}, {**ITEM, "id": 2}, {**ITEM, "http-stream": {}}],
)
def test_pushpin_says_that_it_refuses_an_item(socket_of_pushpin, wrong):
    for items in ([wrong], [ITEM, wrong]):
        with pytest.raises(RefusedContent, match="bad-request: Invalid format: "):
            socket_of_pushpin.publish([json.dumps(item).encode() for item in items])
    socket_of_pushpin.publish([json.dumps(ITEM).encode()])


def test_a_stopped_pushpin_is_a_time_out_until_it_goes_on(socket_of_pushpin, handler, monkeypatch):
    item = json.dumps(ITEM).encode()
    socket_of_pushpin.publish([item])
    os.kill(handler, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(command_socket, "ANSWER_S", 0.1)
        for _ in range(3):
            with pytest.raises(TimeoutError):
                socket_of_pushpin.publish([item])
    os.kill(handler, signal.SIGCONT)
    socket_of_pushpin.publish([item])


def test_bin_run_opens_one_port_to_the_world_and_one_inside(chat):
    """Pushpin takes events in its private folder only."""
    found = [(name(pid), port) for pid in chat.processes() for port in ports_of(pid)]
    front, web = ({port for its, port in found if (its == "condure") == is_front} for is_front in (True, False))
    assert front == {int(chat.port)}
    assert len(web) == 1
    assert {its for its, port in found if port in web} == {name(chat.pids_of("web master")[0])}


def ports_of(pid):
    """Return the TCP ports that a process listens on."""
    lines = [
        line.split() for file in ("tcp", "tcp6") for line in Path(f"/proc/net/{file}").read_text().splitlines()[1:]
    ]
    ports = {f"socket:[{line[9]}]": int(line[1].rpartition(":")[2], 16) for line in lines if line[3] == LISTENS}
    return {ports[link] for link in links(pid) if link in ports}


def links(pid):
    """Return the names of the files that a process has open."""
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            yield os.readlink(file)


def test_every_value_that_differs_from_debians_has_a_comment():
    if not DEBIANS.exists():
        pytest.skip("needs Debian's own pushpin.conf to compare with")
    debians = dict(re.findall(r"^(\w+)=(.*)", DEBIANS.read_text(), re.M))
    assert debians["message_rate"] == "2500"
    ours = OURS.read_text()
    paragraphs = re.findall(r"(#[^\n]*\n)?((?:\w+=.*\n)+)", ours)
    values = [(reason, *found) for reason, lines in paragraphs for found in re.findall(r"(\w+)=(.*)", lines)]
    assert [name for _, name, _ in values] == re.findall(r"^(\w+)=", ours, re.M)
    assert [value for value in values if not value[0]]  # some have no comment
    for reason, name, value in values:
        assert reason or debians.get(name) == value, f"{name}={value} differs from Debian's, and no comment says why"
