"""chatsite.serve: the parts of the supervisor that can be tested without Pushpin."""

import inspect
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from chatsite import env
from chatsite.serve import front, instance, ports, signals, supervisor, web, worker
from chatsite.serve.part import Part
from chatsite.serve.renewal import Renewal
from chatsite.serve.sessions import Session
from chatsite.serve.terminal import CannotStart


class FakeSession:
    """A session whose leader ended `ran_s` seconds after its start."""

    def __init__(self, ran_s=0.0):
        self.started = time.monotonic() - ran_s
        self.was_ended = False

    def ended(self):
        return "exit status 1"

    def end(self, grace_s):
        self.was_ended = True


def pauses(sessions):
    """Let a Part start these sessions one after the other; return the seconds that it waited before each start."""
    sessions = iter(sessions)
    part = Part("A part", lambda: next(sessions))
    part.start()
    pauses_s = []
    try:
        while True:
            pause = part.tend()
            pauses_s.append(round(pause or 0, 1))
            part.start_at = 0  # the pause is over
            if part.session is None:
                part.tend()
    except StopIteration:
        return pauses_s


def test_the_supervisor_waits_longer_before_each_restart_of_a_failing_part():
    assert pauses([FakeSession() for _ in range(6)]) == [0, 0.5, 1, 2, 5, 5]


def test_the_descendants_of_a_part_end_before_the_part_is_restarted():
    first = FakeSession()

    def start_second():
        assert first.was_ended
        return FakeSession()

    starts = iter([lambda: first, start_second])
    part = Part("A part", lambda: next(starts)())
    part.start()
    part.tend()
    assert part.session is not first


def test_a_part_that_ran_for_a_while_is_restarted_immediately():
    assert pauses([FakeSession(), FakeSession(), FakeSession(ran_s=60), FakeSession()])[:3] == [0, 0.5, 0]


def test_the_supervisor_tries_again_to_start_a_part_that_cannot_start(capfd):
    def fail():
        raise OSError(12, "Cannot allocate memory")

    part = Part("A part", fail)
    part.tend()
    assert part.tend() > 0
    assert "A part can't start (Cannot allocate memory): starting it again" in capfd.readouterr().out


@pytest.fixture
def part():
    """A Part that runs until somebody kills it."""
    part = Part("A part", lambda: Session(("sleep", "600"), dict(os.environ)))
    part.start()
    yield part
    supervisor.stop([part])


def keep_running(part, monkeypatch, *events):
    """Let the supervisor keep the part running, also as its web server, until all events have happened in turn.

    An event is a function that does something and returns a signal's number, or None if it is no signal.
    """
    events = iter(events)

    def wait(seconds, others=()):
        for event in events:
            return event()
        raise signals.StopRequested

    monkeypatch.setattr(signals, "wait", wait)
    with pytest.raises(signals.StopRequested):
        supervisor.keep_running([part], Renewal(part, dict(os.environ)))


def new_workers_are_requested():
    return signals.RENEW


def test_a_part_that_is_killed_while_new_workers_are_prepared_is_restarted(part, monkeypatch):
    monkeypatch.setattr(web, "PREPARE", ("sh", "-c", "kill -STOP $$"))
    killed = part.session.pid

    def part_is_killed():
        os.kill(killed, signal.SIGKILL)
        os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)

    keep_running(part, monkeypatch, new_workers_are_requested, part_is_killed)
    assert part.session.pid != killed
    assert part.session.ended() is None


def test_the_old_workers_stay_if_the_preparation_cannot_start(part, monkeypatch, capfd):
    monkeypatch.setattr(web, "PREPARE", ("/no/such/program",))
    before = part.session
    keep_running(part, monkeypatch, new_workers_are_requested, lambda: None)
    assert "The workers were not replaced (No such file or directory)" in capfd.readouterr().out
    assert part.session is before
    assert before.ended() is None


def test_a_worker_ends_within_two_seconds_after_sigterm():
    settings = runpy.run_path(str(env.PROJECT_DIR / "deploy" / "gunicorn.conf.py"))
    assert worker.STOP_S < settings["graceful_timeout"] <= 2


def test_gunicorns_settings_import_nothing_of_ours():
    """Its master keeps the modules that it has imported. At a reload the settings would get those of the old code."""
    path = env.PROJECT_DIR / "deploy" / "gunicorn.conf.py"
    code = f"import runpy, sys; runpy.run_path({str(path)!r}); print([name for name in sys.modules if 'chat' in name])"
    done = subprocess.run([sys.executable, "-c", code], cwd=env.PROJECT_DIR, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_gunicorn_still_has_the_constant_that_our_worker_shortens():
    assert "STOP_KEEPALIVE_LINGER" in inspect.getsource(worker.gthread.ThreadWorker.run)
    assert worker.gthread.STOP_KEEPALIVE_LINGER < worker.STOP_S


@pytest.mark.parametrize(
    ("host", "allowed", "url"),
    [
        ("127.0.0.1", None, "http://127.0.0.1:8000/"),
        ("127.0.0.1", "chat.example.com", "http://chat.example.com:8000/"),
        ("192.0.2.7", None, "http://192.0.2.7:8000/"),
        ("0.0.0.0", "chat.example.com,127.0.0.1", "http://chat.example.com:8000/"),
        ("0.0.0.0", ".example.com", "http://example.com:8000/"),
        ("0.0.0.0", "*", "http://localhost:8000/"),
        ("2001:db8::7", "chat.example.com", "http://chat.example.com:8000/"),
    ],
)
def test_the_printed_url_is_one_that_a_browser_can_open(host, allowed, url):
    assert front.url(environment(host, allowed), host) == url


def test_an_ipv6_address_without_a_name_is_refused():
    with pytest.raises(env.EnvironmentProblem, match=r"HOST='2001:db8::7' won't do: .* ALLOWED_HOSTS"):
        front.url(environment("2001:db8::7", None), "2001:db8::7")


def environment(host, allowed):
    return env.read({"HOST": host, **({"ALLOWED_HOSTS": allowed, "SECRET_KEY": 50 * "x"} if allowed else {})})


class FrontThatFails(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self):
        type(self).asked += 1
        self.send_error(500)

    def log_message(self, *_):
        pass


def test_a_start_asks_seldom_for_a_page_that_is_a_500(monkeypatch):
    """Each 500 writes a traceback: 600 of them were 19 MB."""
    Clock(monkeypatch)
    with HTTPServer(("127.0.0.1", 0), FrontThatFails) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        page = front.FirstPage(f"http://127.0.0.1:{server.server_port}/", "127.0.0.1")
        with pytest.raises(CannotStart, match="The chat does not work after 30 s: see the lines above"):
            supervisor.wait_until(page.works, [], 30)
        server.shutdown()
    assert 3 <= FrontThatFails.asked <= 7


class NotReady(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        self.asked.append(self.path)
        self.send_error(503 if self.path == "/-/ready" else 200)

    def log_message(self, *_):
        pass


def test_a_start_waits_until_the_server_says_that_it_is_ready(monkeypatch):
    Clock(monkeypatch)
    with HTTPServer(("127.0.0.1", 0), NotReady) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        assert not front.FirstPage(f"http://127.0.0.1:{server.server_port}/", "127.0.0.1").works()
        server.shutdown()
    assert NotReady.asked == ["/-/ready"]


class Clock:
    """The time of chatsite.serve, which goes on only while the supervisor waits."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        for module in (front, supervisor):
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(signals, "wait", self.wait)

    def wait(self, seconds, others=()):
        self.now += seconds


@pytest.mark.parametrize("public", [7100, 7350, 7899, 8000])
def test_internal_ports_are_never_near_the_public_port(public):
    listeners = [ports.listen_inside(public) for _ in range(50)]
    numbers = {listener.getsockname()[1] for listener in listeners}
    for listener in listeners:
        listener.close()
    assert not numbers & set(range(public, public + 100))


def test_the_web_server_answers_without_waiting_for_an_ack():
    """Without TCP_NODELAY, every request through Pushpin takes 50 ms longer."""
    with ports.listen_inside(8000) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("data_dir", ["/srv/" + "x" * 80, "/srv/two words", "/srv/größe"])
def test_a_path_that_pushpin_can_not_use_gets_a_run_directory_in_tmp(data_dir):
    assert instance.path_for(Path("/var/lib/chat")) == Path("/var/lib/chat/run")
    assert instance.path_for(Path(data_dir)).parent == Path("/tmp")
    assert instance.path_for(Path(data_dir)) != instance.path_for(Path(f"{data_dir}/other"))


@pytest.mark.parametrize("made", ["shared", "link", "file"])
def test_a_run_directory_that_others_can_use_is_refused(tmp_path, monkeypatch, made):
    path = tmp_path / "run"
    if made == "shared":
        path.mkdir(mode=0o755)
    elif made == "link":
        path.symlink_to(tmp_path)
    else:
        path.write_text("")
    monkeypatch.setattr(instance, "path_for", lambda data_dir: path)
    with pytest.raises(CannotStart, match="not a private directory of ours"), instance.run_directory(tmp_path):
        pass


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.11", "::1"])
def test_on_loopback_no_proxy_is_needed(ip):
    assert front.exposed(ip, 8000) is None


@pytest.mark.parametrize(("ip", "written"), [("0.0.0.0", "0.0.0.0:8000"), ("10.0.0.11",) * 2, ("::", "[::]:8000")])
def test_on_every_other_address_a_proxy_is_needed(ip, written):
    line = front.exposed(ip, 8000)
    assert f"a proxy reach {written}" in line
    assert "\n" not in line
