"""Outages of every kind: a 503, one line in the log, and a new connection afterwards."""

import shutil

import pytest
from django.db import DatabaseError, DataError, IntegrityError, InternalError, ProgrammingError, connection, connections

from chat.web import outages
from tests.helpers.posting import post, url_of


def fail(error):
    def run(*_):
        raise error("this can't be done now")

    return run


@pytest.fixture(autouse=True)
def _no_outage_yet(monkeypatch):
    monkeypatch.setattr(outages, "_last_error", -outages.SAME_OUTAGE_S)


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


@pytest.mark.django_db
def test_the_next_outage_is_a_line_of_its_own(client, caplog, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(outages.time, "monotonic", lambda: clock[0])
    with connection.execute_wrapper(fail(InternalError)):
        for seconds in (0, 59, 59, 61):
            clock[0] += seconds
            client.get(url_of())
    assert len(caplog.records) == 2


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
