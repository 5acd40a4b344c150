"""deploy/nginx.conf: the work of nginx for the Django servers behind it."""

import re
import threading
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.helpers.echo import Echo
from tests.helpers.listener import ANSWER_S
from tests.helpers.login import WRONG_PASSWORD, login
from tests.helpers.machines import NGINX

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["/lobby?user=ann", "/rooms/lobby/messages/", "/admin/login/"])
def test_a_page_is_compressed(nginx, path):
    nginx.post("lobby", "Alice", "x" * 300)
    with answer_of(nginx, path, {"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"


def test_a_stream_is_not_compressed(nginx):
    with answer_of(nginx, "/events/?channel=room-lobby", {"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert answer.headers["Content-Encoding"] is None


@contextmanager
def answer_of(front, path, headers, source_ip="127.0.0.1"):
    connection = HTTPConnection(urlsplit(front.url).netloc, timeout=ANSWER_S, source_address=(source_ip, 0))
    try:
        connection.request("GET", path, headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def test_slow_senders_occupy_no_server_threads(nginx):
    """Without nginx, all threads of all workers would wait for these bodies."""
    with ExitStack() as stack:
        for _ in range(40):
            slow = stack.enter_context(SlowPost(nginx))
        assert nginx.post("lobby", "Alice", "I am quick")["text"] == "I am quick"
        assert slow.finish() == 200


class SlowPost:
    """A POST that has sent only the beginning of its body."""

    BODY = b"from=Bob&text=Just+in+time"

    def __init__(self, front):
        self._connection = HTTPConnection(urlsplit(front.url).netloc, timeout=ANSWER_S)
        self._connection.putrequest("POST", "/rooms/slow/messages/")
        for name, value in {**FORM, "Content-Length": len(self.BODY)}.items():
            self._connection.putheader(name, value)
        self._connection.endheaders(self.BODY[:4])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def finish(self):
        self._connection.send(self.BODY[4:])
        return self._connection.getresponse().status


def test_a_client_cannot_pretend_to_have_another_address(machines):
    """Django gets the client's true address from nginx, both directly and through a Pushpin, which adds nginx's."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    web = f"127.0.0.1:{server.server_port}"
    extra = machines.proxies[2]
    try:
        machines.start_pushpin(extra, [web])
        machines.nginx.reload([web], [extra])
        for path, added in (("/", ""), ("/events/", f", {NGINX}")):
            claims = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"}
            with answer_of(machines.nginx, path, claims, source_ip="127.0.0.99") as answer:
                arrived = answer.read().decode()
            received = sorted(re.findall("X-Forwarded-.*", arrived, re.I))
            assert received == [f"X-Forwarded-For: 127.0.0.99{added}", "X-Forwarded-Proto: http"], path
    finally:
        machines.pushpins[extra.address].stop()
        machines.nginx.reload(machines.web, machines.proxies[:2])
        server.shutdown()
        server.server_close()


def test_the_admins_login_form_works_over_https(nginx):
    """Django accepts a form sent over https only if nginx says that it was https."""
    assert WRONG_PASSWORD in login(f"https://127.0.0.1:{nginx.tls_port}")


def test_plain_http_redirects_to_https(nginx):
    connection = HTTPConnection("127.0.0.2", nginx.port, timeout=ANSWER_S)
    connection.request("POST", "/rooms/%2525%20x/messages/?limit=3", headers={"Host": "chat.example.com"})
    answer = connection.getresponse()
    assert answer.status == 308
    assert answer.headers["Location"] == "https://chat.example.com/rooms/%2525%20x/messages/?limit=3"
    connection.close()
