"""What comes over the wire as it should not: through the real proxy, to the real server, on both databases."""

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
PROXY_LIMIT = 4000  # bytes of a request's head, a little below what Pushpin drops without an answer
POST = b"POST /rooms/lobby/messages/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


def is_a_stream_that_pushpin_fails_on(octets):
    """Tell whether it asks for a stream at an address with a lone %.

    Pushpin hands the address on with every % escaped and can't hold the stream at the other one that it was asked
    for: it answers 500 by itself.
    """
    address = octets.split(b" ")[1]
    return b"/events/" in address and re.search(b"%(?![0-9A-Fa-f]{2})", address)


def connect(chat, seconds=ANSWER_S):
    where = urlsplit(chat.url)
    return closing(socket.create_connection((where.hostname, where.port), timeout=seconds))


def status_of(line):
    """Return the status that is answered on the line, or None when it is closed without an answer."""
    head = b""
    while b"\r\n" not in head:
        try:
            more = line.recv(4096)
        except ConnectionResetError:
            return None
        if not more:
            return None
        head += more
    return int(head.split()[1])


def sent(chat, octets):
    """Send the octets; return the status that is answered, None when the line is closed instead."""
    with connect(chat) as line:
        with suppress(ConnectionError):  # the server may know its answer before it has seen everything
            line.sendall(octets)
        return status_of(line)


def is_no_fault_of_the_server(status):
    return status is None or status < 500


@hypothesis.settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_input.octet_requests())
def test_whatever_is_sent_is_answered(any_chat, octets):
    hypothesis.assume(not is_a_stream_that_pushpin_fails_on(octets))
    status = sent(any_chat, octets)
    assert is_no_fault_of_the_server(status)
    assert status or octets.index(b"\r\n\r\n") > PROXY_LIMIT


@hypothesis.settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_input.octet_requests(), st.data())
def test_a_request_that_is_cut_off_anywhere_does_no_harm(any_chat, octets, data):
    with connect(any_chat) as line, suppress(ConnectionError):
        line.sendall(octets[: data.draw(st.integers(0, len(octets)))])


@pytest.mark.parametrize("length", [3_000, 4_000, 4_085, 4_090, 4_100, 8_000, 20_000, 200_000])
@pytest.mark.parametrize(
    "path", ["/lobby?user=", "/rooms/lobby/messages/?x=", "/events/?channel=room-lobby&lastEventId="]
)
def test_an_address_of_any_length_is_answered_or_closed(chat, path, length):
    request = f"GET {path.ljust(length, 'x')} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert is_no_fault_of_the_server(sent(chat, request.encode()))


def test_a_body_that_comes_too_slowly_is_refused_everywhere(chat):
    """The proxy holds back the first bytes of a body; a sender of more than those would hold a thread."""
    slow = POST + FORM + b"Cookie: csrftoken=" + b"x" * 32 + b"\r\nContent-Length: 120000\r\n\r\n" + b"x" * 60_000
    with connect(chat, seconds=30) as one, connect(chat, seconds=30) as other:
        one.sendall(slow)
        other.sendall(slow.replace(b"/rooms/lobby/messages/", b"/admin/login/"))
        assert [status_of(one), status_of(other)] == [408, 408]


def test_a_body_over_128_kib_is_refused(any_chat):
    head = POST + FORM + b"Content-Length: 131073\r\n\r\n"
    assert sent(any_chat, head + b"from=Alice&text=hi&x=".ljust(131_073, b"x")) == 413


def test_after_all_that_the_chat_talks(any_chat, room):
    with any_chat.listen(room) as bob:
        said = any_chat.post(room, "Alice", "Still there?")
        assert bob.message() == said
