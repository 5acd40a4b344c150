"""Gunicorn's workers share what comes: a new connection is for who has fewer, and each keeps to a core."""

import os
import runpy
import socket
from types import SimpleNamespace

import pytest

from chatsite import env
from chatsite.serve import sharing, worker
from chatsite.serve.sharing import NOBODY


@pytest.fixture(autouse=True)
def connections(monkeypatch):
    """What the workers see of each other."""
    monkeypatch.setattr(sharing, "connections", [NOBODY] * sharing.PLACES)
    return sharing.connections


@pytest.fixture
def two(monkeypatch):
    """Two workers that nobody has come to, of which only the counting is there."""
    monkeypatch.setattr(worker, "PAUSE_S", 0)
    workers = [worker.Worker.__new__(worker.Worker) for _ in range(2)]
    for place, one in enumerate(workers):
        one.place, one.nr_conns, one.max_keepalived = place, 0, 992
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
    assert [looks_at_the_door(one) for _ in range(worker.DECLINES + 2)] == [False] * worker.DECLINES + [True, False]


def test_who_has_far_more_keeps_none_after_its_answer(two):
    one, other = two
    one.nr_conns = 32
    assert (one.max_keepalived, other.max_keepalived) == (0, 992)
    one.nr_conns, other.nr_conns = 16, 14
    assert (one.max_keepalived, other.max_keepalived) == (992, 992)


def test_it_counts_from_its_start_to_its_end(two, connections, monkeypatch):
    one, _ = two
    connections[0] = NOBODY
    seen = []
    monkeypatch.setattr(worker.gthread.ThreadWorker, "run", lambda self: seen.append(connections[0]))
    one.run()
    assert (seen, connections[0]) == ([0], NOBODY)


class Server:
    """Gunicorn's master, as far as it tells what its workers share."""

    pid = 1

    def __init__(self):
        self.hooks = runpy.run_path(str(env.PROJECT_DIR / "deploy" / "gunicorn.conf.py"))
        self.WORKERS = {}

    def starts(self, count):
        started = [SimpleNamespace(pid=object()) for _ in range(count)]
        for one in started:
            self.hooks["pre_fork"](self, one)
            self.WORKERS[one.pid] = one
            sharing.tell(one.place, 0)
        return started

    def loses(self, one):
        """Whatever has become of the worker."""
        del self.WORKERS[one.pid]
        self.hooks["child_exit"](self, one)


def test_each_core_has_as_many_workers_as_another():
    server, cores = Server(), sorted(os.sched_getaffinity(0))
    old = server.starts(len(cores))
    new = server.starts(len(cores))  # as at a reload
    [server.loses(one) for one in old]
    assert sorted(one.core for one in new) == cores
    server.loses(new[-1])
    server.starts(1)
    assert sorted(one.core for one in server.WORKERS.values()) == cores


def test_nobody_waits_for_a_worker_that_is_gone(connections):
    server = Server()
    old = server.starts(2)
    new = server.starts(2)
    [server.loses(one) for one in old]
    server.loses(new[1])
    (last,) = server.starts(1)
    assert {place for place in range(sharing.PLACES) if connections[place] != NOBODY} == {new[0].place, last.place}


def test_there_may_be_more_workers_than_places():
    assert len(Server().starts(sharing.PLACES + 2)) == sharing.PLACES + 2


def test_a_worker_that_may_not_choose_its_core_works_all_the_same(monkeypatch):
    def refuse(pid, cores):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    Server().hooks["post_fork"](None, SimpleNamespace(core=0))
