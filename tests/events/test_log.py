"""The event log: each channel numbers its events without a gap, in the transaction that saves the message."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_eventstream.models import Event
from django_eventstream.storage import EventDoesNotExist

from chat import maintenance
from chat.events import log as event_log
from chat.events.log import KEPT, EventLog, redact_events
from chat.events.send import encode, send_event
from tests.helpers.own_time import let_sleep

CHANNEL = "room-lobby"


def log(count=1, channel=CHANNEL):
    with transaction.atomic():
        return [EventLog().append_event(channel, "message", json.dumps({"n": n})).id for n in range(count)]


def ids_after(last_id, channel=CHANNEL, limit=100):
    return [event.id for event in EventLog().get_events(channel, last_id, limit)]


def age(event_ids, by=KEPT * 2):
    Event.objects.filter(channel=CHANNEL, eid__in=event_ids).update(created=timezone.now() - by)


@pytest.mark.django_db
def test_the_ids_of_a_channel_count_up_from_one_without_a_gap():
    assert log(3) == [1, 2, 3]
    assert log(2, "room-other") == [1, 2]
    assert log() == [4]


@pytest.mark.django_db
def test_the_log_returns_the_events_after_an_id_oldest_first_up_to_the_limit():
    log(5)
    assert ids_after(2) == [3, 4, 5]
    assert ids_after(0, limit=2) == [1, 2]
    assert ids_after(5) == []


@pytest.mark.django_db
def test_a_page_of_events_has_a_hundred():
    log(101)
    assert len(EventLog().get_events(CHANNEL, 0)) == 100


@pytest.mark.django_db
def test_an_event_is_read_exactly_as_it_was_logged():
    data = '{"text": "%I \\\\ü\\u2028"}'
    with transaction.atomic():
        EventLog().append_event(CHANNEL, "message", data)
    (event,) = EventLog().get_events(CHANNEL, 0)
    assert (event.channel, event.type, event.data, event.id) == (CHANNEL, "message", data, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("last_id", [-1, 4, 10**18 - 1])
def test_an_unknown_event_id_is_an_error(last_id):
    log(3)
    with pytest.raises(EventDoesNotExist) as caught:
        ids_after(last_id)
    assert caught.value.current_id == 3


@pytest.mark.django_db
def test_a_reader_of_a_quiet_room_can_resume_after_months():
    age(log(3))
    EventLog().trim_event_log()
    assert ids_after(3) == []
    log(1)
    assert ids_after(3) == [4]


@pytest.mark.django_db
def test_a_reader_can_resume_after_a_trimmed_event():
    age(log(3)[:2])
    EventLog().trim_event_log()
    assert ids_after(2) == [3]


@pytest.mark.django_db
def test_a_gap_in_the_log_is_an_error():
    age(log(3)[:2])
    EventLog().trim_event_log()
    with pytest.raises(EventDoesNotExist):
        ids_after(1)


@pytest.mark.django_db
def test_a_gap_anywhere_in_the_log_is_an_error():
    Event.objects.filter(eid__in=log(5)[2:3]).delete()
    for last_id in (0, 1, 2):
        with pytest.raises(EventDoesNotExist):
            ids_after(last_id)
    assert ids_after(3) == [4, 5]


@pytest.mark.django_db
def test_trimming_keeps_the_events_of_a_day():
    first, second, third = log(3)
    age([first], by=timedelta(hours=24, minutes=1))
    age([second], by=timedelta(hours=23, minutes=59))
    assert EventLog().trim_event_log() == 1
    assert [*Event.objects.order_by("eid").values_list("eid", flat=True)] == [second, third]


@pytest.mark.django_db
def test_trimming_deletes_old_events_in_few_statements(django_assert_max_num_queries):
    old, young = log(200), log(3)
    age(old)
    with django_assert_max_num_queries(5):
        assert EventLog().trim_event_log() == 200
    assert [*Event.objects.values_list("eid", flat=True)] == young


@pytest.mark.django_db
def test_trimming_continues_until_no_old_event_is_left(monkeypatch):
    monkeypatch.setattr(event_log, "TRIM_BATCH", 4)
    age(log(10))
    assert EventLog().trim_event_log() == 10
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_servers_that_trim_at_the_same_time_share_the_work(monkeypatch):
    monkeypatch.setattr(event_log, "TRIM_BATCH", 5)
    age(log(100))
    with ThreadPoolExecutor(4) as servers:
        trimmed = [servers.submit(in_thread, EventLog().trim_event_log) for _ in range(4)]
    assert sum(server.result() for server in trimmed) == 100
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    not connection.features.has_select_for_update_skip_locked, reason="this database has one lock for all writers"
)
def test_trimming_skips_rows_that_another_process_has_locked():
    age(log(3))
    with transaction.atomic():
        assert Event.objects.select_for_update().get(eid=2)
        with ThreadPoolExecutor(1) as other:
            assert other.submit(in_thread, EventLog().trim_event_log).result(timeout=20) == 2
    assert EventLog().trim_event_log() == 1


def in_thread(job):
    """Run a job with this thread's own database connection, which waits at most 3 s for a lock."""
    try:
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET lock_timeout = '3s'")
        return job()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_server_trims_soon_after_its_start_and_then_every_hour(monkeypatch):
    """The pauses are faked and take no time. During each pause, one event gets too old."""
    pauses = []

    def pass_time(seconds):
        pauses.append(seconds)
        if len(pauses) > 1:
            assert not Event.objects.exists()
        if sum(pauses) > 10 * 3600:
            raise EndOfTest
        age(log())

    let_sleep(monkeypatch, maintenance, pass_time)
    with pytest.raises(EndOfTest):
        maintenance.run()
    assert pauses[0] < 60
    assert max(pauses) <= 3600
    assert len({*pauses[1:]}) > 1  # random pauses, so that servers with the same start do not trim at the same time


class EndOfTest(Exception):
    pass


def all_events():
    """Return (channel, event id, type, message) of all events in the log."""
    rows = Event.objects.order_by("channel", "eid")
    return [(row.channel, row.eid, row.type, json.loads(json.loads(row.data))) for row in rows]


@pytest.mark.django_db
def test_redacting_changes_only_the_named_events_of_the_channel():
    redacted = {"id": 17, "text": "", "change": 9}
    with transaction.atomic():
        for message_id in (1, 17, 170):
            send_event(CHANNEL, "message", {"id": message_id, "text": "hi"})
        send_event(CHANNEL, "message-edited", {"id": 17, "text": "hello"})
        for _ in range(4):
            send_event("room-other", "message", {"id": 17, "text": "elsewhere"})
        before = all_events()
        redact_events(CHANNEL, "message-deleted", dict.fromkeys([2, 4], encode(redacted)))
    changed = {one[1]: now for one, now in zip(before, all_events(), strict=True) if one != now}
    assert changed == {number: (CHANNEL, number, "message-deleted", redacted) for number in (2, 4)}


@pytest.mark.django_db
def test_logging_does_not_trim():
    age(log(3))
    log()
    assert Event.objects.count() == 4


@pytest.mark.django_db
def test_the_events_of_the_last_minute_can_be_read():
    age(log(3)[:1])
    assert [event.id for event in EventLog().recent(60, limit=10)] == [2, 3]
    assert [event.id for event in EventLog().recent(60, limit=1)] == [3]


@pytest.mark.django_db(transaction=True)
def test_many_simultaneous_first_events_all_get_an_id():
    """A plain INSERT of the counter fails for all threads but one, and fails their transactions too."""
    barrier, ids = threading.Barrier(8, timeout=20), []

    def log_first():
        connection.ensure_connection()
        barrier.wait()
        try:
            ids.extend(log())
        finally:
            connection.close()

    threads = [threading.Thread(target=log_first) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(ids) == [1, 2, 3, 4, 5, 6, 7, 8]
