"""A process saves one message at a time, as long as that does not take long."""

import threading

import pytest

from chat.events.log import take_event_number
from chat.messages import actions, write_lock
from tests.helpers.posting import FORM, JSON, post

WAIT_S = 10


class Work:
    """What is done in turn: it goes on until it is let go, and knows how many were at it at once."""

    def __init__(self):
        self.inside = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.now = self.most = 0

    def __call__(self):
        self.now += 1
        self.most = max(self.most, self.now)
        self.inside.release()
        assert self.go_on.acquire(timeout=WAIT_S)
        self.now -= 1


@pytest.fixture
def work():
    return Work()


@pytest.fixture
def two(work):
    """Two threads that are at it, or wait for it."""
    threads = [threading.Thread(target=write_lock.one_at_a_time(work)) for _ in range(2)]
    [thread.start() for thread in threads]
    yield
    [work.go_on.release() for _ in threads]
    [thread.join(WAIT_S) for thread in threads]


def test_one_waits_for_the_other(work, two):
    assert work.inside.acquire(timeout=WAIT_S)
    assert not work.inside.acquire(timeout=write_lock.PATIENCE_S / 10)
    work.go_on.release()
    assert work.inside.acquire(timeout=WAIT_S)
    assert work.most == 1


def test_nobody_waits_for_long(work, two):
    for _ in range(2):
        assert work.inside.acquire(timeout=WAIT_S / 2)  # before the first one ends by itself
    assert work.most == 2


@pytest.fixture(autouse=True)
def turn(monkeypatch):
    """A turn that no other test has left taken."""
    monkeypatch.setattr(write_lock, "_lock", threading.Lock())


def test_an_error_gives_the_turn_on():
    with pytest.raises(ZeroDivisionError):
        write_lock.one_at_a_time(lambda: 1 / 0)()
    assert not write_lock._lock.locked()


def test_who_did_not_wait_to_the_end_leaves_the_turn_to_who_has_it(monkeypatch):
    monkeypatch.setattr(write_lock, "PATIENCE_S", 0)
    done = []
    with write_lock._lock:
        thread = threading.Thread(target=write_lock.one_at_a_time(lambda: done.append("done")), daemon=True)
        thread.start()
        thread.join(WAIT_S)
        assert done == ["done"]
        assert write_lock._lock.locked()


def by_the_page(client):
    return client.post("/lobby?user=Alice", {"text": "hi"})


@pytest.mark.django_db
@pytest.mark.parametrize("say", [by_the_page, post, lambda client: post(client, JSON)], ids=["page", FORM, JSON])
def test_messages_are_saved_in_turn(client, monkeypatch, say):
    seen = []

    def taken(channel):
        seen.append(write_lock._lock.locked())
        return take_event_number(channel)

    monkeypatch.setattr(actions, "take_event_number", taken)
    assert say(client).status_code in (200, 303)
    assert seen == [True]
