"""The time limit of a request's body, on a real connection."""

import contextlib
import socket
import threading
import time
from io import BytesIO

import pytest
from django.test import AsyncRequestFactory, RequestFactory

from chat.web import body_reader
from chat.web.body_reader import read_whole_body
from chat.web.refusals import Refusal

WAIT_S = 10


@pytest.fixture
def connections():
    """A function that returns both ends of a connection: the client's, and the server's."""
    made = []

    def connect():
        made.append(socket.socketpair())
        for end in made[-1]:
            end.settimeout(WAIT_S)
        return made[-1]

    yield connect
    for ends in made:
        for end in ends:
            end.close()


@pytest.fixture
def _impatient(monkeypatch):
    monkeypatch.setattr(body_reader, "BODY_S", 0.1)
    monkeypatch.setattr(body_reader, "LOOK_AGAIN_S", 0.01)


def request_on(server, length):
    """Return a request, with this Content-Length, whose body comes from the connection."""
    environ = {"wsgi.input": server.makefile("rb"), "gunicorn.socket": server, "CONTENT_LENGTH": str(length)}
    return RequestFactory().generic("POST", "/", **environ)


def refusal_of(request):
    with pytest.raises(Refusal) as raised:
        read_whole_body(request)
    return raised.value.status


def test_a_body_on_a_connection_is_read_to_its_end(connections):
    client, server = connections()
    client.sendall(b"from=Alice&text=hi")
    request = request_on(server, 18)
    read_whole_body(request)
    assert request.body == b"from=Alice&text=hi"


def test_a_slow_body_is_read_while_there_is_time(connections):
    """It takes longer than the pauses between two looks at the clock."""
    client, server = connections()
    request = request_on(server, 5)
    slow = threading.Thread(target=lambda: [client.sendall(b"x") for _ in range(5) if not time.sleep(0.25)])
    slow.start()
    read_whole_body(request)
    slow.join()
    assert request.body == b"xxxxx"


@pytest.mark.usefixtures("_impatient")
def test_a_body_that_stops_is_refused_when_the_time_is_over(connections):
    client, server = connections()
    client.sendall(b"from=")
    assert refusal_of(request_on(server, 18)) == 408
    server.sendall(b"the answer")  # the limit ends the reading, not the connection
    assert client.recv(10) == b"the answer"


@pytest.mark.usefixtures("_impatient")
def test_a_connection_whose_body_came_in_time_stays_open(connections):
    client, server = connections()
    client.sendall(b"hi")
    read_whole_body(request_on(server, 2))
    for _ in range(2):  # the clock has passed the first connection's deadline when it shuts these
        assert refusal_of(request_on(connections()[1], 2)) == 408
    client.sendall(b"the next request")
    assert server.recv(16) == b"the next request"


class ClosedBody:
    """The body on a connection that closes while it is read; reading ends after the clock has met it."""

    def __init__(self, server):
        self.server = server

    def read(self, *_):
        self.server.close()
        _, late = body_reader._reading[self.server]
        assert late.wait(WAIT_S)
        return b""

    readline = read


@pytest.mark.usefixtures("_impatient")
def test_the_clock_goes_on_after_a_connection_that_was_closed(connections):
    _, server = connections()
    environ = {"wsgi.input": ClosedBody(server), "gunicorn.socket": server, "CONTENT_LENGTH": "2"}
    assert refusal_of(RequestFactory().generic("POST", "/", **environ)) == 408
    assert refusal_of(request_on(connections()[1], 2)) == 408


def test_a_body_without_a_length_has_a_limit_too(settings):
    """In embedded mode it may come in chunks."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    request = AsyncRequestFactory().generic("POST", "/", b"x" * 101)
    del request.META["CONTENT_LENGTH"]
    request._stream = BytesIO(b"x" * 101)  # a server's request has a file of its own, in which one can seek
    assert refusal_of(request) == 413


def test_a_body_that_is_too_big_is_read_before_it_is_refused(settings, connections):
    """The server would otherwise reset the connection, and the client would miss the reason."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client, server = connections()
    client.sendall(b"x" * 1_000)
    request = request_on(server, 1_000)
    assert refusal_of(request) == 413
    assert request.read() == b""


def test_a_body_that_is_too_big_is_not_read_forever(connections, monkeypatch):
    monkeypatch.setattr(body_reader, "DISCARDED_BYTES", 3 * body_reader.PIECE_BYTES)
    client, server = connections()
    sending = threading.Thread(target=send_all, args=(client, b"x" * 40 * body_reader.PIECE_BYTES))
    sending.start()
    assert refusal_of(request_on(server, 10**12)) == 413
    assert sending.is_alive()  # nobody takes the rest
    server.close()
    sending.join(WAIT_S)


def send_all(client, data):
    with contextlib.suppress(OSError):  # the server has stopped reading
        client.sendall(data)
