"""Malformed requests through the real proxy to the real server, on both databases."""

import re
import socket
from contextlib import closing, suppress
from urllib.parse import urlsplit

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from tests.helpers import any_input

ANSWER_S = 10
PROXY_LIMIT = 4000  # bytes of a request's head; Pushpin closes the connection a little above this
POST = b"POST /rooms/lobby/messages/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def is_a_stream_that_pushpin_fails_on(octets):
    """Return whether the request asks for a stream at an address with a % that begins no escape.

    Pushpin itself answers such a request with 500: it escapes the % before it passes the address on to Django, so the
    address of the stream is no longer that of the request.
    """
    address = octets.split(b" ")[1]
    return b"/events/" in address and re.search(b"%(?![0-9A-Fa-f]{2})", address)


def connect(chat, seconds=ANSWER_S):
    where = urlsplit(chat.url)
    return closing(socket.create_connection((where.hostname, where.port), timeout=seconds))


def status_of(connection):
    """Return the status of the answer, or None if the other side closed the connection without one."""
    head = b""
    while b"\r\n" not in head:
        try:
            more = connection.recv(4096)
        except ConnectionResetError:
            return None
        if not more:
            return None
        head += more
    return int(head.split()[1])


def status_after_sending(chat, octets):
    """Send the bytes; return the status of the answer, or None if there was none."""
    with connect(chat) as connection:
        with suppress(ConnectionError):  # the server may answer before it has read everything
            connection.sendall(octets)
        return status_of(connection)


def is_no_server_error(status):
    return status is None or status < 500


@hypothesis.settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_input.octet_requests())
def test_every_request_gets_an_answer(any_chat, octets):
    hypothesis.assume(not is_a_stream_that_pushpin_fails_on(octets))
    status = status_after_sending(any_chat, octets)
    assert is_no_server_error(status)
    assert status or octets.index(b"\r\n\r\n") > PROXY_LIMIT


@hypothesis.settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_input.octet_requests(), st.data())
def test_a_request_may_be_cut_off_anywhere(any_chat, octets, data):
    hypothesis.assume(not is_a_stream_that_pushpin_fails_on(octets))
    with connect(any_chat) as connection:
        with suppress(ConnectionError):
            connection.sendall(octets[: data.draw(st.integers(0, len(octets)))])
            connection.shutdown(socket.SHUT_WR)
        assert is_no_server_error(status_of(connection))
    assert any_chat.request("GET", "/rooms/lobby/messages/")[0] == 200


@pytest.mark.parametrize("length", [3_000, 4_000, 4_085, 4_090, 4_100, 8_000, 20_000, 200_000])
@pytest.mark.parametrize(
    "path", ["/lobby?user=", "/rooms/lobby/messages/?x=", "/events/?channel=room-lobby&lastEventId="]
)
def test_an_address_of_any_length_causes_no_server_error(chat, path, length):
    request = f"GET {path.ljust(length, 'x')} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert is_no_server_error(status_after_sending(chat, request.encode()))


def test_a_body_that_arrives_too_slowly_is_refused_at_every_address(chat):
    """The proxy buffers the first bytes of a body. A slow sender of a longer body would block a server thread."""
    slow = POST + FORM + b"Cookie: csrftoken=" + b"x" * 32 + b"\r\nContent-Length: 120000\r\n\r\n" + b"x" * 60_000
    with connect(chat, seconds=30) as one, connect(chat, seconds=30) as other:
        one.sendall(slow)
        other.sendall(slow.replace(b"/rooms/lobby/messages/", b"/admin/login/"))
        assert [status_of(one), status_of(other)] == [408, 408]


def test_a_body_over_128_kib_is_refused(any_chat):
    head = POST + FORM + b"Content-Length: 131073\r\n\r\n"
    assert status_after_sending(any_chat, head + b"from=Alice&text=hi&x=".ljust(131_073, b"x")) == 413


def test_after_all_these_requests_the_chat_still_delivers_messages(any_chat, room):
    with any_chat.listen(room) as bob:
        posted = any_chat.post(room, "Alice", "Still there?")
        assert bob.message() == posted
