"""Sessions: how a command and its descendants are ended."""

import os
import time

import pytest

from chatsite.serve import processes
from chatsite.serve.sessions import Session
from tests.helpers.running import wait_for

GRACE_S = 5
CHILD = """(trap 'echo yes >told; exit' TERM; echo yes >ready; while :; do sleep 0.02; done) &"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start a leader, whose child writes the file `told` when it gets SIGTERM; return the session."""
    monkeypatch.chdir(tmp_path)
    sessions = []

    def start(at_sigterm):
        script = f"trap '{at_sigterm}' TERM; {CHILD} while :; do sleep 0.02; done"
        sessions.append(Session(("sh", "-c", script), dict(os.environ)))
        wait_for((tmp_path / "ready").exists, GRACE_S)
        return sessions[-1]

    yield start
    assert not [pid for session in sessions for pid in processes.in_session(session.pid)]


def test_a_leader_that_ends_its_children_is_left_to_do_so(start, tmp_path):
    start("sleep 0.3; kill -KILL $!; exit").end(GRACE_S)
    assert not (tmp_path / "told").exists()


def test_children_that_a_leader_leaves_are_asked_to_end(start, tmp_path):
    session, begun = start("exit"), time.monotonic()
    session.end(GRACE_S)
    assert (tmp_path / "told").exists()
    assert time.monotonic() - begun < GRACE_S
