"""bin/run starts from any folder and in every mode, or says in one sentence why it cannot start."""

import shutil
import socket

import pytest

from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.private import open_to_others
from tests.helpers.running import PROJECT, RUN, Chat, path_without, spare_port, wait_for

REFUSED_S = 20


def refusal(data_dir, **environment):
    """Start a chat that cannot start; return the lines that it printed."""
    with Chat(data_dir, **environment) as chat:
        assert chat.wait_until_ended(REFUSED_S) != 0
        chat.wait_until_silent()
        assert not chat.processes()
        assert not any("Traceback" in line for line in chat.printed)
        return chat.printed


def test_the_error_for_a_taken_port_suggests_another_port(pushpin, tmp_path):
    with socket.create_server(("127.0.0.1", spare_port())) as taken:
        port = taken.getsockname()[1]
        (line,) = refusal(tmp_path, PORT=str(port))
        assert f"Port {port} on 127.0.0.1 is taken" in line
        assert f"PORT={port + 1}" in line


def test_the_error_for_a_second_start_on_the_same_data_shows_the_url_of_the_first(chat, tmp_path):
    same_folder = tmp_path / "by-another-name"
    same_folder.symlink_to(chat.data_dir)
    (line,) = refusal(same_folder)
    assert "already running" in line
    assert chat.url in line


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("PORT", "abc", "write a number from 1 to 65535"),
        ("HOST", "no.such.host.invalid", "write an address of this machine"),
        ("HOST", "192.0.2.1", "can't listen there"),
        ("DATA_DIR", "/dev/null/data", "name a folder that we may write to"),
        ("GRIP_URL", "ftp://proxy", "write http://"),
    ],
)
def test_the_error_for_a_wrong_value_is_one_sentence_with_the_cure(tmp_path, name, value, cure):
    output = refusal(tmp_path, **{name: value})
    assert any(name in line and value in line and cure in line for line in output), output


def test_the_error_for_an_unreachable_database_names_database_url(tmp_path):
    output = refusal(tmp_path, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert any("DATABASE_URL" in line for line in output), output


def test_it_starts_in_a_folder_with_spaces_and_from_another_folder(pushpin, tmp_path):
    project = tmp_path / "my projects" / "the chat"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns(".git", ".venv", "var", "__pycache__"))
    (project / ".venv").symlink_to(PROJECT / ".venv")
    with Chat.ready("my data, mine", command=[project / "bin" / "run"], cwd=tmp_path) as chat:
        assert (tmp_path / "my data, mine" / "chat.sqlite3").exists()
        assert (tmp_path / "my data, mine" / "log" / "pushpin-handler.log").exists()
        assert chat.post("lobby", "Alice", "Hello")


@pytest.mark.parametrize("umask", ["0", "022"])
def test_others_can_read_nothing_that_it_writes(pushpin, tmp_path, umask):
    with Chat.ready(tmp_path / "data", command=("sh", "-c", f'umask {umask}; exec "$0"', RUN)) as chat:
        chat.post("lobby", "Alice", "hello")
        names = {path.name for path in chat.data_dir.rglob("*")}
        assert names > {"run.lock", "secret_key", "pushpin.log", "static"}
        assert names > {f"chat.sqlite3{end}" for end in ("", "-wal", "-shm", "-queue")}
        assert open_to_others(chat.data_dir) == []


def test_without_pushpin_it_runs_in_embedded_mode(tmp_path):
    programs = path_without(tmp_path / "bin", {"pushpin", "apt-get"})
    with Chat.ready(tmp_path / "data", PATH=str(programs), WEB_PORT="8001") as chat:
        assert any("embedded mode" in line for line in chat.printed)
        assert any("WEB_PORT has no effect" in line for line in chat.printed)
        assert chat.names() == ["web master", "web worker"]
        with chat.listen("lobby") as bob:
            assert chat.post("lobby", "Alice", "Hello") == bob.message()


def test_on_every_address_it_says_in_one_line_that_a_proxy_is_needed(pushpin, chat, tmp_path):
    with Chat.ready(tmp_path, HOST="0.0.0.0", ALLOWED_HOSTS="127.0.0.1", DEBUG="1") as exposed:
        (line,) = [line for line in exposed.printed if "proxy" in line]
        assert line.startswith(
            f"Let only a proxy reach 0.0.0.0:{exposed.port}, or a few slow clients make everybody wait"
        )
        assert "deploy/Caddyfile and deploy/nginx.conf" in line
    assert not any("proxy" in line for line in chat.printed)


def test_it_starts_no_pushpin_if_grip_url_names_a_proxy(tmp_path):
    with Chat.ready(tmp_path, GRIP_URL="http://127.0.0.1:1?key=geheim") as chat:
        assert any("GRIP_URL" in line for line in chat.printed)
        assert set(chat.names()) == {"web master", "web worker"}
        assert "geheim" not in "".join(chat.printed)


def test_requests_that_are_no_http_fill_no_log(tmp_path):
    with GripProxy() as proxy, Chat.ready(tmp_path, GRIP_URL=f"{proxy.uri}?key={KEY}") as chat:
        wait_for(lambda: len(chat.pids_of("web worker")) == 2, REFUSED_S)
        printed = len(chat.printed)
        for number in range(200):
            with socket.create_connection(("127.0.0.1", int(chat.port)), timeout=REFUSED_S) as line:
                line.sendall(b"get /AAA HTTP/1.1\r\n\r\n" if number % 2 else b"\x16\x03\x01\xff\xfe\r\n\r\n")
                assert line.recv(12) == b"HTTP/1.1 400"
        (line,) = chat.printed[printed:]
        assert "Invalid request from ip=127.0.0.1" in line
        assert len(line) < 500
