"""Gunicorn's workers share what comes: a new connection is for who has fewer, a core for who is new."""

import os
import runpy
import socket
from types import SimpleNamespace

import pytest

from chatsite import env
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


def test_each_core_has_as_many_workers_as_another():
    settings = runpy.run_path(str(env.PROJECT_DIR / "deploy" / "gunicorn.conf.py"))
    cores = sorted(os.sched_getaffinity(0))
    workers = {}
    for number in range(2 * len(cores)):
        one = SimpleNamespace()
        settings["pre_fork"](SimpleNamespace(WORKERS=workers), one)
        workers[number] = one
    assert sorted(one.core for one in workers.values()) == sorted(cores * 2)
