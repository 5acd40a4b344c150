"""The secret key that is made on the first run and kept."""

import os
import stat
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from chatsite.env import EnvironmentProblem
from chatsite.secret import kept_key

PROJECT = Path(__file__).resolve().parents[2]
ASK_FOR_KEYS = """
import pathlib, sys
from chatsite.secret import kept_key
for folder in sys.stdin:
    print(kept_key(pathlib.Path(folder.strip())), flush=True)
"""


def test_the_key_is_made_once_and_kept(tmp_path):
    key = kept_key(tmp_path / "data")
    assert len(key) >= 50
    assert kept_key(tmp_path / "data") == key


def test_two_machines_make_different_keys(tmp_path):
    assert kept_key(tmp_path / "one") != kept_key(tmp_path / "two")


def test_nobody_else_may_read_the_key(tmp_path):
    kept_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_nothing_else_is_left_in_the_folder(tmp_path):
    kept_key(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_get_the_same_key(tmp_path):
    with ExitStack() as running:
        popen = partial(Popen, [sys.executable, "-c", ASK_FOR_KEYS], cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True)
        processes = [running.enter_context(popen()) for _ in range(8)]
        for folder in map(str, range(20)):
            for process in processes:
                print(tmp_path / folder, file=process.stdin, flush=True)
            keys = {process.stdout.readline().strip() for process in processes}
            assert keys == {(tmp_path / folder / "secret_key").read_text()}


def test_a_key_that_another_process_has_put_there_meanwhile_wins(tmp_path, monkeypatch):
    def link_too_late(source, target, link=os.link):
        Path(target).write_text("the first one's")
        link(source, target)

    monkeypatch.setattr(os, "link", link_too_late)
    assert kept_key(tmp_path) == "the first one's"


def test_a_folder_that_takes_no_files_is_named():
    with pytest.raises(EnvironmentProblem, match="DATA_DIR='/dev/null/data' won't do: name a folder"):
        kept_key(Path("/dev/null/data"))
