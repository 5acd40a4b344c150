"""The supervisor restarts every killed process. When it stops, it leaves no process and no file behind."""

import fcntl
import os
import pty
import signal
import socket
import subprocess
import termios

import pytest

from chatsite.serve import instance
from tests.helpers.grip_proxy import KEY, GripProxy
from tests.helpers.running import RUN, Chat, kill, spare_port, wait_for

BACK_S = 60  # "within seconds", on a busy machine


def delivers(chat, room="lobby"):
    """Return whether a message from Alice reaches a new stream of Bob."""
    try:
        with chat.listen(room, seconds=3) as bob:
            return chat.post(room, "Alice", "Are you there?", seconds=3) == bob.message(3)
    except (AssertionError, OSError):
        return False


def nothing_is_left_of(chat):
    return not chat.processes() and not instance.path_for(chat.data_dir).exists()


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    with Chat.ready(tmp_path_factory.mktemp("supervised")) as running:
        yield running


@pytest.mark.parametrize(
    "name",
    ["web master", "web worker", "pushpin", "condure", "zurl", "pushpin-proxy", "pushpin-handler"],
)
def test_a_killed_process_is_restarted_at_the_same_address(chat, name):
    before = chat.names()
    victim = chat.pids_of(name)[0]
    kill(victim)
    wait_for(lambda: victim not in chat.processes() and chat.names() == before, BACK_S)
    wait_for(lambda: delivers(chat), BACK_S)


def test_after_a_master_or_runner_was_killed_none_of_its_children_run_on(chat):
    for name in ("web master", "pushpin"):
        before = set(chat.processes())
        others = set(chat.pids_of("web master") + chat.pids_of("web worker"))
        family = others if name == "web master" else before - others
        kill(chat.pids_of(name)[0])
        wait_for(lambda family=family: not family & set(chat.processes()), BACK_S)
        wait_for(lambda: delivers(chat), BACK_S)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_processes_even_while_somebody_listens(pushpin, tmp_path, number):
    with Chat.ready(tmp_path) as chat, chat.listen("lobby"):
        chat.signal(number)
        assert chat.wait_until_ended() == 0
        assert nothing_is_left_of(chat)
        assert "[ERR]" not in (tmp_path / "log" / "pushpin.log").read_text()


def test_further_ctrl_c_signals_do_not_interrupt_the_stop(pushpin, tmp_path):
    with Chat.ready(tmp_path) as chat:
        wait_for(lambda: chat.signal(signal.SIGINT) or not chat.is_running(), BACK_S)
        assert chat.wait_until_ended() == 0
        assert nothing_is_left_of(chat)


def test_ctrl_c_during_the_start_leaves_no_process_and_no_file(pushpin, tmp_path):
    with Chat(tmp_path) as chat:
        wait_for(chat.processes, BACK_S, look_again_s=0.01)
        chat.signal(signal.SIGINT)
        assert chat.wait_until_ended() == 0
        assert nothing_is_left_of(chat)
        assert not any("ready" in line for line in chat.printed)


def test_a_closed_terminal_stops_all_processes(pushpin, tmp_path):
    ours, theirs = pty.openpty()
    port = str(spare_port())
    run = subprocess.Popen(
        [RUN],
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "PORT": port, "DATA_DIR": str(tmp_path)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(theirs)
    while b"Chat is ready" not in os.read(ours, 4096):
        pass
    os.close(ours)
    run.wait(BACK_S)
    assert not instance.path_for(tmp_path).exists()
    with socket.socket() as free_again:
        free_again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free_again.bind(("127.0.0.1", int(port)))


def test_under_nohup_a_closed_terminal_is_ignored(pushpin, tmp_path):
    with Chat.ready(tmp_path, command=["nohup", RUN]) as chat:
        chat.signal(signal.SIGHUP)
        assert delivers(chat)


def test_a_start_ends_the_processes_that_a_killed_run_left(pushpin, tmp_path):
    with Chat.ready(tmp_path) as killed:
        kill(killed.pid)
        killed.wait_until_ended()
        left = set(killed.processes())
        assert left
        with Chat.ready(tmp_path, PORT=killed.port) as chat:
            assert not left & set(chat.processes())
            assert delivers(chat)


def test_the_old_workers_stay_if_new_ones_cannot_be_prepared(tmp_path):
    with GripProxy() as proxy, Chat.ready(tmp_path, GRIP_URL=f"{proxy.uri}?key={KEY}") as chat:
        wait_for(lambda: len(chat.pids_of("web worker")) == 2, BACK_S)
        before = set(chat.processes())
        (tmp_path / "static").rename(tmp_path / "old")
        (tmp_path / "static").touch()  # a file where the server needs a folder
        chat.signal(signal.SIGUSR1)
        chat.wait_for_line("The workers were not replaced", BACK_S)
        assert set(chat.processes()) == before
        chat.post("lobby", "Alice", "Still here.")


def test_two_instances_can_run_on_one_machine(chat, tmp_path):
    with Chat.ready(tmp_path) as other:
        assert delivers(chat)
        assert delivers(other)
        with other.listen("lobby") as bob:
            chat.post("lobby", "Alice", "You can't hear me.")
            posted = other.post("lobby", "Alice", "You can.")
            assert bob.message() == posted
    assert delivers(chat)
