"""A process saves one message at a time. A save that takes long does not make the others wait."""

import threading

import pytest

from chat.events.log import take_event_number
from chat.messages import turn, write_lock
from tests.helpers.posting import FORM, JSON, post

WAIT_S = 10


class Work:
    """A function that runs until the test lets it end. `most` is the largest number of simultaneous calls."""

    def __init__(self):
        self.started = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.running = self.most = 0

    def __call__(self):
        self.running += 1
        self.most = max(self.most, self.running)
        self.started.release()
        assert self.may_end.acquire(timeout=WAIT_S)
        self.running -= 1


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def two_threads(work):
    """Two threads that call the work one at a time, so that one of them waits."""
    threads = [threading.Thread(target=write_lock.one_at_a_time(work)) for _ in range(2)]
    [thread.start() for thread in threads]
    yield
    [work.may_end.release() for _ in threads]
    [thread.join(WAIT_S) for thread in threads]


def test_one_call_waits_for_the_other(work, two_threads):
    assert work.started.acquire(timeout=WAIT_S)
    assert not work.started.acquire(timeout=write_lock.PATIENCE_S / 10)
    work.may_end.release()
    assert work.started.acquire(timeout=WAIT_S)
    assert work.most == 1


def test_a_call_waits_at_most_patience_s(work, two_threads):
    for _ in range(2):
        assert work.started.acquire(timeout=WAIT_S / 2)  # before the first call ends by itself
    assert work.most == 2


@pytest.fixture(autouse=True)
def free_lock(monkeypatch):
    """Replace the write lock, in case another test left it locked."""
    monkeypatch.setattr(write_lock, "_lock", threading.Lock())


def test_an_error_releases_the_lock():
    with pytest.raises(ZeroDivisionError):
        write_lock.one_at_a_time(lambda: 1 / 0)()
    assert not write_lock._lock.locked()


def test_a_call_that_stopped_waiting_does_not_release_the_lock(monkeypatch):
    monkeypatch.setattr(write_lock, "PATIENCE_S", 0)
    done = []
    with write_lock._lock:
        thread = threading.Thread(target=write_lock.one_at_a_time(lambda: done.append("done")), daemon=True)
        thread.start()
        thread.join(WAIT_S)
        assert done == ["done"]
        assert write_lock._lock.locked()


def post_with_the_form(client):
    return client.post("/lobby?user=Alice", {"text": "hi"})


@pytest.mark.django_db
@pytest.mark.parametrize("say", [post_with_the_form, post, lambda client: post(client, JSON)], ids=["page", FORM, JSON])
def test_a_message_is_saved_under_the_write_lock(client, monkeypatch, say):
    seen = []

    def observed(channel):
        seen.append(write_lock._lock.locked())
        return take_event_number(channel)

    monkeypatch.setattr(turn, "take_event_number", observed)
    assert say(client).status_code in (200, 303)
    assert seen == [True]
