"""Which process of Pushpin hangs, and what is done about it."""

import json
import os
import signal
import time
from types import SimpleNamespace

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


def test_a_stopped_process_is_named_before_those_that_wait_for_it(start):
    session = start("exec sleep 60", "exec sleep 61")
    wait_for(lambda: [processes.name(pid) for pid in pulse._cpu(session)] == ["sleep"] * 2, START_S)
    os.kill(max(pulse._cpu(session)), signal.SIGSTOP)
    wait_for(lambda: pulse._hanging(session, settled(session)) == "sleep is stopped", START_S)


def test_a_process_that_has_ended_does_not_hang(start):
    session = start("exec sleep 60")
    (pid,) = pulse._cpu(session)
    assert processes.cpu_s(pid) >= 0
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: processes.cpu_s(pid) == -1, START_S)


class Watch:
    """A Pulse with a clock and with answers that the test decides."""

    def __init__(self, monkeypatch, folder, session):
        self.now, self.silent = 100.0, []
        clock = SimpleNamespace(monotonic=lambda: self.now, time=time.time)
        monkeypatch.setattr(pulse, "time", clock)
        self.session, self._file = session, folder / pulse.FILE
        front = pulse.Front("127.0.0.1", 1, "localhost")
        self.pulse = pulse.Pulse(SimpleNamespace(session=session), front, folder, "hold", folder)
        self.pulse._questions = lambda: [(words, lambda words=words: words not in self.silent) for words in "ab"]

    def beat(self, after_s=0):
        """Look once; return what is written for /-/ready."""
        self.now += after_s
        self.pulse.beat()
        seen = json.loads(self._file.read_text())
        return seen["ok"], seen["words"]

    def is_killed(self):
        return self.session.ended() == "Killed"


@pytest.fixture
def watch(monkeypatch, tmp_path, start):
    """Return a function that watches a session with this child, whose CPU times have settled."""

    def watch(child):
        session = start(child)
        wait_for(lambda: [processes.name(pid) for pid in pulse._cpu(session)] != ["sh"], START_S)
        return Watch(monkeypatch, tmp_path, session)

    return watch


@pytest.mark.parametrize("question", ["a", "b"])
def test_either_silence_with_a_process_that_does_nothing_ends_pushpin(watch, question):
    watched = watch("exec sleep 60")
    assert watched.beat() == (True, "")
    watched.silent = [question]
    assert watched.beat(5) == (True, f"Pushpin {question}.")
    settled(watched.session)
    watched.pulse._cpu_then = pulse._cpu(watched.session)
    assert watched.beat(pulse.SILENT_S - 1)[0]
    assert not watched.is_killed()
    assert watched.beat(1) == (False, f"Pushpin {question} for 15 s (sleep does nothing).")
    wait_for(watched.is_killed, START_S)


def test_a_silent_pushpin_whose_processes_work_is_left_alone_and_called_sick(watch, capfd):
    watched = watch(f"trap '' TERM; {TICKS}")
    watched.silent = ["a"]
    watched.beat()
    loop = min(pulse._cpu(watched.session))
    watched.pulse._cpu_then = then = {loop: processes.cpu_s(loop)}
    wait_for(lambda: processes.cpu_s(loop) > then[loop], START_S)
    assert watched.beat(pulse.SILENT_S) == (False, "Pushpin a for 15 s.")
    assert not watched.is_killed()
    assert "it is left alone" in capfd.readouterr().out
    assert watched.beat(5) == (False, "Pushpin a.")  # until it answers
    watched.silent = []
    assert watched.beat(5) == (True, "")
    assert "Pushpin answers again" in capfd.readouterr().out


def test_a_new_pushpin_is_given_its_own_15_seconds(watch, start):
    watched = watch("exec sleep 60")
    watched.silent = ["a"]
    watched.beat()
    watched.pulse._part.session = watched.session = start("exec sleep 60")
    assert watched.beat(pulse.SILENT_S)[0]
    assert not watched.is_killed()


def test_no_pushpin_at_all_is_said(watch):
    watched = watch("exec sleep 60")
    watched.pulse._part.session = None
    assert watched.beat() == (False, "Pushpin does not run.")


def test_its_patience_is_what_the_documents_say():
    """The live tests use a shorter one."""
    assert (pulse.EVERY_S, pulse.SILENT_S) == (5, 15)
