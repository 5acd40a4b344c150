"""The requests of two published mobile apps, byte for byte, and what the apps understand of the answers."""

import json
import re
import sys
import time
from io import BytesIO
from urllib.parse import unquote

import jwt
import pytest
from django.test.client import ClientHandler

from chat.models import ChatMessage
from chat.policy import recheck
from tests.helpers.grip_proxy import KEY
from tests.helpers.mobile_apps import APPS, TEXT, unpacked
from tests.helpers.posting import post

pytestmark = pytest.mark.django_db

HARD_TEXTS = [
    TEXT,
    "\r\n\r\nevent: message\ndata: x\n\n",
    ": no comment",
    "id: error",
    "%I %%I 100% %(x)s",
    "retry: 5",
    "next\x85line",
    "line\u2028separator",
    "paragraph\u2029separator",
]


def environ_of(request):
    """Return the WSGI environment that a server makes of the bytes of a request."""
    head, _, body = request.partition(b"\r\n\r\n")
    line, *headers = head.decode("latin-1").split("\r\n")
    method, target, protocol = line.split(" ")
    path, _, query = target.partition("?")
    environ = {"REQUEST_METHOD": method, "RAW_URI": target, "QUERY_STRING": query, "SERVER_PROTOCOL": protocol}
    environ |= {"PATH_INFO": unquote(path, "latin-1"), "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
    environ |= {"wsgi.input": BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http"}
    for name, _, value in (header.partition(": ") for header in headers):
        name = name.upper().replace("-", "_")
        environ[name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{name}"] = value
    return environ


def send(request, **proxys_headers):
    """Pass the bytes of a request to the site; return the response."""
    return ClientHandler(enforce_csrf_checks=True)(environ_of(request) | proxys_headers)


def body_of(answer):
    return unpacked(answer.content, answer.get("Content-Encoding"))


def post_text(app):
    """Send the app's request for Bob's TEXT; return the message."""
    return json.loads(body_of(send(app.post_request("localhost"))))


def as_the_proxy_sends(text):
    """Return the text as the proxy sends it: with the id for %I, and a single percent sign for %%."""
    return re.sub("%(.)", lambda found: {"%": "%", "I": "room-default:1"}[found[1]], text)


@pytest.fixture
def open_stream(settings):
    """A function that opens an app's stream through a fake proxy, and returns the first bytes that the app gets."""
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    signature = jwt.encode({"exp": int(time.time()) + 60}, KEY)

    def open_stream(app, last_event_id=None):
        answer = send(app.stream_request("localhost", last_event_id), HTTP_GRIP_SIG=signature)
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/event-stream")
        assert answer["Grip-Hold"] == "stream"
        return as_the_proxy_sends(answer.content.decode()).encode()

    return open_stream


@pytest.fixture(params=APPS)
def app(request):
    return APPS[request.param]


def test_the_app_can_post_a_message(app):
    answer = send(app.post_request("localhost"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    message = app.parse_message(json.loads(body_of(answer)))
    assert (message["from"], message["text"]) == ("Bob", TEXT)
    assert ChatMessage.objects.get().to_data() == message


def test_the_app_can_read_the_list(app):
    posted = [post_text(app) for _ in range(3)]
    answer = send(app.list_request("localhost"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert app.parse_list(body_of(answer)) == posted[::-1]


def test_the_app_can_read_the_list_of_an_empty_room(app):
    assert app.parse_list(body_of(send(app.list_request("localhost")))) == []


def test_the_first_stream_of_an_app_sends_no_old_messages(open_stream, app):
    post_text(app)
    assert [*app.parse_blocks(open_stream(app))] == []


@pytest.mark.parametrize("text", HARD_TEXTS)
def test_an_app_that_reconnects_reads_the_missed_messages(open_stream, client, app, text):
    post_text(app)
    missed = post(client, room="default", sender="Alice", text=text).json()
    assert [*app.parse_blocks(open_stream(app, "room-default:1"))] == [missed]


def test_an_app_that_reconnects_over_a_recheck_reads_the_missed_messages(open_stream, client, app):
    post_text(app)
    recheck("default")
    missed = post(client, room="default", sender="Alice").json()
    assert [*app.parse_blocks(open_stream(app, "room-default:1"))] == [missed]


@pytest.mark.parametrize("text", HARD_TEXTS)
@pytest.mark.django_db(transaction=True)
def test_an_app_reads_new_messages_from_its_open_stream(grip_proxy, client, app, text):
    posted = post(client, room="default", sender="Alice", text=text).json()
    block = as_the_proxy_sends(grip_proxy.next_item()["http-stream"]["content"])
    assert [*app.parse_blocks(block.encode())] == [posted]


@pytest.mark.parametrize("last_event_id", ["error", "", "room-default:5", "room-default:x", "junk"])
def test_an_app_that_reconnects_with_any_id_gets_a_stream(open_stream, app, last_event_id):
    post_text(app)
    body = open_stream(app, last_event_id)
    assert b"stream-error" not in body
    assert [*app.parse_blocks(body)] == []


def test_no_block_with_an_event_has_a_retry_line_or_a_comment(open_stream, app):
    post_text(app)
    for block in open_stream(app, "room-default:0").split(b"\n\n"):
        lines = block.split(b"\n")
        if any(line.startswith(b"event:") for line in lines):
            assert not [line for line in lines if line.startswith((b"retry:", b":"))]
