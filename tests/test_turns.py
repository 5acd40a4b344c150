"""A process does one thing at a time that may change something; who only reads does not wait for it."""

import threading

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from chat.middleware import OneWriterAtATime

WAIT_S = 10


class View:
    """Stays in each POST until it is let go."""

    def __init__(self):
        self.inside = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.now = self.most = 0

    def __call__(self, request):
        if request.method == "POST":
            self.now += 1
            self.most = max(self.most, self.now)
            self.inside.release()
            assert self.go_on.acquire(timeout=WAIT_S)
            self.now -= 1
        return HttpResponse()


@pytest.fixture
def view():
    return View()


@pytest.fixture
def middleware(view):
    return OneWriterAtATime(view)


def test_two_who_write_take_turns(view, middleware):
    writers = [threading.Thread(target=middleware, args=[RequestFactory().post("/")]) for _ in range(2)]
    [writer.start() for writer in writers]
    for _ in writers:
        assert view.inside.acquire(timeout=WAIT_S)
        assert not view.inside.acquire(timeout=0.05)  # the other one would be there at once
        view.go_on.release()
    [writer.join(WAIT_S) for writer in writers]
    assert view.most == 1


def test_who_reads_does_not_wait(view, middleware):
    writer = threading.Thread(target=middleware, args=[RequestFactory().post("/")])
    writer.start()
    assert view.inside.acquire(timeout=WAIT_S)
    assert middleware(RequestFactory().get("/")).status_code == 200
    view.go_on.release()
    writer.join(WAIT_S)


def test_an_error_gives_the_turn_on(middleware, view, monkeypatch):
    monkeypatch.setattr(middleware, "get_response", lambda request: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        middleware(RequestFactory().post("/"))
    monkeypatch.setattr(middleware, "get_response", view)
    view.go_on.release()
    assert middleware(RequestFactory().post("/")).status_code == 200
