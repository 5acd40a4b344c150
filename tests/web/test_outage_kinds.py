"""Outages of every kind: a 503, one line in the log, and a new connection afterwards."""

import re
import shutil
import threading

import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
    connections,
)

from chat.web import outages
from tests.helpers.posting import post, url_of
from tests.helpers.running import wait_for

END_S = 10
WAIT_FOR_THE_END = outages._wait_for_the_end


def fail(error):
    def run(*_):
        raise error("this can't be done now")

    return run


@pytest.mark.django_db
@pytest.mark.parametrize("error", [InternalError, DatabaseError])
def test_an_error_of_the_database_is_a_503(client, error):
    with connection.execute_wrapper(fail(error)):
        answer = post(client)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


@pytest.mark.parametrize("error", [IntegrityError, ProgrammingError, DataError, ValueError])
def test_a_mistake_of_ours_is_no_outage(error):
    assert not outages.is_outage(error("oops"))


@pytest.mark.django_db
def test_an_outage_is_one_line_in_the_log(client, caplog):
    with connection.execute_wrapper(fail(InternalError)):
        for _ in range(5):
            client.get(url_of())
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["The database can't be used: this can't be done now"]


@pytest.fixture
def short_outages(monkeypatch):
    """Wait for the end of an outage as a server does, but look more often."""
    monkeypatch.setattr(outages, "_wait_for_the_end", WAIT_FOR_THE_END)
    monkeypatch.setattr(outages, "SAME_OUTAGE_S", 0.2)
    monkeypatch.setattr(outages, "LOOK_AGAIN_S", 0.02)


def messages(caplog):
    return [record.getMessage() for record in caplog.records]


@pytest.mark.django_db(transaction=True)
def test_the_end_of_an_outage_is_a_line_and_the_next_outage_another(client, caplog, monkeypatch, short_outages):
    asked, works = threading.Event(), threading.Event()

    def write():
        asked.set()
        assert works.wait(END_S)

    monkeypatch.setattr(outages, "write", write)
    for number in (1, 2):
        with connection.execute_wrapper(fail(InternalError)):
            client.get(url_of())
            client.get(url_of())
        assert asked.wait(END_S)
        assert len(messages(caplog)) == 2 * number - 1  # not over before a write succeeds
        works.set()
        wait_for(lambda number=number: len(messages(caplog)) == 2 * number, END_S)
        asked.clear()
        works.clear()
    first, second = messages(caplog)[:2]
    assert first.startswith("The database can't be used:")
    assert re.fullmatch(r"The database can be used again, after [0-9]+ s\.", second)


@pytest.mark.django_db(transaction=True)
def test_an_outage_goes_on_while_writes_fail(client, caplog, monkeypatch, short_outages):
    failures = []

    def write():
        failures.append(1)
        if len(failures) < 3:
            raise OperationalError("disk is full")

    monkeypatch.setattr(outages, "write", write)
    with connection.execute_wrapper(fail(InternalError)):
        client.get(url_of())
    wait_for(lambda: len(messages(caplog)) == 2, END_S)
    assert len(failures) == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="is about PostgreSQL")
def test_a_connection_that_became_read_only_is_not_used_again(client):
    assert post(client).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        cursor.execute("SELECT pg_backend_pid()")
        process = cursor.fetchone()[0]
    assert post(client).status_code == 503
    assert post(client).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != process
    assert process not in [other.info.backend_pid for other in connection.pool._pool]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite")
def test_a_broken_file_is_an_outage_and_a_restored_one_is_used_at_once(client, tmp_path):
    assert post(client).status_code == 200
    file = connection.settings_dict["NAME"]
    connections.close_all()
    shutil.copy(file, tmp_path / "whole")
    with open(file, "r+b") as broken:
        broken.write(b"no database" * 100)
    assert post(client).status_code == 503
    shutil.copy(tmp_path / "whole", file)
    assert post(client).status_code == 200
