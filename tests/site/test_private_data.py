"""DATA_DIR and what is in it: for us alone, whatever the umask."""

import json
import os
import stat
from pathlib import Path

import pytest

from chatsite import data_dir
from chatsite.data_dir import make_data_dir
from chatsite.env import EnvironmentProblem
from tests.helpers.manage import manage
from tests.helpers.private import open_to_others

ON_POSTGRESQL = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SECRET_KEY": "0123456789" * 5}

# All that a command can write. While its connection is open, SQLite has two files more.
WRITE = """
from django.core.management import call_command
from tests.helpers.private import open_to_others
from django.conf import settings
import json
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
print(json.dumps([[path.name for path in settings.CHAT_DATA_DIR.rglob("*")], open_to_others(settings.CHAT_DATA_DIR)]))
"""
WRITTEN = {"secret_key", "static", "staticfiles.json", "chat.css"}
WRITTEN |= {f"chat.sqlite3{end}" for end in ("", "-wal", "-shm", "-queue")}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0, 0o022])
def test_a_command_writes_nothing_that_others_can_read(tmp_path, umask):
    tmp_path.chmod(0o755)
    done = manage(tmp_path / "a" / "data", "shell", "-v", "0", "-c", WRITE, umask=umask)
    names, open_ones = json.loads(done.stdout)
    assert {*names} > WRITTEN
    assert open_ones == []
    assert open_to_others(tmp_path / "a") == []


@pytest.mark.parametrize("environment", [{}, ON_POSTGRESQL], ids=["sqlite", "postgresql"])
def test_a_command_closes_a_folder_that_is_open(tmp_path, environment):
    tmp_path.chmod(0o755)
    manage(tmp_path, "check", **environment).check_returncode()
    assert mode(tmp_path) == 0o700


def test_a_command_says_in_one_sentence_that_it_can_not_write(tmp_path):
    done = manage("/dev/null/data", "check")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("won't do: name a folder that we may write to (Not a directory).")


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_a_new_folder_is_private(tmp_path, umask):
    before = os.umask(umask)
    try:
        make_data_dir(tmp_path / "data")
    finally:
        os.umask(before)
    assert mode(tmp_path / "data") == 0o700


@pytest.mark.parametrize("found", [0o755, 0o777, 0o750, 0o701, 0o700])
def test_a_folder_of_ours_is_closed(tmp_path, found):
    tmp_path.chmod(found)
    make_data_dir(tmp_path)
    assert mode(tmp_path) == 0o700


def refusal(path):
    """Return the problem of a folder that is open to others; it stays as it is."""
    before = mode(path)
    with pytest.raises(EnvironmentProblem) as raised:
        make_data_dir(path)
    assert mode(path) == before
    return str(raised.value)


def test_an_open_folder_of_another_user_is_refused(tmp_path, monkeypatch):
    tmp_path.chmod(0o777)
    monkeypatch.setattr(data_dir.os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    assert refusal(tmp_path) == (
        f"DATA_DIR='{tmp_path}' won't do: others may look into this folder, and it is not ours to close: "
        "make it ours (chown), or name another."
    )


def test_a_private_folder_of_another_user_is_for_root(tmp_path, monkeypatch):
    """For example, root makes an admin with manage.py."""
    monkeypatch.setattr(data_dir.os, "getuid", lambda: tmp_path.stat().st_uid + 1)
    make_data_dir(tmp_path)


def test_a_folder_that_can_not_be_closed_is_refused(tmp_path, monkeypatch):
    """Some file systems have no permissions: chmod fails, or it changes nothing."""
    tmp_path.chmod(0o755)
    for chmod in (lambda *_: None, fail):
        monkeypatch.setattr(Path, "chmod", chmod)
        assert "it is not ours to close" in refusal(tmp_path)


def fail(*_):
    raise PermissionError(1, "Operation not permitted")


def test_a_folder_that_everybody_needs_is_refused_and_stays_open(tmp_path, monkeypatch):
    """/tmp, for example, or the folder that the project is in: root could close both."""
    shared, above = tmp_path / "tmp", tmp_path / "srv"
    for folder, found in ((shared, 0o1777), (above, 0o755)):
        folder.mkdir()
        folder.chmod(found)
    monkeypatch.setattr(data_dir, "PROJECT_DIR", above / "chat")
    for folder in (shared, above):
        problem = f"DATA_DIR='{folder}' won't do: others use this folder too: name one for the chat alone."
        assert refusal(folder) == problem
