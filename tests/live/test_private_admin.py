"""The admin for one network only: the blocks for it in deploy/nginx.conf and deploy/Caddyfile."""

import ssl
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import pytest

from tests.helpers.caddy import Caddy
from tests.helpers.machines import Nginx, Proxy
from tests.helpers.running import spare_port
from tests.live.conftest import program

NO_CHECK = ssl._create_unverified_context()
ANSWER_S = 20
OURS, STRANGERS = "127.0.0.1", "127.0.0.99"
FORM = "csrfmiddlewaretoken"
WAYS_IN = [
    "/admin/",
    "/admin/login/",
    "/admin/login/?next=/admin/",
    "/%61dmin/login/",
    "/admin%2Flogin/",
    "/admin/%6Cogin/",
    "/./admin/login/",
    "/lobby/../admin/login/",
    "//admin/login/",
    "/admin//login/",
    "/admin/x/../login/",
    "/Admin/login/",
    "/admin/login/#/../../../lobby",
]


@pytest.fixture(scope="module")
def nginx(chat, tmp_path_factory):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    server = urlsplit(chat.url).netloc
    with Nginx(tmp_path_factory.mktemp("x") / "nginx", spare_port(), spare_port(), admin_from=OURS) as nginx:
        nginx.start([server], [Proxy(server, control_port=0)])
        yield nginx.tls_port


@pytest.fixture(scope="module")
def caddy(chat, tmp_path_factory):
    program("caddy", "Caddy is not installed: sudo apt install caddy")
    with Caddy(tmp_path_factory.mktemp("x") / "caddy", spare_port(), chat, admin_from=OURS) as caddy:
        yield caddy.port


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def port(request):
    """The port of the proxy in front."""
    return request.getfixturevalue(request.param)


def get(port, path, source_ip):
    """Return the status and the page that this address gets for the path, which is sent as it is."""
    connection = HTTPSConnection("127.0.0.1", port, timeout=ANSWER_S, context=NO_CHECK, source_address=(source_ip, 0))
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_our_own_network_reaches_the_admin(port):
    status, page = get(port, "/admin/login/", OURS)
    assert status == 200
    assert FORM in page
    assert get(port, "/admin/", OURS)[0] == 302


@pytest.mark.parametrize("path", WAYS_IN)
def test_a_stranger_does_not(port, path):
    status, page = get(port, path, STRANGERS)
    assert status != 200
    assert FORM not in page


def test_a_stranger_is_told_that_it_is_forbidden(port):
    assert get(port, "/admin/", STRANGERS)[0] == 403


@pytest.mark.parametrize("path", ["/", "/lobby?user=eve", "/admin?user=eve", "/rooms/admin/messages/"])
def test_a_stranger_has_the_rest_of_the_chat(port, path):
    assert get(port, path, STRANGERS)[0] == 200
