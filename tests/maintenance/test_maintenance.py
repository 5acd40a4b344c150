"""The background thread of a server process: one failure ends none of its jobs."""

import pytest
from django.db import OperationalError, connection

from chat import maintenance
from chat.events.log import EventLog


class EndOfTest(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_a_database_error_ends_neither_publishing_nor_trimming(monkeypatch, caplog):
    """Each job fails the first time. The pauses take no time."""
    jobs = []

    def failing_first(name):
        def job(*_):
            jobs.append(name)
            connection.ensure_connection()
            if jobs.count(name) == 1:
                raise OperationalError("the database is starting up")
            return []

        return job

    def pass_time(seconds):
        assert connection.connection is None  # the thread sleeps for up to an hour, and keeps no connection
        if len(jobs) == 6:
            raise EndOfTest

    monkeypatch.setattr(EventLog, "recent", failing_first("publish"))
    monkeypatch.setattr(EventLog, "trim_event_log", failing_first("trim"))
    monkeypatch.setattr(maintenance, "forget_old_sources", failing_first("forget"))
    monkeypatch.setattr(maintenance.time, "sleep", pass_time)
    with pytest.raises(EndOfTest):
        maintenance.run()
    assert jobs == ["publish", "publish", "trim", "forget", "trim", "forget"]
    lines = [record.getMessage() for record in caplog.records if record.name == maintenance.__name__]
    assert lines == ["publish_recent failed", "job failed", "job failed"]
