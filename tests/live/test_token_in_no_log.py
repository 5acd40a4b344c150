"""The address of a stream or a frame may hold a token, a password for some minutes: no log has it, whatever fails."""

import json
import os
import signal
from contextlib import closing
from http.client import HTTPConnection, HTTPSConnection, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from tests.helpers.caddy import Caddy
from tests.helpers.listener import ANSWER_S
from tests.helpers.login import NO_CHECK
from tests.helpers.machines import Nginx, Proxy
from tests.helpers.running import Chat, kill, spare_port, wait_for
from tests.live.conftest import program
from tests.policy.people import KEYS, token, token_of

SEEN_S = 60
GOOD, EXPIRED = token_of("Al", "lobby", exp=86_400), token(exp=-60, read=["lobby"])
STREAM = "/events/?channel=room-lobby&token="
FRAME = "/-/frame/lobby?token="


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    wanted = {"POLICY": "tokens", "TOKEN_KEYS": json.dumps(KEYS), "TOKEN_COOKIE": "chat_token"}
    with Chat.ready(tmp_path_factory.mktemp("tokens"), ACCESS_LOG="on", LOG_LEVEL="DEBUG", **wanted) as running:
        yield running


def opened(url, found, address=STREAM, **headers):
    """Try to open the address with the token in it; return the status, None if there is no answer."""
    where = urlsplit(url)
    kind = {"https": lambda: HTTPSConnection(where.netloc, timeout=ANSWER_S, context=NO_CHECK)}
    with closing(kind.get(where.scheme, lambda: HTTPConnection(where.netloc, timeout=ANSWER_S))()) as connection:
        try:
            connection.request("GET", f"{address}{found}", headers=headers)
            return connection.getresponse().status
        except (RemoteDisconnected, ConnectionError, TimeoutError):
            return None


def secrets_in(text):
    return [found for found in (GOOD, EXPIRED) if found.rpartition(".")[2] in text or found[:60] in text]


def logs_of(folder):
    """Return all that is in the logs in the folder."""
    files = [path for path in folder.rglob("*") if path.is_file() and "log" in path.name and "sqlite" not in path.name]
    assert files
    return "".join(path.read_text(errors="replace") for path in files)


def test_no_log_of_the_chat_and_its_pushpin_has_a_token(chat):
    assert opened(chat.url, GOOD) == 200
    assert opened(chat.url, EXPIRED) == 401
    assert opened(chat.url, GOOD, FRAME) == 200
    assert opened(chat.url, EXPIRED, FRAME) == 401
    assert opened(chat.url, f"{GOOD}&before=x", FRAME) == 400
    assert opened(chat.url, GOOD, Authorization=f"Bearer {EXPIRED}", Cookie=f"chat_token={GOOD}") == 401
    chat.wait_for_line("GET /-/frame/lobby 400", SEEN_S)
    for worker in chat.pids_of("web worker"):
        os.kill(worker, signal.SIGSTOP)
    try:
        assert opened(chat.url, GOOD) is None
        assert opened(chat.url, GOOD, FRAME) is None
    finally:
        for worker in chat.pids_of("web worker"):
            kill(worker)
    wait_for(lambda: opened(chat.url, GOOD) == 200, SEEN_S)
    assert secrets_in("\n".join(chat.printed)) == []
    assert secrets_in(logs_of(chat.data_dir / "log")) == []


def test_no_log_of_caddy_has_a_token(chat, tmp_path):
    program("caddy", "Caddy is not installed: sudo apt install caddy")

    class Nothing:
        url, web_port = "http://127.0.0.1:1/", 1  # nothing listens there

    with Caddy(tmp_path / "caddy", spare_port(), Nothing) as caddy:
        assert opened(caddy.url, GOOD) == 502
        assert opened(caddy.url, GOOD, FRAME) == 502
        wait_for(lambda: "connection refused" in (tmp_path / "caddy" / "log").read_text(), SEEN_S)
    written = (tmp_path / "caddy" / "log").read_text()
    assert "token=REDACTED" in written
    assert secrets_in(written) == []


def test_no_log_of_nginx_has_a_token(tmp_path):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    with Nginx(tmp_path / "nginx", spare_port(), spare_port()) as nginx:
        nginx.start(["127.0.0.1:1"], [Proxy("127.0.0.1:1", 1)])  # nothing listens there
        assert opened(nginx.url, GOOD) == 502
        assert opened(nginx.url, GOOD, FRAME) == 502
        assert nginx.request("GET", "/lobby")[0] == 502
        wait_for(lambda: "Connection refused" in (tmp_path / "nginx" / "error.log").read_text(), SEEN_S)
    written = logs_of(tmp_path / "nginx")
    assert "GET /lobby" in written  # other failures are still there
    assert secrets_in(written) == []
