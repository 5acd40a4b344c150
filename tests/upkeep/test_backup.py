"""manage.py backup, restore and after_restore, each in a process of its own."""

import fcntl
import os
import shlex
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.helpers import postgres
from tests.helpers.manage import manage

ROOM = "INSERT INTO chat_chatroom (eid) VALUES ('lobby')"
MESSAGE = "INSERT INTO chat_chatmessage (room_id, user, date, text) VALUES (1, 'Ann', '2026-03-04', ?)"
STATE = "SELECT history FROM chat_chatstate"


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    """What `data` is a copy of: each process of manage.py takes a second."""
    folder = tmp_path_factory.mktemp("pattern") / "data"
    done(manage(folder, "migrate", "--verbosity=0"))
    sql(folder, ROOM)
    sql(folder, MESSAGE, "kept")
    return folder


@pytest.fixture
def data(pattern, tmp_path):
    """A DATA_DIR whose database has one message."""
    return Path(shutil.copytree(pattern, tmp_path / "data"))


def done(process):
    assert process.returncode == 0, process.stderr
    return process.stdout


def refused(process):
    """Return the one line that says why."""
    assert process.returncode == 1, process.stdout
    (line,) = process.stderr.splitlines()
    return line


@pytest.mark.parametrize("command", ["check", "pause", "erase", "export", "backup"])
def test_a_wrong_variable_is_named_in_one_line_by_each_command(tmp_path, command):
    assert refused(manage(tmp_path / "data", command, KEEP_MESSAGES="365")).startswith("KEEP_MESSAGES='365'")


def test_restore_refuses_to_make_a_file_that_the_chat_can_not_open(data, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder that belongs to somebody else")
    done(manage(data, "backup", str(tmp_path / "copy")))
    os.chown(data, 4711, -1)
    assert refused(manage(data, "restore", str(tmp_path / "copy"))) == (
        f"CommandError: {data} belongs to the user 4711. Become that user, then restore."
    )


def sql(folder, statement, *values, file="chat.sqlite3"):
    with closing(sqlite3.connect(folder / file)) as database, database:
        return database.execute(statement, values).fetchall()


def texts(folder, file="chat.sqlite3"):
    return [text for (text,) in sql(folder, "SELECT text FROM chat_chatmessage ORDER BY id", file=file)]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_backup_is_one_checked_file_that_only_we_can_read(data, tmp_path):
    printed = done(manage(data, "backup", str(tmp_path / "copy")))
    assert "1 message(s)" in printed
    assert f"Keep this file too: {data / 'secret_key'}" in printed
    assert texts(tmp_path, "copy") == ["kept"]
    assert sql(tmp_path, "PRAGMA journal_mode", file="copy") == [("delete",)]
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    assert names(tmp_path) == ["copy", "data"]


def test_a_secret_key_of_the_environment_is_named(data, tmp_path):
    printed = done(manage(data, "backup", str(tmp_path / "copy"), SECRET_KEY="x" * 50))
    assert "Keep SECRET_KEY too" in printed


def test_a_backup_replaces_no_file(data, tmp_path):
    (tmp_path / "copy").write_text("mine")
    assert "is there already" in refused(manage(data, "backup", str(tmp_path / "copy")))
    assert (tmp_path / "copy").read_text() == "mine"
    assert "no folder" in refused(manage(data, "backup", str(tmp_path / "nowhere" / "copy")))


def damage(path):
    """Overwrite the page that holds the messages: it is still an SQLite file."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'chat_chatmessage'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    with open(path, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


def test_a_damaged_database_gives_no_backup(data, tmp_path):
    damage(data / "chat.sqlite3")
    assert "damaged" in refused(manage(data, "backup", str(tmp_path / "copy")))
    assert names(tmp_path) == ["data"]


def test_a_restore_brings_back_the_messages_and_keeps_the_old_database(data, tmp_path):
    done(manage(data, "backup", str(tmp_path / "copy")))
    sql(data, MESSAGE, "lost")
    [(mark,)] = sql(data, STATE)
    printed = done(manage(data, "restore", str(tmp_path / "copy")))
    assert "Restored 1 message(s)" in printed
    assert texts(data) == ["kept"]
    assert sql(data, STATE) != [(mark,)]
    [aside] = [name for name in names(data) if "before" in name]
    assert texts(data, aside) == ["kept", "lost"]
    assert aside in printed
    assert (data / "chat.sqlite3").stat().st_mode & 0o077 == 0
    sql(data, MESSAGE, "new")
    assert sql(data, "SELECT max(id) > 1500000000000 FROM chat_chatmessage") == [(1,)]


@pytest.mark.parametrize("damaged", [False, True])
def test_what_lies_in_the_wal_of_the_old_database_does_not_get_into_the_new_one(data, tmp_path, damaged):
    """A killed chat leaves a -wal behind; SQLite would add it to whatever file has the name."""
    done(manage(data, "backup", str(tmp_path / "copy")))
    with closing(sqlite3.connect(data / "chat.sqlite3")) as database:
        database.execute("PRAGMA wal_autocheckpoint = 0")
        with database:
            database.execute(MESSAGE, ["lost"])
        wal = (data / "chat.sqlite3-wal").read_bytes()
        main = (data / "chat.sqlite3").read_bytes()
    (data / "chat.sqlite3").write_bytes(b"junk" if damaged else main)
    (data / "chat.sqlite3-wal").write_bytes(wal)
    done(manage(data, "restore", str(tmp_path / "copy")))
    assert texts(data) == ["kept"]
    aside = min(name for name in names(data) if "before" in name)
    if damaged:
        assert (data / f"{aside}-wal").read_bytes() == wal
    else:
        assert texts(data, aside) == ["kept", "lost"]


def test_a_damaged_database_can_be_replaced(data, tmp_path):
    done(manage(data, "backup", str(tmp_path / "copy")))
    damage(data / "chat.sqlite3")
    done(manage(data, "restore", str(tmp_path / "copy")))
    assert texts(data) == ["kept"]


def test_a_missing_database_can_be_restored(data, tmp_path):
    done(manage(data, "backup", str(tmp_path / "copy")))
    (data / "chat.sqlite3").unlink()
    done(manage(data, "restore", str(tmp_path / "copy")))
    assert texts(data) == ["kept"]


@pytest.mark.parametrize("kind", ["missing", "junk", "damaged", "foreign", "empty", "folder"])
def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(data, tmp_path, kind):
    copy = tmp_path / "copy"
    if kind == "junk":
        copy.write_bytes(b"not a database" * 1000)
    elif kind == "damaged":
        done(manage(data, "backup", str(copy)))
        damage(copy)
    elif kind == "foreign":
        sql(tmp_path, "CREATE TABLE other (x)", file="copy")
    elif kind == "empty":
        copy.touch()
    elif kind == "folder":
        copy.mkdir()
    before = sql(data, STATE)
    refused(manage(data, "restore", str(copy)))
    assert (texts(data), sql(data, STATE)) == (["kept"], before)
    assert not [name for name in names(data) if "part" in name or "before" in name]


def test_a_backup_of_an_older_version_is_brought_up_to_date(data, tmp_path):
    done(manage(data, "migrate", "chat", "0006", "--verbosity=0"))
    done(manage(data, "backup", str(tmp_path / "copy")))
    done(manage(data, "restore", str(tmp_path / "copy")))
    assert texts(data) == ["kept"]
    assert sql(data, STATE)


@pytest.mark.parametrize("command", [["restore", "copy"], ["after_restore"]])
def test_nothing_is_restored_while_the_chat_runs(data, tmp_path, command):
    done(manage(data, "backup", str(tmp_path / "copy")))
    words = [str(tmp_path / "copy") if word == "copy" else word for word in command]
    with open(data / "run.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = sql(data, STATE)
        assert "Stop it first" in refused(manage(data, *words))
        assert sql(data, STATE) == before
    done(manage(data, *words))
    assert sql(data, STATE) != before


def test_after_restore_is_for_a_file_that_was_copied(data):
    before = sql(data, STATE)
    assert "go on from" in done(manage(data, "after_restore"))
    assert sql(data, STATE) != before
    before = sql(data, STATE)
    assert "Message ids go on from" in done(manage(data, "after_restore", "--moved"))
    assert sql(data, STATE) == before


@pytest.fixture
def cluster():
    if not postgres.find_programs():
        pytest.skip("PostgreSQL is not installed: sudo apt install postgresql")
    with postgres.Cluster() as cluster:
        yield cluster


def line_in(printed, program):
    (line,) = [line for line in printed.splitlines() if line.startswith(program)]
    return shlex.split(line)


def test_the_lines_for_postgresql_back_up_and_restore(cluster, tmp_path):
    data, copy, url = tmp_path / "data", tmp_path / "a copy", cluster.new_database()
    done(manage(data, "migrate", "--verbosity=0", DATABASE_URL=url))

    def history():
        with closing(psycopg.connect(url)) as database:
            return database.execute(STATE).fetchall()

    before = history()
    printed = done(manage(data, "backup", str(copy), DATABASE_URL=url))
    assert "secret_key" in printed
    subprocess.run(line_in(printed, "pg_dump"), check=True, timeout=60)
    printed = done(manage(data, "restore", str(copy), DATABASE_URL=url))
    subprocess.run(line_in(printed, "pg_restore"), check=True, timeout=60)
    assert history() == before
    done(manage(data, "after_restore", DATABASE_URL=url))
    assert history() != before
    with closing(psycopg.connect(url)):
        assert "1 other connection(s)" in refused(manage(data, "after_restore", DATABASE_URL=url))
