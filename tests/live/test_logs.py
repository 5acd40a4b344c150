"""What a running chat logs: numbers of requests through the proxy, JSON lines, and Pushpin's logs that stay short."""

import json
import os
import re
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from chatsite.serve import pushpin as configuration
from tests.helpers.running import Chat, kill, one_start_at_a_time, wait_for

SEEN_S = 60
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    with one_start_at_a_time():
        running = Chat(tmp_path_factory.mktemp("logs"), LOG_FORMAT="json", ACCESS_LOG="on")
    with running:
        running.wait_for_line("Chat is ready", 300)
        yield running


def number_of(chat, method, path, body=None, headers=None):
    """Send a request through Pushpin; return the status and the number in the answer's only Request-Id."""
    with closing(HTTPConnection("127.0.0.1", int(chat.port), timeout=10)) as connection:
        connection.request(method, path, body, {"X-Request-Id": "mine", "Request-Id": "mine", **(headers or {})})
        answer = connection.getresponse()
        [number] = answer.headers.get_all("Request-Id")
        assert re.fullmatch("[0-9a-f]{16}", number)
        return answer.status, number


@pytest.mark.parametrize(
    ("request_line", "body", "status"),
    [
        ("GET /", None, 200),
        ("POST /rooms/lobby/messages/", "from=ann&text=hi", 200),
        ("POST /rooms/lobby/messages/", "from=ann", 400),
        ("GET /rooms/lobby/messages/999/", None, 404),
        ("GET /events/?channel=room-lobby", None, 200),
    ],
)
def test_an_answer_through_pushpin_has_the_number_of_its_line(chat, request_line, body, status):
    method, path = request_line.split()
    found, number = number_of(chat, method, path, body, FORM if body else {})
    assert found == status
    said = json.loads(chat.wait_for_line(number, SEEN_S))
    assert said["logger"] == "chat.access"
    assert [said[name] for name in ("request_id", "method", "path", "status", "client")] == [
        number, method, path.partition("?")[0], status, "127.0.0.1",
    ]  # fmt: skip


def test_each_line_is_json(chat):
    kill(chat.pids_of("web worker")[0])
    said = json.loads(chat.wait_for_line("gunicorn.error", SEEN_S))
    assert (said["level"], "SIGKILL" in said["message"]) == ("ERROR", True)
    assert [json.loads(line)["message"] for line in chat.printed if "Chat is ready" in line]
    assert all(json.loads(line)["time"] for line in chat.printed)


def test_a_long_log_of_pushpin_is_emptied_and_its_process_appends_to_it(chat):
    logs = chat.data_dir / "log"
    for log in logs.glob("*.log"):
        with log.open("a") as file:
            file.write(configuration.LOG_BYTES * "x" + "\n")
    names = {log.name for log in logs.glob("*.log")}
    assert names == {f"{name}.log" for name in ("condure", "zurl", "pushpin", "pushpin-proxy", "pushpin-handler")}
    wait_for(lambda: all(log.stat().st_size == 0 for log in logs.glob("*.log")), SEEN_S)
    assert {log.name for log in logs.glob("*.log.1")} == {f"{name}.1" for name in names}
    assert {name for name, flags in open_logs(chat) if flags & os.O_APPEND} == names
    assert all(flags & os.O_APPEND for _, flags in open_logs(chat))


def open_logs(chat):
    """Return the name and the flags of each log that a process has open."""
    found = []
    for pid in chat.processes():
        for descriptor in os.listdir(f"/proc/{pid}/fd"):
            path = os.readlink(f"/proc/{pid}/fd/{descriptor}")
            if path.endswith(".log"):
                [flags] = re.findall(r"flags:\s+(\d+)", Path(f"/proc/{pid}/fdinfo/{descriptor}").read_text())
                found.append((os.path.basename(path), int(flags, 8)))
    return found
