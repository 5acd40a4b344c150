"""deploy/pushpin.conf: its values have the effect that its comments promise."""

import os
import re
import tempfile
import threading
import time
from http.client import HTTPConnection, HTTPException
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from chatsite.serve import pushpin as configuration
from chatsite.serve.sessions import Session
from tests.helpers.echo import Echo
from tests.helpers.running import PROJECT, spare_port, wait_for

OURS = PROJECT / "deploy" / "pushpin.conf"
DEBIANS = Path("/usr/share/pushpin/pushpin.conf.condure")

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


@pytest.fixture(scope="module")
def headers_behind_pushpin(pushpin):
    """A function that sends headers through a Pushpin with our configuration, and returns the headers that arrive."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="chat-test-") as folder:
        port, run_dir = spare_port(), Path(folder)
        file = configuration.write_configuration(
            run_dir,
            run_dir,
            listen=f"127.0.0.1:{port}",
            control_port=spare_port(),
            web_port=server.server_port,
            key="a key",
        )
        session = Session(configuration.command(file), {"PATH": os.environ["PATH"]}, output=run_dir / "out")
        wait_for(lambda: get(port, {}), 10)
        yield lambda headers: get(port, headers)
        session.end(2)
    server.shutdown()
    server.server_close()


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
