"""The doctor names what is wrong with the database, and says whether anything runs."""

import os
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

from chat.doctor import steps
from chat.health import database

from .conftest import doctor


@pytest.mark.django_db
def test_nothing_that_runs_is_named():
    assert doctor()[0] == ["chat.E201"]


@pytest.mark.django_db(transaction=True)
def test_without_a_url_the_doctor_connects_to_where_bin_run_listens(live_server, proxy, settings, tmp_path):
    settings.ALLOWED_HOSTS = ["chat.test"]
    settings.CHAT_RUN_LOCK = tmp_path / "run.lock"
    address = urlsplit(live_server.url).netloc
    settings.CHAT_RUN_LOCK.write_text(f"http://chat.test:8000/\n{os.getpid()}\n{address}\n")
    ids, text, _ = doctor()
    assert ids == ["chat.E311"]  # it has arrived, but there is no Pushpin
    assert f"http://chat.test:8000 at {address}" in text


@pytest.mark.django_db
def test_a_lock_of_an_older_version_has_no_address(settings, tmp_path):
    settings.CHAT_RUN_LOCK = tmp_path / "run.lock"
    settings.CHAT_RUN_LOCK.write_text(f"http://127.0.0.1:1/\n{os.getpid()}\n")
    ids, text, _ = doctor()
    assert ids == ["chat.E301"]
    assert "Nobody answers at http://127.0.0.1:1: " in text


@pytest.mark.django_db
def test_missing_tables_are_named():
    MigrationRecorder.Migration.objects.filter(app="chat", name__gte="0010", name__lt="0012").delete()
    ids, text, _ = doctor()
    assert ids == ["chat.E202"]
    assert "Migrations are missing: chat.0010_moderation and 1 more." in text


@pytest.mark.django_db
def test_a_database_that_takes_no_write_is_named(monkeypatch):
    def fail():
        raise OperationalError("the disk is full")

    monkeypatch.setattr(database, "write", fail)
    ids, text, _ = doctor()
    assert ids == ["chat.E203"]
    assert "the disk is full" in text


@pytest.mark.django_db
def test_a_file_of_another_user_is_named_with_the_command_that_gives_it_back(monkeypatch, tmp_path):
    def fail():
        raise OperationalError("unable to open the write queue: Permission denied")

    (tmp_path / "chat.sqlite3-queue").touch()
    monkeypatch.setattr(database, "write", fail)
    monkeypatch.setattr(steps.connection, "vendor", "sqlite")
    monkeypatch.setitem(steps.connection.settings_dict, "NAME", tmp_path / "chat.sqlite3")
    assert "chown" not in doctor()[1]
    monkeypatch.setattr(steps.os, "access", lambda *_: False)
    monkeypatch.setattr(steps.os, "geteuid", lambda: -1)
    text = doctor()[1]
    assert f"{tmp_path}/chat.sqlite3-queue is {tmp_path.owner()}'s" in text
    assert f"chown -R {tmp_path.owner()}: {tmp_path}\n" in text


@pytest.mark.django_db
def test_a_disk_without_wal_is_named(monkeypatch):
    monkeypatch.setattr(steps.connection, "vendor", "sqlite")
    monkeypatch.setattr(steps, "_journal_mode", lambda: "delete")
    assert doctor()[0] == ["chat.E204"]
