"""The file run.lock: which process runs on a DATA_DIR, and that nobody takes another program for it."""

import os
import stat
import subprocess

import pytest

from chatsite.serve import instance, reload, signals
from chatsite.serve.terminal import CannotStart

URL = "http://127.0.0.1:8000/"
ADDRESS = "127.0.0.1:8000"
NONE_RUNS = "No chat runs with its data in"


@pytest.fixture
def somebody():
    """A process that is no chat."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_a_running_instance_is_found(tmp_path):
    with instance.only_one(tmp_path, URL, ADDRESS):
        assert instance.running(tmp_path) == (URL, os.getpid())


def test_the_lock_says_where_the_instance_listens(tmp_path):
    with instance.only_one(tmp_path, URL, ADDRESS):
        assert (tmp_path / "run.lock").read_text().splitlines() == [URL, str(os.getpid()), ADDRESS]


def test_a_running_instance_has_closed_its_folder_to_others(tmp_path):
    tmp_path.chmod(0o755)
    with instance.only_one(tmp_path, URL, ADDRESS):
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_an_instance_that_has_ended_leaves_no_pid(tmp_path):
    with instance.only_one(tmp_path, URL, ADDRESS):
        pass
    assert (tmp_path / "run.lock").read_text() == ""
    with pytest.raises(CannotStart, match=NONE_RUNS):
        instance.running(tmp_path)


def test_the_pid_that_a_killed_instance_left_is_not_taken_for_it(tmp_path, somebody):
    (tmp_path / "run.lock").write_text(f"{URL}\n{somebody.pid}\n")
    with pytest.raises(CannotStart, match=NONE_RUNS):
        instance.running(tmp_path)
    somebody.kill()
    somebody.wait()
    with pytest.raises(CannotStart, match=NONE_RUNS):
        instance.running(tmp_path)


def test_reload_signals_the_instance_and_nobody_else(tmp_path, monkeypatch, capfd, somebody):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "run.lock").write_text(f"{URL}\n{somebody.pid}\n")
    assert reload.main() == 1
    assert somebody.poll() is None
    assert NONE_RUNS in capfd.readouterr().err

    sent = []
    with monkeypatch.context() as patched, instance.only_one(tmp_path, URL, ADDRESS):
        patched.setattr(reload.os, "kill", lambda *signal: sent.append(signal))
        assert reload.main() == 0
    assert sent == [(os.getpid(), signals.RENEW)]
    assert URL in capfd.readouterr().out
