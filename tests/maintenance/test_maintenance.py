"""The background thread of a server process: one failure ends none of its jobs."""

import pytest
from django.db import OperationalError, connection

from chat import maintenance
from chat.events.log import EventLog
from tests.helpers.own_time import let_sleep


class EndOfTest(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_an_error_ends_neither_publishing_nor_trimming_and_an_outage_is_one_line(monkeypatch, caplog):
    """Each job fails the first time. The pauses take no time."""
    jobs = []
    starting_up = OperationalError("the database is starting up")

    def failing_first(name, error):
        def job(*_):
            jobs.append(name)
            connection.ensure_connection()
            if jobs.count(name) == 1:
                raise error
            return []

        return job

    def pass_time(seconds):
        assert connection.connection is None  # the thread sleeps for up to an hour, and keeps no connection
        if len(jobs) == 6:
            raise EndOfTest

    monkeypatch.setattr(EventLog, "recent", failing_first("publish", starting_up))
    monkeypatch.setattr(EventLog, "trim_event_log", failing_first("trim", starting_up))
    monkeypatch.setattr(maintenance, "forget_old_sources", failing_first("forget", ZeroDivisionError()))
    let_sleep(monkeypatch, maintenance, pass_time)
    with pytest.raises(EndOfTest):
        maintenance.run()
    assert jobs == ["publish", "publish", "trim", "forget", "trim", "forget"]
    lines = [record.getMessage() for record in caplog.records]
    assert lines == ["The database can't be used: the database is starting up", "job failed"]
