"""Caddy in front of bin/run, as deploy/Caddyfile has it."""

import json
import socket
import ssl
import time
from contextlib import ExitStack
from http.client import HTTPSConnection
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.helpers.caddy import Caddy
from tests.helpers.login import WRONG_PASSWORD, log_in, login, make_admin
from tests.helpers.running import Chat, spare_port
from tests.helpers.slow_clients import BODY, full_pushpin
from tests.live.conftest import program

NO_CHECK = ssl._create_unverified_context()
SLOW = 80  # more than Pushpin serves at a time
PATIENCE_S, GONE_S = 10, 20
PRODUCTION = {
    "ALLOWED_HOSTS": "127.0.0.1",
    "SECRET_KEY": "of this test only, 32 characters or more",
    "TRUSTED_PROXIES": "127.0.0.1",
    "HSTS_SECONDS": "300",
}


@pytest.fixture(scope="module")
def production(pushpin, tmp_path_factory):
    """A chat that trusts Caddy."""
    program("caddy", "Caddy is not installed: sudo apt install caddy")
    with Chat.ready(tmp_path_factory.mktemp("chat"), **PRODUCTION) as chat:
        chat.post("long", "Alice", "x" * 8000)
        yield chat


@pytest.fixture(scope="module")
def caddy(production, tmp_path_factory):
    """Caddy in front of that chat."""
    with Caddy(tmp_path_factory.mktemp("caddy") / "caddy", spare_port(), production) as caddy:
        yield caddy


def test_the_admin_takes_a_form_over_https(caddy):
    assert WRONG_PASSWORD in login(caddy.url)


def test_an_admin_who_logs_in_over_https_gets_secure_cookies_and_hsts(caddy, production):
    page, headers, cookies = log_in(caddy.url, *make_admin(production))
    assert "Log out" in page
    assert cookies == {"csrftoken": True, "sessionid": True}
    assert headers["Strict-Transport-Security"] == "max-age=300"


def test_an_admin_can_log_in_without_https_too(production):
    page, headers, cookies = log_in(production.url, *make_admin(production))
    assert "Log out" in page
    assert cookies == {"csrftoken": False, "sessionid": False}
    assert headers["Strict-Transport-Security"] is None


def test_a_stream_opens_and_outlives_the_deadline_for_bodies(caddy):
    request = Request(f"{caddy.url}/events/?channel=room-lobby", headers={"Accept-Encoding": "gzip"})
    with urlopen(request, timeout=30, context=NO_CHECK) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Content-Encoding"] is None
        assert next(line for line in stream if line == b"event: keep-alive\n")


def test_pages_are_compressed(caddy):
    request = Request(f"{caddy.url}/rooms/long/messages/", headers={"Accept-Encoding": "gzip"})
    with urlopen(request, timeout=PATIENCE_S, context=NO_CHECK) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.read()) < 2_000


def test_unfinished_bodies_keep_nobody_waiting_and_are_ended(caddy):
    with ExitStack() as stack:
        slow = [stack.enter_context(begun(caddy, BODY)) for _ in range(SLOW)]
        assert seconds_for_a_list(caddy) < PATIENCE_S
        until = time.monotonic() + GONE_S
        assert all(is_ended(client, until) for client in slow)


def test_a_message_does_not_wait_for_what_waits_in_pushpin(caddy, production):
    body = {"from": "Alice", "text": "hello"}
    with full_pushpin(production):
        request = Request(f"{caddy.url}/rooms/lobby/messages/", urlencode(body).encode())
        with urlopen(request, timeout=PATIENCE_S, context=NO_CHECK) as answer:
            assert json.load(answer)["text"] == "hello"


def test_a_strangers_signature_does_not_reach_django(caddy):
    assert answer_to(caddy, {"Grip-Sig": "x"}) == answer_to(caddy, {})


def answer_to(caddy, headers):
    """Return the answer to what only a Pushpin asks."""
    connection = HTTPSConnection("127.0.0.1", caddy.port, timeout=PATIENCE_S, context=NO_CHECK)
    connection.request("GET", "/events/1/?channel=room-lobby", headers=headers)
    response = connection.getresponse()
    return response.status, response.read()


def begun(caddy, request):
    """Return a connection on which only this was sent."""
    client = socket.create_connection(("127.0.0.1", caddy.port))
    client = NO_CHECK.wrap_socket(client, server_hostname="127.0.0.1")
    client.sendall(request.encode())
    return client


def is_ended(client, until):
    """Return whether the other side ends the connection before `until`."""
    try:
        while time.monotonic() < until:
            client.settimeout(max(0.1, until - time.monotonic()))
            if not client.recv(65536):
                return True
    except TimeoutError:
        return False
    except OSError:
        return True
    return False


def seconds_for_a_list(caddy):
    began = time.monotonic()
    connection = HTTPSConnection("127.0.0.1", caddy.port, timeout=2 * GONE_S, context=NO_CHECK)
    connection.request("GET", "/rooms/lobby/messages/")
    assert connection.getresponse().status == 200
    connection.close()
    return time.monotonic() - began
