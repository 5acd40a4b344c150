"""The secret key that the first run creates, and that later runs read."""

import os
import stat
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from subprocess import PIPE, Popen

from chatsite.secret import kept_key

PROJECT = Path(__file__).resolve().parents[2]
ASK_FOR_KEYS = """
import pathlib, sys
from chatsite.secret import kept_key
for folder in sys.stdin:
    print(kept_key(pathlib.Path(folder.strip())), flush=True)
"""


def test_the_key_is_created_once_and_read_again(tmp_path):
    key = kept_key(tmp_path)
    assert len(key) >= 50
    assert kept_key(tmp_path) == key


def test_two_machines_create_different_keys(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    assert kept_key(tmp_path / "one") != kept_key(tmp_path / "two")


def test_only_the_owner_can_read_the_key(tmp_path):
    kept_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_folder_contains_only_the_key(tmp_path):
    kept_key(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_at_the_same_time_get_the_same_key(tmp_path):
    with ExitStack() as running:
        popen = partial(Popen, [sys.executable, "-c", ASK_FOR_KEYS], cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True)
        processes = [running.enter_context(popen()) for _ in range(8)]
        for folder in map(str, range(20)):
            (tmp_path / folder).mkdir()
            for process in processes:
                print(tmp_path / folder, file=process.stdin, flush=True)
            keys = {process.stdout.readline().strip() for process in processes}
            assert keys == {(tmp_path / folder / "secret_key").read_text()}


def test_the_key_that_another_process_wrote_first_wins(tmp_path, monkeypatch):
    def link_after_another_process(source, target, link=os.link):
        Path(target).write_text("the first process's key")
        link(source, target)

    monkeypatch.setattr(os, "link", link_after_another_process)
    assert kept_key(tmp_path) == "the first process's key"
