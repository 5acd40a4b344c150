"""Which process of Pushpin hangs."""

import os
import signal

import pytest

from chatsite.serve import processes, pulse
from chatsite.serve.sessions import Session
from tests.helpers.running import wait_for

START_S = 10
TICKS = "while :; do sleep 0.02; done"


@pytest.fixture
def start():
    sessions = []

    def start(*children):
        """Start a leader that waits for these children; return the session."""
        script = "".join(f"({child}) & " for child in children) + "wait"
        sessions.append(Session(("sh", "-c", script), dict(os.environ)))
        wait_for(lambda: len(processes.in_session(sessions[-1].pid)) > len(children), START_S)
        return sessions[-1]

    yield start
    for session in sessions:
        session.end(0)


def settled(session):
    """Return the CPU times once the processes have done what they do at their start."""
    before, now = None, pulse._cpu(session)
    while before != now:
        before, now = now, wait_for(lambda: pulse._cpu(session), START_S)
    return now


def test_a_process_that_uses_no_cpu_hangs(start):
    session = start("exec sleep 60")
    wait_for(lambda: [processes.name(pid) for pid in pulse._cpu(session)] == ["sleep"], START_S)
    wait_for(lambda: pulse._hanging(session, settled(session)) == "sleep does nothing", START_S)


def test_a_process_that_ticks_does_not_hang_and_one_that_is_stopped_does(start):
    session = start(f"trap '' TERM; {TICKS}")
    before = {}
    wait_for(lambda: before.update(pulse._cpu(session)) or len(before) > 1, START_S)  # the loop and its sleep
    loop = min(before)
    then = {pid: processes.cpu_s(pid) for pid in (session.pid, loop)}  # the leader only waits, as Pushpin's does
    wait_for(lambda: processes.cpu_s(loop) > then[loop], START_S)
    assert pulse._hanging(session, then) == ""
    os.kill(loop, signal.SIGSTOP)
    wait_for(lambda: pulse._hanging(session, then) == "sh is stopped", START_S)


def test_a_process_that_has_ended_does_not_hang(start):
    session = start("exec sleep 60")
    (pid,) = pulse._cpu(session)
    assert processes.cpu_s(pid) >= 0
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: processes.cpu_s(pid) == -1, START_S)
