"""The answers while the database cannot be used."""

from itertools import count

import pytest
from django.db import InterfaceError, OperationalError, connection
from django_eventstream.models import Event

from chat.models import ChatMessage, ChatRoom
from tests.helpers.posting import post, url_of


class FailingStatement:
    """Makes the SQL statement with this number fail, or all of them (None), as if the database were locked or gone."""

    def __init__(self, number=None, error=OperationalError):
        self.number, self.error = number, error
        self.seen = 0

    def __call__(self, execute, *statement):
        self.seen += 1
        if self.number in (None, self.seen):
            raise self.error("database is locked")
        return execute(*statement)


def assert_outage(answer):
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_programs_get_json_that_asks_them_to_try_again(client, error):
    with connection.execute_wrapper(FailingStatement(error=error)):
        for answer in (client.get(url_of()), post(client)):
            assert_outage(answer)
            assert [problem["field"] for problem in answer.json()["errors"]] == ["database"]


@pytest.mark.django_db
def test_people_get_a_page(client):
    with connection.execute_wrapper(FailingStatement()):
        answer = client.get("/lobby", {"user": "Alice"})
    assert_outage(answer)
    assert "The database does not answer" in answer.content.decode()


@pytest.mark.django_db
def test_the_join_page_needs_no_database(client):
    with connection.execute_wrapper(FailingStatement()):
        assert client.get("/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_failing_statement_never_leaves_a_half_saved_message(client):
    for number in count(1):
        with connection.execute_wrapper(FailingStatement(number)):
            answer = post(client)
        if answer.status_code == 200:
            break
        assert_outage(answer)
        assert not ChatRoom.objects.exists()
        assert not ChatMessage.objects.exists()
        assert not Event.objects.exists()
    assert number > 4


@pytest.mark.django_db(transaction=True)
def test_a_database_that_refuses_connections_is_an_outage(client, monkeypatch):
    def refuse(*_):
        raise OperationalError("connection refused")

    connection.close()
    with monkeypatch.context() as refusing:
        refusing.setattr(connection, "connect", refuse)
        assert_outage(post(client))
    assert post(client).status_code == 200
