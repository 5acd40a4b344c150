"""nginx in front of bin/run on one machine, as docs/one_machine.md has it."""

from urllib.parse import urlsplit

from tests.helpers.machines import Nginx, Proxy
from tests.helpers.running import spare_port
from tests.live.conftest import program


def test_one_server_behind_nginx_serves_pages_posts_and_streams(chat, room, tmp_path):
    program("nginx", "nginx is not installed: sudo apt install nginx-light")
    server = urlsplit(chat.url).netloc
    with Nginx(tmp_path / "nginx", spare_port(), spare_port()) as nginx:
        nginx.start([server], [Proxy(server, control_port=0)])
        assert nginx.request("GET", "/lobby?user=Alice")[0] == 200
        with nginx.listen(room) as reader:
            assert nginx.post(room, "Alice", "hello") == reader.message()
