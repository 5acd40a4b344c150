"""bin/pushpin explains wrong arguments, and leaves no processes behind."""

import signal
import socket

import pytest

from tests.helpers.machines import PUSHPIN
from tests.helpers.private import open_to_others
from tests.helpers.running import Chat, spare_port

KEY = "k" * 32


@pytest.fixture
def start(tmp_path):
    started = []

    def start(*web_servers, **variables):
        command = ("sh", "-c", 'umask 0; exec "$@"', "sh", PUSHPIN, *web_servers)
        started.append(Chat(tmp_path, command=command, **variables))
        return started[-1]

    yield start
    for pushpin in started:
        pushpin.stop()


def output_of(pushpin):
    assert pushpin.wait_until_ended(60) == 1
    pushpin.wait_until_silent()
    return "\n".join(pushpin.printed)


@pytest.mark.parametrize("web_servers", [[], ["10.0.0.11"], ["10.0.0.11:8000", "http://10.0.0.12:8000"], ["a:1 b:2"]])
def test_it_needs_the_addresses_of_django_servers(start, web_servers):
    output = output_of(start(*web_servers, GRIP_URL=f"http://127.0.0.1:{spare_port()}?key={KEY}"))
    assert "bin/pushpin 10.0.0.11:8000 10.0.0.12:8000" in output


@pytest.mark.parametrize(
    "url",
    ["", f"http://127.0.0.1:5561?key={KEY} http://127.0.0.2:5561?key={KEY}", "http://127.0.0.1:5561?key=short",
     "http://127.0.0.1:5561", f"https://api.fastly.com/service/abc?verify-iss=fastly:abc&key={KEY}",
     f"http://127.0.0.1:5561?key={'k' * 32},x"],
)  # fmt: skip
def test_it_needs_exactly_one_url_with_a_long_key(pushpin, start, url):
    output = output_of(start("10.0.0.11:8000", GRIP_URL=url))
    assert "write the one URL by which the Django servers know this Pushpin" in output
    assert KEY not in output


@pytest.mark.parametrize("ip", ["8.8.8.8", "0.0.0.0"])
def test_it_refuses_a_public_address_for_its_control_port(pushpin, start, ip):
    assert f"on {ip} the whole world could publish" in output_of(start("a:1", GRIP_URL=f"http://{ip}:5561?key={KEY}"))


def test_it_refuses_a_control_port_that_another_program_has(pushpin, start):
    with socket.create_server(("127.0.0.1", spare_port())) as taken:
        port = taken.getsockname()[1]
        output = output_of(start("a:1", GRIP_URL=f"http://127.0.0.1:{port}?key={KEY}"))
    assert f"GRIP_URL won't do: 127.0.0.1:{port} is taken" in output
    assert "sudo systemctl disable --now pushpin" in output


def test_it_starts_without_a_django_server_writes_for_nobody_else_and_stops_completely(pushpin, start):
    url = f"http://127.0.0.1:{spare_port()}?key={KEY}"
    running = start(f"127.0.0.1:{spare_port()}", GRIP_URL=url)
    running.wait_for_line("Pushpin is ready", 60)
    assert running.request("GET", "/")[0] == 502
    assert (running.data_dir / "log" / "pushpin.log").exists()
    assert open_to_others(running.data_dir) == []
    running.signal(signal.SIGTERM)
    assert running.wait_until_ended() == 0
    assert running.processes() == {}
