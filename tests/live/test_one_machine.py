"""nginx in front of bin/run on one machine, as docs/one_machine.md has it."""

import socket
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.helpers.machines import Nginx, Proxy
from tests.helpers.running import Chat, spare_port
from tests.helpers.slow_clients import full_pushpin
from tests.live.conftest import program

START_S = 60


@contextmanager
def front(chat, tmp_path):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    with Nginx(tmp_path / "nginx", spare_port(), spare_port()) as nginx:
        nginx.start([f"127.0.0.1:{chat.web_port}"], [Proxy(urlsplit(chat.url).netloc, control_port=0)])
        yield nginx


def test_one_server_behind_nginx_serves_pages_posts_and_streams(chat, room, tmp_path):
    with front(chat, tmp_path) as nginx:
        assert nginx.request("GET", "/lobby?user=Alice")[0] == 200
        with nginx.listen(room) as reader:
            assert nginx.post(room, "Alice", "hello") == reader.message()


def test_a_message_does_not_wait_for_what_waits_in_pushpin(chat, room, tmp_path):
    with front(chat, tmp_path) as nginx, nginx.listen(room) as reader:
        with full_pushpin(chat):
            said = nginx.post(room, "Alice", "hello")
            assert nginx.request("GET", "/lobby?user=Alice")[0] == 200
        assert reader.message() == said


def test_django_listens_at_the_web_port(pushpin, tmp_path):
    port = spare_port()
    with Chat.ready(tmp_path, WEB_PORT=str(port)) as chat:
        assert chat.web_port == port
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_taken_web_port_stops_the_start_with_the_cure(pushpin, tmp_path):
    with socket.create_server(("127.0.0.1", spare_port())) as taken:
        port = taken.getsockname()[1]
        with Chat(tmp_path, WEB_PORT=str(port)) as chat:
            line = chat.wait_for_line(f"Port {port} on 127.0.0.1 is taken", START_S)
            assert f"WEB_PORT={port + 1}" in line
