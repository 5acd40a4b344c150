"""Pushpin's logs stay short while it runs."""

import os
import shutil

import pytest

from chatsite.serve import pushpin


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(pushpin, "LOG_BYTES", 10)


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_long_log_goes_on_at_its_beginning_and_two_old_ones_stay(tmp_path):
    log = os.open(tmp_path / "condure.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(4):
        os.write(log, b"this is line %d\n" % number)
        pushpin.limit_logs(tmp_path)
    os.write(log, b"short\n")
    pushpin.limit_logs(tmp_path)
    os.close(log)
    assert contents(tmp_path) == {
        "condure.log": "short\n",
        "condure.log.1": "this is line 3\n",
        "condure.log.2": "this is line 2\n",
    }


def test_a_new_start_keeps_the_old_logs(tmp_path):
    for number in range(4):
        (tmp_path / "pushpin.log").write_text(f"run {number}")
        pushpin.put_old_logs_aside(tmp_path)
    assert contents(tmp_path) == {"pushpin.log.1": "run 3", "pushpin.log.2": "run 2"}


def test_a_full_disk_does_not_let_a_log_grow(tmp_path, monkeypatch):
    def fill(source, target):
        target.write_text("half")
        raise OSError("No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill)
    (tmp_path / "zurl.log").write_text("much too long")
    pushpin.limit_logs(tmp_path)
    assert contents(tmp_path) == {"zurl.log": ""}
