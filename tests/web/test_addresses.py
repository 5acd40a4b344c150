"""Every address of the site: the methods it allows, and the answers to wrong or malformed addresses."""

from io import BytesIO

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse

from chat.urls import urlpatterns as chat_patterns
from chat.web.middleware import StrictUTF8
from chatsite.content_type import wsgi
from chatsite.urls import urlpatterns as site_patterns

pytestmark = pytest.mark.django_db

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]
ALLOWED = {
    "join": "GET, HEAD",
    "room": "GET, HEAD, POST",
    "read": "GET, HEAD",
    "frame": "GET, HEAD, POST",
    "favicon": "GET, HEAD",
    "manifest": "GET, HEAD",
    "robots": "GET, HEAD",
    "messages": "GET, HEAD, POST",
    "message": "GET, HEAD, PATCH, DELETE",
    "events": "GET",
    "next-link": "GET",
    "room-events": "GET",
    "moderate": "POST",
    "live": "GET, HEAD",
    "ready": "GET, HEAD",
    "api": "GET, HEAD",
    "api-description": "GET, HEAD",
    "language": "POST",
    "seen": "GET",
}
FOR_PROGRAMS = ["messages", "message", "events", "next-link", "room-events", "moderate", "live", "ready", "seen"]


PATHS = {pattern.name: str(pattern.pattern) for pattern in chat_patterns}
IN_CHAT = {pattern.name for pattern in chat_patterns if pattern.name}  # the view `nowhere` has no name
AT_THE_ROOT = {pattern.name for pattern in site_patterns if isinstance(pattern, URLPattern)}


def address_of(name):
    in_lobby = ["lobby"] if "<segment:room>" in PATHS.get(name, "") or name == "next-link" else []
    args = [*in_lobby, "1"] if name == "message" else in_lobby
    return reverse(f"chat:{name}" if name in IN_CHAT else name, args=args)


@pytest.fixture
def client():
    """A client whose CSRF tokens Django checks, and that gets a 500 instead of an exception."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def test_this_file_lists_each_address_of_the_chat_and_its_site():
    assert {*ALLOWED} == IN_CHAT | AT_THE_ROOT


@pytest.mark.parametrize("name", ALLOWED)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_is_served_or_the_answer_names_the_allowed_ones(client, name, method):
    answer = client.generic(method, address_of(name))
    assert (answer.status_code != 405) == (method in ALLOWED[name].split(", "))
    if answer.status_code == 405:
        assert answer["Allow"] == ALLOWED[name]
        assert answer["Content-Type"].startswith("application/json" if name in FOR_PROGRAMS else "text/html")


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/rooms/",
        "/rooms/lobby",
        "/rooms/lobby/",
        "/rooms//messages/",
        "/rooms/a/b/messages/",
        "/events/lobby",
        "/events/a/b/",
    ],
)
def test_programs_get_a_404_in_json(client, path, method):
    answer = client.generic(method, path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    (error,) = answer.json()["errors"]
    assert error["field"] == "path"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/a/b", "/-/", "/lobby/", "/room/lobby/messages/", "/static/none.js"])
def test_people_get_a_404_page(client, path, method):
    answer = client.generic(method, path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "There is nothing here" in answer.content.decode()


@pytest.mark.parametrize("host", ["evil.example", "localhost:x", "a b", ""])
def test_a_host_that_is_not_allowed_is_refused(client, host):
    assert client.get("/", HTTP_HOST=host).status_code == 400
    answer = client.get("/events/", HTTP_HOST=host)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")


@pytest.mark.parametrize(
    "address",
    ["/rooms/%FF/messages/", "/rooms/\xff/messages/", "/rooms/%ED%A0%80/events/", "/events/?channel=room-%C0%80"],
)
def test_an_address_that_is_not_utf_8_is_refused(client, address):
    answer = client.get("/rooms/lobby/messages/", RAW_URI=address)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert [error["field"] for error in answer.json()["errors"]] == ["address"]


@pytest.mark.parametrize("address", ["/%FF", "/lobby?user=%E4", "/?user=Alice&room=%FF"])
def test_the_refusal_of_a_pages_address_is_a_page(client, address):
    answer = client.get("/", RAW_URI=address)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_an_address_in_utf_8_is_served(client):
    assert client.get("/", RAW_URI="/%C3%BC?user=%F0%9F%98%80&x=%").status_code == 200


@pytest.mark.parametrize(("path", "query"), [(b"/%FF", b""), (b"/lobby", b"user=%E4")])
def test_an_address_that_is_not_utf_8_is_refused_on_an_asgi_server_too(path, query):
    scope = {"type": "http", "method": "GET", "path": "/?", "raw_path": path, "query_string": query, "headers": []}
    answer = StrictUTF8(lambda request: HttpResponse())(ASGIRequest(scope, BytesIO()))
    assert answer.status_code == 400


@pytest.mark.parametrize("parameter", ["charset=utf-16", "charset=base64", "a*=nonsense''%ff", "charset*=x''y"])
def test_an_address_is_read_as_utf_8_even_if_the_content_type_names_another_charset(parameter):
    """Some of these make Django fail before any middleware runs. With the others, it would read the address wrongly."""
    environ = RequestFactory().get("/?user=Zo%C3%AB").environ | {"CONTENT_TYPE": f"text/plain; {parameter}"}
    answers = []
    wsgi(WSGIHandler())(environ, lambda status, headers: answers.append((status, dict(headers).get("Location"))))
    assert answers == [("302 Found", "/default?user=Zo%C3%AB")]


def test_the_answer_to_head_has_no_body(client):
    answer = client.get("/").headers["Content-Length"]
    assert client.head("/").headers["Content-Length"] == answer
    environ = RequestFactory().head("/").environ
    assert b"".join(wsgi(WSGIHandler())(environ, lambda status, headers: None)) == b""


def test_a_cookie_with_a_nul_is_refused(client):
    """PostgreSQL would fail when it looks up such a session."""
    client.cookies.load('sessionid="\\000aaaaaaaaaaaaaaa"')
    assert client.get("/admin/").status_code == 400


@pytest.mark.parametrize("name", ALLOWED)
def test_malformed_proxy_headers_cause_no_500(client, name):
    junk = {"HTTP_GRIP_SIG": "a.b.c", "HTTP_GRIP_LAST": ",;=\xff; last-id*=x''y", "HTTP_GRIP_FEATURE": ",\xff"}
    answer = client.get(address_of(name), **junk)
    assert answer.status_code in (client.get(address_of(name)).status_code, 200)


def test_a_query_with_too_many_parameters_is_refused(client):
    assert client.get("/", QUERY_STRING="&".join(["user=Alice"] * 1001)).status_code == 400


def test_an_address_too_long_to_redirect_to_is_refused(client):
    assert client.get("/", {"user": "Alice", "x": "x" * 20_000}).status_code == 400
