"""SQLite's write lock: who waits for it stands in a queue."""

import fcntl
import os
import threading

import pytest
from django.db import OperationalError, connection, transaction

from chat.models import ChatRoom
from tests.helpers.posting import post

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite"),
]


@pytest.fixture
def queue():
    """The file that other processes lock as well."""
    descriptor = os.open(f"{connection.settings_dict['NAME']}-queue", os.O_RDWR | os.O_CREAT)
    yield descriptor
    os.close(descriptor)


def is_free(queue):
    try:
        fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(queue, fcntl.LOCK_UN)
    return True


def test_a_transaction_holds_the_queue_until_its_commit(queue):
    with transaction.atomic():
        assert not is_free(queue)
    assert is_free(queue)


def test_a_transaction_that_fails_leaves_it(queue):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    assert is_free(queue)


def test_a_connection_that_is_closed_leaves_it(queue):
    connection.ensure_connection()
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert not is_free(queue)
    connection.close()
    assert is_free(queue)


def test_a_database_that_can_not_be_opened_keeps_no_file_open(monkeypatch):
    def refuse(*_, **__):
        raise OperationalError("unable to open database file")

    connection.close()
    before = len(os.listdir("/proc/self/fd"))
    with monkeypatch.context() as refusing:
        refusing.setattr(connection.Database, "connect", refuse)
        for _ in range(5):
            with pytest.raises(OperationalError):
                connection.ensure_connection()
    assert len(os.listdir("/proc/self/fd")) == before


def test_reading_does_not_queue(client, queue):
    ChatRoom.objects.create(eid="lobby")
    fcntl.flock(queue, fcntl.LOCK_EX)
    assert client.get("/rooms/lobby/messages/").status_code == 200


def test_a_writer_goes_on_when_the_one_before_it_is_done(client, queue):
    fcntl.flock(queue, fcntl.LOCK_EX)
    answers = []
    writer = threading.Thread(target=lambda: answers.append(post(client).status_code))
    writer.start()
    assert not answers
    fcntl.flock(queue, fcntl.LOCK_UN)
    writer.join(10)
    assert answers == [200]


def test_who_has_queued_as_long_as_one_waits_for_the_lock_is_refused(monkeypatch, queue):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", -1)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    assert is_free(queue)
