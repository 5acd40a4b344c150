"""The requests of two published mobile apps, byte for byte, against the whole chat."""

import json
import re
import socket
from contextlib import contextmanager
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.helpers.mobile_apps import APPS, TEXT, unpacked

ANSWER_S = 10


@pytest.fixture(params=APPS)
def app(request):
    return APPS[request.param]


@pytest.fixture
def host(any_chat):
    return urlsplit(any_chat.url).netloc


@contextmanager
def answer_to(request, host):
    """Send the bytes of a request over a connection of its own; yield the response."""
    name, port = host.split(":")
    with socket.create_connection((name, int(port)), timeout=ANSWER_S) as connection:
        connection.sendall(request)
        response = HTTPResponse(connection)
        response.begin()
        yield response


def read(request, host):
    with answer_to(request, host) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "application/json")
        return unpacked(response.read(), response.headers["Content-Encoding"])


def post_text(app, host):
    return app.parse_message(json.loads(read(app.post_request(host), host)))


@contextmanager
def stream(app, host, last_event_id=None):
    """Open the app's stream; yield a generator of the messages that the app reads from it."""
    with answer_to(app.stream_request(host, last_event_id), host) as response:
        assert (response.status, response.headers["Content-Type"]) == (200, "text/event-stream")
        blocks = blocks_of(response)
        assert any(b"event: stream-open\n" in block for block in blocks)
        yield (message for block in blocks for message in app.parse_blocks(block))


def blocks_of(response):
    block = b""
    for line in response:
        block += line
        if line == b"\n":
            yield block
            block = b""


def test_a_message_of_one_app_appears_in_the_stream_and_the_list_of_the_other(app, host):
    for other in APPS.values():
        with stream(other, host) as messages:
            posted = post_text(app, host)
            assert (posted["from"], posted["text"]) == ("Bob", TEXT)
            assert next(messages) == posted
        assert other.parse_list(read(other.list_request(host), host))[0] == posted


def test_an_app_that_reconnects_reads_the_missed_and_the_new_messages(app, host):
    last_event_id = json.loads(read(app.list_request(host), host))["last-event-id"]
    missed = [post_text(app, host) for _ in range(3)]
    with stream(app, host, last_event_id) as messages:
        assert [next(messages) for _ in missed] == missed
        posted = post_text(app, host)
        assert next(messages) == posted


@pytest.mark.parametrize("last_event_id", ["error", "room-default:999999", "junk"])
def test_an_app_with_a_meaningless_event_id_reads_new_messages(app, host, last_event_id):
    with stream(app, host, last_event_id) as messages:
        posted = post_text(app, host)
        assert next(messages) == posted


def test_no_block_with_an_event_has_a_retry_line_or_a_comment(app, host):
    post_text(app, host)
    with answer_to(app.stream_request(host, "room-default:0"), host) as response:
        posted = post_text(app, host)
        for block in blocks_of(response):
            if b"event:" in block:
                assert not re.search(rb"^(retry:|:)", block, re.MULTILINE)
            if posted in app.parse_blocks(block):
                return
    pytest.fail("the stream ended before the last message")
