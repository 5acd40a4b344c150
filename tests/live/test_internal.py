"""INTERNAL: metrics and readiness on a port of their own, which answers also while the web server does not."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from http.client import HTTPConnection

import pytest

from chatsite.serve import instance, internal
from tests.helpers.running import Chat, kill, spare_port, wait_for

SEEN_S = 60


@pytest.fixture(scope="module")
def inside():
    return f"127.0.0.1:{spare_port()}"


@pytest.fixture(scope="module")
def chat(pushpin, inside, tmp_path_factory):
    with Chat.ready(tmp_path_factory.mktemp("internal"), INTERNAL=inside) as running:
        yield running


def ask(inside, path, method="GET"):
    connection = HTTPConnection(inside, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def metrics(inside):
    """Return {name with labels: value}."""
    status, body = ask(inside, "/-/metrics")
    assert status == 200
    return {name: float(value) for name, value in re.findall(r"^(\w+(?:{.*})?) (\S+)$", body, re.MULTILINE)}


def test_the_metrics_count_posts_events_readers_and_deliveries(chat, inside):
    before = metrics(inside)
    with ExitStack() as stack:
        readers = [stack.enter_context(chat.listen("lobby")) for _ in range(5)]
        for number in range(3):
            chat.post("lobby", "ann", f"hello {number}")
        for reader in readers:
            [reader.next("message") for _ in range(3)]

        def growth(name):
            return metrics(inside).get(name, 0) - before.get(name, 0)

        assert growth('chat_events_total{type="message"}') == 3
        assert growth('chat_requests_total{status="200",view="messages"}') == 3
        wait_for(lambda: growth('chat_publish_seconds_count{proxy="own"}') >= 3, SEEN_S)
        wait_for(lambda: growth("pushpin_connection_connected") >= 5, SEEN_S)
        wait_for(lambda: growth("pushpin_message_sent") >= 15, SEEN_S)
    now = metrics(inside)
    assert (now["chat_ready"], now["chat_ok"], now["chat_pushpin_up"]) == (1, 1, 1)


def test_the_public_port_has_no_metrics(chat):
    assert chat.request("GET", "/-/metrics")[0] == 404


def test_only_the_inside_listens_for_statistics(chat, inside):
    configuration = (instance.path_for(chat.data_dir) / "pushpin.conf").read_text()
    assert re.search(r"^prometheus_port=127\.0\.0\.1:\d+$", configuration, re.MULTILINE)


def test_readiness_has_words_there(chat, inside):
    wait_for(lambda: json.loads(ask(inside, "/-/ready")[1])["ok"], SEEN_S)
    assert json.loads(ask(inside, "/-/ready")[1]).keys() == {"ok", "database", "migrations", "proxy"}


@pytest.mark.parametrize(
    ("method", "path", "status", "field"),
    [
        ("GET", "/lobby", 404, "path"),
        ("GET", "/rooms/lobby/messages/", 404, "path"),
        ("POST", "/-/ready", 405, "method"),
    ],
)
def test_nothing_else_is_there(chat, inside, method, path, status, field):
    seen, body = ask(inside, path, method)
    assert (seen, json.loads(body)["errors"][0]["field"]) == (status, field)


def test_it_answers_while_no_thread_of_the_web_server_does(chat, inside):
    chat.post("lobby", "ann", "hello")
    pids = [*chat.pids_of("web master"), *chat.pids_of("web worker")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        status, body = ask(inside, "/-/ready")
        said = json.loads(body)
        assert (status, said["ok"], said["web"]) == (503, False, internal.SILENT)
        now = metrics(inside)
        assert (now["chat_ready"], now["chat_ok"]) == (0, 0)
        assert now['chat_events_total{type="message"}'] >= 1
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
    wait_for(lambda: metrics(inside)["chat_ready"] == 1, SEEN_S)


@pytest.mark.parametrize(
    ("name", "part"), [("pushpin", "Pushpin"), ("web master", "The web server"), ("web worker", "The web server")]
)
def test_a_stopped_process_is_named_although_others_do_its_work(chat, inside, name, part):
    wait_for(lambda: metrics(inside)["chat_ok"] == 1, SEEN_S)
    pid = chat.pids_of(name)[0]
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_for(lambda: metrics(inside)["chat_ok"] == 0, SEEN_S)
        said = json.loads(ask(inside, "/-/ready")[1])
        assert said["ok"] is False
        assert re.fullmatch(rf"{part}: \S+ \({pid}\) is stopped\.", said["processes"])
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_for(lambda: metrics(inside)["chat_ok"] == 1, SEEN_S)


def test_new_processes_count(chat, inside):
    before = metrics(inside)

    def growth(name):
        return metrics(inside)[name] - before[name]

    kill(chat.pids_of("web worker")[0])
    wait_for(lambda: growth("chat_processes_total") == 1, SEEN_S)
    kill(chat.pids_of("pushpin-proxy")[0])
    wait_for(lambda: growth('chat_restarts_total{part="Pushpin"}') == 1, SEEN_S)
    assert growth('chat_restarts_total{part="The web server"}') == 0
    wait_for(chat.is_live, SEEN_S)


def test_what_waited_in_a_killed_process_waits_no_more(tmp_path):
    waits = (
        "import os, signal, sys; from chat import metrics; metrics.WAITING.labels('p').set(7);"
        "metrics.EVENTS.labels('message').inc(); print(os.getpid(), flush=True); sys.stdin.read()"
    )
    own = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    inside = internal.Internal(("127.0.0.1", 0), tmp_path, tmp_path, None)
    with subprocess.Popen(
        [sys.executable, "-c", waits], env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        process.stdout.readline()
        assert b'chat_waiting_events{proxy="p"} 7.0' in inside.metrics()
        process.kill()
        process.wait()
    after = inside.metrics()
    assert b"chat_waiting_events{" not in after
    assert b'chat_events_total{type="message"} 1.0' in after


def test_a_taken_port_is_a_sentence(pushpin, tmp_path, chat, inside):
    second = Chat(tmp_path, INTERNAL=inside)
    with second:
        second.wait_until_ended(SEEN_S)
        second.wait_until_silent()
        assert f"INTERNAL='{inside}' won't do: can't listen there" in "".join(second.printed)
