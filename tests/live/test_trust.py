"""Headers by which strangers claim to be a proxy, through Pushpin; and proxies of ours."""

import ssl
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from tests.helpers.caddy import Caddy
from tests.helpers.login import WRONG_PASSWORD, login
from tests.helpers.machines import Nginx, Proxy
from tests.helpers.running import Chat, spare_port
from tests.live.conftest import program

CLAIMS = [
    {"SCRIPT_NAME": "/lobby"},
    {"SCRIPT_NAME": "/nowhere"},
    {"SCRIPT-NAME": "/nowhere", "PATH_INFO": "/admin/login/", "PATH-INFO": "/admin/login/"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "off"},
    {"X-Forwarded-Protocol": "ssl", "X-Forwarded-Proto": "http"},
    {"X-Forwarded-Prefix": "/nowhere", "X-Forwarded-Host": "evil.example.com", "Forwarded": "proto=https;for=6.6.6.6"},
]


@pytest.mark.parametrize("claims", CLAIMS, ids=lambda claims: " ".join(claims))
def test_what_a_stranger_claims_changes_no_answer(chat, claims):
    before = [*chat.printed]
    assert chat.request("GET", "/lobby", headers=claims) == chat.request("GET", "/lobby")
    assert chat.request("GET", "/harmless/admin/login/", headers=claims | {"SCRIPT_NAME": "/harmless"})[0] == 404
    assert chat.printed == before


def test_a_stranger_can_not_claim_to_use_https(chat):
    origin = chat.url.replace("http:", "https:").rstrip("/")
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "127.0.0.5", "X-Forwarded-Ssl": "on"}
    assert WRONG_PASSWORD in login(chat.url)
    assert WRONG_PASSWORD not in login(chat.url, origin, **claims)


def test_the_admin_takes_a_form_over_https_behind_nginx(chat, tmp_path):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    server = urlsplit(chat.url).netloc
    with Nginx(tmp_path / "nginx", spare_port(), spare_port()) as nginx:
        nginx.start([server], [Proxy(server, control_port=0)])
        assert WRONG_PASSWORD in login(f"https://127.0.0.1:{nginx.tls_port}")


@pytest.fixture(scope="module")
def caddy(pushpin, tmp_path_factory):
    """Caddy in front of a chat that trusts it."""
    program("caddy", "Caddy is not installed: sudo apt install caddy")
    folder = tmp_path_factory.mktemp("caddy")
    with (
        Chat.ready(folder / "chat", TRUSTED_PROXIES="127.0.0.1") as chat,
        Caddy(folder / "caddy", spare_port(), chat) as caddy,
    ):
        yield caddy


def test_the_admin_takes_a_form_over_https_behind_caddy(caddy):
    assert WRONG_PASSWORD in login(caddy.url)


def test_a_stream_behind_caddy_opens(caddy):
    request = Request(f"{caddy.url}/events/?channel=room-lobby", headers={"Accept-Encoding": "gzip"})
    with urlopen(request, timeout=20, context=ssl._create_unverified_context()) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Content-Encoding"] is None
        assert stream.readline() == b"event: stream-open\n"
