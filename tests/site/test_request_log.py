"""The number of each request, and its line in the log."""

import asyncio
import json
import logging
import re
import sys

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from chat.web import request_ids
from chatsite import content_type, request_log
from chatsite.json_lines import JsonLines

pytestmark = pytest.mark.django_db

NUMBER = re.compile("[0-9a-f]{16}")
application = request_log.wsgi(content_type.wsgi(WSGIHandler()))


def ask(path="/-/live", method="GET", app=application, **environ):
    """Send a request to the WSGI application; return (status, Request-Ids)."""
    started = []
    given = RequestFactory().generic(method, path, **environ).environ
    answer = app(given, lambda status, headers, *_: started.append((int(status[:3]), headers)))
    b"".join(answer)
    [(status, headers)] = started
    return status, [value for name, value in headers if name == "Request-Id"]


def ask_asgi(path, headers=()):
    sent = []
    received = iter([{"type": "http.request", "body": b""}])

    async def receive():
        return next(received, None) or await asyncio.Event().wait()

    async def send(event):
        sent.append(event)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
             "headers": [(b"host", b"testserver"), *headers], "client": ("203.0.113.7", 1)}  # fmt: skip
    asyncio.run(request_log.asgi(content_type.asgi(ASGIHandler()))(scope, receive, send))
    start = sent[0]
    return start["status"], [value.decode() for name, value in start["headers"] if name == b"request-id"]


@pytest.fixture
def access(caplog, monkeypatch):
    """Log the requests; return the lines."""
    monkeypatch.setattr(request_log.log, "level", logging.INFO)
    request_log.log.manager._clear_cache()
    yield lambda: [record for record in caplog.records if record.name == "chat.access"]
    request_log.log.manager._clear_cache()


@pytest.mark.parametrize(
    ("path", "environ", "status"),
    [
        ("/-/live", {}, 200),
        ("/", {}, 200),
        ("/no/such/page", {}, 404),
        ("/rooms/%FF/messages/", {"RAW_URI": "/rooms/%FF/messages/"}, 400),
        ("/", {"HTTP_HOST": "evil.example"}, 400),
        ("/", {"CONTENT_TYPE": "application/websocket-events"}, 415),
    ],
)
def test_each_answer_has_one_number_of_ours(path, environ, status):
    found, numbers = ask(path, **environ, HTTP_X_REQUEST_ID="mine", HTTP_REQUEST_ID="mine")
    assert found == status
    assert NUMBER.fullmatch(*numbers)
    assert numbers != ask(path, **environ)[1]


def test_embedded_mode_numbers_its_answers_too(access):
    status, numbers = ask_asgi("/-/live", [(b"x-request-id", b"mine")])
    assert status == 200
    assert NUMBER.fullmatch(*numbers)
    assert access()[0].fields["client"] == "203.0.113.7"


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_the_view_sees_our_number_instead_of_the_clients(monkeypatch, kind):
    seen = []

    def view(environ, start_response):
        seen.append(environ["HTTP_X_REQUEST_ID"])
        start_response("200 OK", [])
        return []

    async def async_view(scope, receive, send):
        seen.extend(value.decode() for name, value in scope["headers"] if name == b"x-request-id")
        await send({"type": "http.response.start", "status": 200, "headers": []})

    if kind == "wsgi":
        _, numbers = ask(app=request_log.wsgi(view), HTTP_X_REQUEST_ID="mine")
    else:
        monkeypatch.setattr(sys.modules[__name__], "ASGIHandler", lambda: async_view)
        _, numbers = ask_asgi("/", [(b"x-request-id", b"mine")])
    assert seen == numbers


def test_a_line_that_is_logged_during_a_request_has_its_number():
    record = logging.LogRecord("chat", logging.ERROR, "", 0, "oops", (), None)

    def view(environ, start_response):
        request_ids.AddRequestId().filter(record)
        start_response("200 OK", [])
        return []

    _, [number] = ask(app=request_log.wsgi(view))
    assert record.request_id == number
    assert json.loads(JsonLines().format(record))["request_id"] == number


def test_a_request_is_one_line_without_its_query(access):
    ask("/no/such/page?user=ann", REMOTE_ADDR="203.0.113.7")
    [record] = access()
    assert re.fullmatch(r"GET /no/such/page 404 [0-9]+ ms 203\.0\.113\.7", record.getMessage())
    said = json.loads(JsonLines().format(record))
    assert {name: said[name] for name in ("method", "path", "status", "client")} == {
        "method": "GET",
        "path": "/no/such/page",
        "status": 404,
        "client": "203.0.113.7",
    }


@pytest.mark.parametrize("environ", [{}, {"RAW_URI": "/a%0Ab/c?d"}])
def test_a_path_cannot_forge_a_line(access, environ):
    ask("/a%0Ab/c", **environ)
    [record] = access()
    assert record.getMessage().startswith("GET /a%0Ab/c 404 ")


def test_requests_are_not_logged_unless_that_is_set(caplog):
    ask()
    assert [record for record in caplog.records if record.name == "chat.access"] == []


def test_a_json_line_holds_the_traceback():
    try:
        raise ValueError("ü\n")
    except ValueError:
        record = logging.LogRecord("chat", logging.ERROR, "", 0, "oops %s", ("a\nb",), sys.exc_info())
    written = JsonLines().format(record)
    assert "\n" not in written
    said = json.loads(written)
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "chat", "oops a\nb")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", said["time"])
    assert "ValueError: ü" in said["traceback"]
    assert "request_id" not in said
