"""manage.py doctor beside a running chat: all is well, nothing stays behind, and what a real Pushpin does is named."""

import os
import shutil
import signal
import sqlite3

import pytest

from tests.helpers.manage import manage
from tests.helpers.running import Chat, wait_for

from .conftest import program

ALL_IS_WELL = 14  # lines
SEEN_S = 60


@pytest.fixture(scope="module")
def chat(pushpin, tmp_path_factory):
    with Chat.ready(tmp_path_factory.mktemp("doctor")) as running:
        yield running


def doctor(chat):
    done = manage(chat.data_dir, "doctor")
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def rows(chat):
    database = sqlite3.connect(chat.data_dir / "chat.sqlite3")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: database.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in tables}
    database.close()
    return {name: count for name, count in found.items() if "bucket" not in name and name != "sqlite_sequence"}


def test_a_chat_that_is_well_gets_ok_in_each_line_and_keeps_nothing(chat):
    chat.post("lobby", "ann", "hello")
    before = rows(chat)
    status, lines = doctor(chat)
    assert (status, len(lines)) == (0, ALL_IS_WELL)
    assert all(line.startswith("ok ") for line in lines)
    assert rows(chat) == before


def test_a_pushpin_that_delivers_nothing_is_named(chat):
    (pid,) = chat.pids_of("pushpin-handler")
    os.kill(pid, signal.SIGSTOP)
    try:
        status, lines = doctor(chat)
    finally:
        if pid in chat.pids_of("pushpin-handler"):  # the supervisor may have ended it
            os.kill(pid, signal.SIGCONT)
    assert status == 1
    assert any(line.startswith("WRONG  chat.E32") for line in lines), lines


def test_a_pushpin_whose_clock_is_two_hours_off_is_called_a_clock(pushpin, tmp_path):
    faketime = program("faketime", "faketime is not installed: sudo apt install faketime")
    late = tmp_path / "bin" / "pushpin"
    late.parent.mkdir()
    late.write_text(f'#!/bin/sh\nexec {faketime} -f -2h {shutil.which("pushpin")} "$@"\n')
    late.chmod(0o755)
    with Chat.ready(tmp_path / "data", PATH=f"{late.parent}:{os.environ['PATH']}") as chat:
        wait_for(lambda: chat.request("GET", "/-/ready") == (200, '{"ok": false}'), SEEN_S)
        assert "The clock of a GRIP proxy is about 72" in chat.wait_for_line("chat.grip.signature", SEEN_S)
        status, lines = doctor(chat)
        [wrong] = [line for line in lines if line.startswith("WRONG")]
        assert status == 1
        assert wrong.startswith("WRONG  chat.E313: The clocks differ: the key is right")
        assert "URL and key are right" in wrong
