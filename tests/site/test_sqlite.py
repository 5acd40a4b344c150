"""SQLite's write lock: writers wait for it in a queue."""

import fcntl
import os
import threading
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from chat.models import ChatRoom
from tests.helpers.posting import post
from tests.helpers.running import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="needs SQLite"),
]


@pytest.fixture
def queue():
    """The queue's file (a descriptor), which all processes lock."""
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


def test_a_transaction_locks_the_queue_until_its_commit(queue):
    with transaction.atomic():
        assert not is_free(queue)
    assert is_free(queue)


def test_a_failed_transaction_releases_the_queue(queue):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        1 / 0  # noqa: B018
    assert is_free(queue)


def test_a_closed_connection_releases_the_queue(queue):
    connection.ensure_connection()
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert not is_free(queue)
    connection.close()
    assert is_free(queue)


def test_a_failed_connection_leaves_no_file_open(monkeypatch):
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


def test_a_reader_does_not_wait_in_the_queue(client, queue):
    ChatRoom.objects.create(eid="lobby")
    fcntl.flock(queue, fcntl.LOCK_EX)
    assert client.get("/rooms/lobby/messages/").status_code == 200


def somebody_waits(queue):
    """Return whether a thread waits for the queue's lock; the kernel lists it behind an arrow."""
    inode = f":{os.fstat(queue).st_ino} "
    return any("->" in line and inode in line for line in Path("/proc/locks").read_text().splitlines())


def test_a_writer_continues_when_the_queue_is_free_again(client, queue):
    fcntl.flock(queue, fcntl.LOCK_EX)
    answers = []
    writer = threading.Thread(target=lambda: answers.append(post(client).status_code))
    writer.start()
    wait_for(lambda: somebody_waits(queue), 10)
    assert not answers
    fcntl.flock(queue, fcntl.LOCK_UN)
    writer.join(10)
    assert answers == [200]


def test_a_writer_whose_timeout_ends_in_the_queue_is_refused(monkeypatch, queue):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", -1)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    assert is_free(queue)
