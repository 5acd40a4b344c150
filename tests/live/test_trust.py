"""Headers by which strangers claim to be a proxy, through Pushpin; and proxies of ours."""

from urllib.parse import urlsplit

import pytest

from tests.helpers.login import WRONG_PASSWORD, log_in, login, make_admin
from tests.helpers.machines import Nginx, Proxy
from tests.helpers.running import spare_port
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


def test_an_admin_can_log_in_over_https_behind_nginx_and_gets_secure_cookies(chat, tmp_path):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    server = urlsplit(chat.url).netloc
    with Nginx(tmp_path / "nginx", spare_port(), spare_port()) as nginx:
        nginx.start([server], [Proxy(server, control_port=0)])
        page, _, cookies = log_in(f"https://127.0.0.1:{nginx.tls_port}", *make_admin(chat))
    assert "Log out" in page
    assert cookies == {"csrftoken": True, "sessionid": True}
