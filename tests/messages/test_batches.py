"""Long work gives everybody else a turn."""

import pytest
from django.db import connection

from chat.messages import batches
from chat.messages.batches import BATCH_S, FIRST_SIZE, PAUSE_S, in_batches
from chat.models import ChatRoom

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that moves only when somebody sleeps or works."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(batches, "time", clock)
    return clock


def rows(clock, count, seconds_each):
    """Return work on so many rows, and the list of the sizes of its batches."""
    sizes = []

    def work(size):
        done = min(size, count - sum(sizes))
        sizes.append(done)
        clock.now += done * seconds_each
        return done

    return work, sizes


def test_all_rows_are_handled(clock):
    work, sizes = rows(clock, 1000, 0.001)
    assert in_batches(work, clock.now + 60)
    assert sum(sizes) == 1000


def test_a_batch_grows_until_it_takes_its_time_and_no_further(clock):
    work, sizes = rows(clock, 1000, 0.001)
    in_batches(work, clock.now + 60)
    assert sizes[0] == FIRST_SIZE
    assert max(sizes) == BATCH_S / 0.001


def test_a_batch_shrinks_when_rows_take_longer(clock):
    sizes = []

    def work(size):
        sizes.append(size)
        clock.now += size * (0.001 if len(sizes) < 10 else 0.002)
        return size

    in_batches(work, clock.now + 3)
    assert sizes[8] == BATCH_S / 0.001
    assert sizes[-1] == BATCH_S / 0.002


def test_others_get_as_much_time_as_the_work(clock):
    work, sizes = rows(clock, 300, 0.005)  # 8 rows take 40 ms
    in_batches(work, clock.now + 60)
    assert clock.slept == [pytest.approx(max(PAUSE_S, size * 0.005)) for size in sizes[:-1]]


def test_the_work_stops_at_the_deadline(clock):
    work, sizes = rows(clock, 10_000, 0.001)
    began = clock.now
    assert not in_batches(work, began + 1)
    assert 0 < sum(sizes) < 10_000
    assert 1 <= clock.now - began < 1 + 2 * BATCH_S + PAUSE_S


def test_no_time_is_no_work(clock):
    work, sizes = rows(clock, 1, 0.001)
    assert not in_batches(work, clock.now)
    assert sizes == []


@pytest.mark.django_db(transaction=True)
def test_each_batch_is_a_transaction_of_its_own(clock):
    def work(size):
        assert connection.in_atomic_block
        count = ChatRoom.objects.count()
        ChatRoom.objects.create(eid=f"room {count}")
        if count == 2:
            raise KeyboardInterrupt
        return size

    with pytest.raises(KeyboardInterrupt):
        in_batches(work, clock.now + 60)
    assert ChatRoom.objects.count() == 2
