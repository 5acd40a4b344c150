"""Gunicorn's workers share what comes: a new connection is for who has fewer, and each keeps to a core."""

import os
import runpy
import socket
from types import SimpleNamespace

import pytest

from chatsite import env
from chatsite.serve import worker


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(worker, "PAUSE_S", 0)


@pytest.fixture
def two(monkeypatch):
    """Two workers that nobody has come to, of which only the counting is there."""
    monkeypatch.setattr(worker, "connections", [worker.NOBODY] * worker.PLACES)
    workers = [worker.Worker.__new__(worker.Worker) for _ in range(2)]
    for place, one in enumerate(workers):
        one.place, one.nr_conns, one.max_keepalived, one.accepted = place, 0, 992, 0
    return workers


def looks_at_the_door(one):
    """Tell whether it takes the connection that waits there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        taken = []
        one.enqueue_req = lambda connection: taken.append(connection.close())
        one.cfg = SimpleNamespace()
        with socket.create_connection(listener.getsockname()):
            one.accept(listener)
    return bool(taken)


def test_a_connection_is_for_who_has_fewer(two):
    one, other = two
    one.nr_conns, other.nr_conns = 2, 1
    assert not looks_at_the_door(one)
    assert looks_at_the_door(other)
    assert (one.nr_conns, other.nr_conns) == (2, 2)
    assert looks_at_the_door(one)


def test_if_they_do_not_come_it_takes_it_all_the_same(two):
    one, _ = two
    one.nr_conns = 1
    assert [looks_at_the_door(one) for _ in range(worker.TIMES_LEFT + 2)] == [False] * worker.TIMES_LEFT + [True, False]


def test_who_is_gone_is_not_waited_for(two):
    one, other = two
    one.nr_conns = 5
    worker.connections[other.place] = worker.NOBODY
    assert looks_at_the_door(one)


def test_who_has_far_more_keeps_none_after_its_answer(two):
    one, other = two
    one.nr_conns = 32
    assert (one.max_keepalived, other.max_keepalived) == (0, 992)
    one.nr_conns, other.nr_conns = 16, 14
    assert (one.max_keepalived, other.max_keepalived) == (992, 992)


def test_each_core_has_as_many_workers_as_another(monkeypatch):
    settings = runpy.run_path(str(env.PROJECT_DIR / "deploy" / "gunicorn.conf.py"))
    cores, taken = sorted(os.sched_getaffinity(0)), []
    monkeypatch.setattr(os, "sched_setaffinity", lambda _, wanted: taken.extend(wanted))
    server = SimpleNamespace(WORKERS={}, pid=os.getpid())
    for number in range(2 * len(cores)):
        one = SimpleNamespace()
        settings["pre_fork"](server, one)
        settings["post_fork"](server, one)
        server.WORKERS[number] = one
    assert sorted(taken) == sorted(cores * 2)
