"""Nothing is compressed for Pushpin, which would undo it badly."""

import re
import socket
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

PAGES = ["/lobby?user=ann", "/rooms/uncompressed/messages/", "/admin/login/"]
ANSWER_S = 5


@pytest.fixture(scope="module", autouse=True)
def long_list(chat):
    """Django compresses nothing under 200 bytes."""
    chat.post("uncompressed", "Alice", "x" * 400)


def answer(chat, method, path, **headers):
    """Return the answer's headers and its body."""
    with closing(HTTPConnection(urlsplit(chat.url).netloc, timeout=ANSWER_S)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.headers, response.read()


@pytest.fixture(scope="module")
def script(chat):
    """The path of a script, which lies beside its compressed version."""
    page = answer(chat, "GET", "/lobby?user=ann")[1].decode()
    return re.search(r'<script [^>]*src="(/static/[^"]+)"', page)[1]


def test_an_http_1_0_client_that_keeps_its_connection_knows_where_an_answer_ends(chat, script):
    for path in [*PAGES, script]:
        with closing(socket.create_connection(("127.0.0.1", int(chat.port)), timeout=ANSWER_S)) as line:
            request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n"
            line.sendall(f"{request}Accept-Encoding: gzip\r\n\r\n".encode())
            assert ends(line), path


def ends(line):
    """Read the answer; return whether it has as many bytes as it says, or ends with the connection."""
    octets = b""
    while more := line.recv(65536):
        octets += more
        head, blank, body = octets.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: ([0-9]+)", head)
        if blank and length and len(body) == int(length[1]):
            break
    return head.startswith(b"HTTP/1.0 200") or head.startswith(b"HTTP/1.1 200")


def test_head_tells_the_length_that_get_has(chat, script):
    for path in [PAGES[1], script]:
        body = answer(chat, "GET", path)[1]
        assert int(answer(chat, "HEAD", path)[0]["Content-Length"]) == len(body) > 200, path


def test_a_range_of_a_script_is_a_part_of_it(chat, script):
    whole = answer(chat, "GET", script)[1]
    headers, part = answer(chat, "GET", script, Range="bytes=100-199")
    assert headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert part == whole[100:200]
