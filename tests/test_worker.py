"""Gunicorn's workers share what comes: a new connection is for whoever has fewer."""

import socket
from types import SimpleNamespace

import pytest

from chatsite.serve import worker


@pytest.fixture
def pause_of(monkeypatch):
    """Tell how long a worker with so many connections waits before it takes another (s)."""
    pauses = []
    monkeypatch.setattr(worker, "time", SimpleNamespace(sleep=pauses.append))

    def pause_of(connections):
        one = worker.Worker.__new__(worker.Worker)
        one.nr_conns = connections
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            one.accept(listener)  # nobody has come, or another worker was faster
        return pauses.pop()

    return pause_of


def test_who_has_more_connections_lets_others_go_first(pause_of):
    assert pause_of(0) < pause_of(1) < pause_of(5) < pause_of(15)


def test_nobody_waits_for_long_however_many_there_are(pause_of):
    assert pause_of(1000) == worker.LONGEST_S < 0.01
