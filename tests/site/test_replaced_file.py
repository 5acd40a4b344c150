"""A process that has opened SQLite's file notices that another file has taken its place."""

import os
import shutil

import pytest
from django.db import OperationalError, connection

from chatsite.sqlite3 import base

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite"),
]


@pytest.fixture
def database(tmp_path):
    """A connection to a database of its own, with one row."""
    opened = base.DatabaseWrapper({**connection.settings_dict, "NAME": tmp_path / "chat.sqlite3"})
    opened.inc_thread_sharing()
    with opened.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (x)")
        cursor.execute("INSERT INTO kept VALUES (1)")
    yield opened
    opened.close()


def read(database):
    with database.cursor() as cursor:
        return cursor.execute("SELECT x FROM kept").fetchall()


def replace(database):
    path = database.settings_dict["NAME"]
    shutil.copy(path, f"{path}.new")
    os.replace(f"{path}.new", path)


def test_a_file_that_stays_can_be_read_again_and_again(database):
    assert read(database) == [(1,)]
    database.close()
    assert read(database) == [(1,)]


@pytest.mark.parametrize("change", [replace, lambda database: database.settings_dict["NAME"].unlink()])
@pytest.mark.parametrize("again", [False, True])
def test_a_replaced_or_removed_file_is_neither_used_nor_made(database, change, again):
    if again:
        database.close()
    change(database)
    there = database.settings_dict["NAME"].exists()
    for _ in range(2):
        with pytest.raises(OperationalError, match="replaced or removed"):
            read(database)
        database.close()
    assert database.settings_dict["NAME"].exists() == there


def test_a_file_that_comes_back_is_used_again(database):
    path = database.settings_dict["NAME"]
    path.rename(f"{path}.away")
    with pytest.raises(OperationalError):
        read(database)
    os.rename(f"{path}.away", path)
    assert read(database) == [(1,)]
