"""Random requests to every address: the site never answers 500, never saves half a message, and explains refusals."""

import json
import time
from io import BytesIO
from urllib.parse import unquote_to_bytes, urlencode
from wsgiref.util import setup_testing_defaults

import hypothesis
import jwt
import pytest
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.test import Client
from django_eventstream.models import Event
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from chat.models import ChatMessage, ChatRoom
from chatsite.content_type import plain
from tests.helpers import any_input
from tests.helpers.grip_proxy import KEY
from tests.helpers.posting import FORM, JSON, url_of, url_of_message

pytestmark = pytest.mark.django_db

# All examples of a test share its fixtures and its database, on purpose: each finds the messages of earlier ones.
many = hypothesis.settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def send(method, path, query="", body=b"", content_type="", headers=(), **environ):
    """Send a request as a web server passes it on; check what every answer must fulfil, and return the answer."""
    before = written()
    wsgi_environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": f"{path}?{query}",
        "CONTENT_TYPE": plain(content_type),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in dict(headers).items()},
        **environ,
    }
    setup_testing_defaults(wsgi_environ)
    answer = WSGIHandler().get_response(WSGIRequest(wsgi_environ))
    assert answer.status_code < 500 or answer.status_code == 501
    check_refusal(answer, wsgi_environ["PATH_INFO"])
    check_written(before, answer.status_code)
    return answer


def check_refusal(answer, path):
    if answer.status_code >= 400 and path.startswith(("/rooms/", "/events/")) and answer.content:
        for error in json.loads(answer.content)["errors"]:
            assert error["field"]
            assert error["message"].endswith(".")


def written():
    """Return the versions of all messages, as a set of (id, change), and the number of events."""
    return {*ChatMessage.objects.values_list("id", "change")}, Event.objects.count()


def check_written(before, status):
    versions, events = written()
    events -= before[1]
    assert events == len(versions - before[0])
    assert events == 0 or (events, status) in ((1, 200), (1, 303))
    assert not ChatRoom.objects.filter(messages=None).exists()


@many
@given(st.sampled_from(any_input.METHODS), any_input.paths, any_input.queries, any_input.headers, any_input.bodies())
def test_any_request(method, path, query, headers, typed_body):
    content_type, body = typed_body
    send(method, path, query, body, content_type, headers)


@many
@given(any_input.segments, any_input.bodies(), any_input.headers)
def test_any_body_in_any_room(room, typed_body, headers):
    content_type, body = typed_body
    send("POST", f"/rooms/{room}/messages/", "", body, content_type, headers)


@many
@given(any_input.bodies(), st.integers(-2, 200_000))
def test_any_content_length(typed_body, length):
    content_type, body = typed_body
    answer = send("POST", url_of(), "", body, content_type, CONTENT_LENGTH=str(length))
    assert answer.status_code != 200 or length <= len(body)  # the bytes after `length` would belong to the next request


@many
@given(any_input.messages())
def test_any_message_is_refused_or_listed_as_sent(fields):
    for model in (ChatMessage, ChatRoom, Event):
        model.objects.all().delete()
    sent = json.dumps(fields).encode()
    fields = json.loads(sent)  # JSON joins two halves of a surrogate pair into one character
    answer = send("POST", url_of(), "", sent, JSON)
    listed = Client().get(url_of()).json()["messages"]
    if answer.status_code == 200:
        [message] = listed
        assert (message["from"], message["text"]) == (fields["from"].strip(), fields["text"])
        assert message.get("tag", "") == fields.get("tag", "")
    else:
        assert (answer.status_code, listed) == (400, [])


@pytest.fixture
def one_message():
    """A message in #lobby: for an empty room, the site would not query the database."""
    send("POST", url_of(), "", b"from=Alice&text=hi", FORM)


@many
@given(any_input.pages)
def test_any_query_of_the_list(one_message, query):
    assert send("GET", url_of(), query).status_code in (200, 400)


@pytest.fixture
def alices_message():
    """The address of Alice's message in #lobby, sent with the key k1."""
    answer = send("POST", url_of(), "", b"from=Alice&text=hi&key=k1", FORM)
    return url_of_message(json.loads(answer.content)["id"])


@many
@given(st.sampled_from(any_input.METHODS), any_input.bodies(), any_input.headers)
def test_no_change_without_the_key_is_accepted(alices_message, method, typed_body, headers):
    content_type, body = typed_body
    send(method, alices_message, "", body, content_type, headers)
    assert ChatMessage.objects.get(text="hi", change=None, user="Alice")


@many
@given(any_input.strings)
def test_any_new_text_is_saved_or_refused(alices_message, text):
    before = ChatMessage.objects.get().text
    body = json.dumps({"text": text, "key": "k1"})
    answer = send("PATCH", alices_message, "", body.encode(), JSON)
    sent = json.loads(body)["text"]  # JSON has joined two halves of a surrogate pair into one character
    assert (answer.status_code, ChatMessage.objects.get().text) in ((200, sent), (400, before))


@many
@given(any_input.segments, st.sampled_from(["GET", "PATCH", "DELETE"]))
def test_any_message_id(alices_message, number, method):
    send(method, f"{url_of()}{number}/", "", b"text=hello&key=k2", FORM)
    assert ChatMessage.objects.get(text="hi")


@many
@given(any_input.segments, any_input.queries, any_input.bodies(), any_input.headers)
def test_any_form_of_the_page_without_scripts(room, query, typed_body, headers):
    content_type, body = typed_body
    send("POST", f"/{room}", f"{query}&user=Bob", body, content_type, headers)


@many
@given(any_input.numbers.map(str), any_input.headers)
def test_any_page_of_older_messages(one_message, before, headers):
    query = urlencode({"user": "Bob", "before": before})
    assert send("GET", "/lobby", query, headers=headers).status_code in (200, 400)


@pytest.fixture
def proxied(settings):
    """The header that shows the site that a request comes from its proxy."""
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    return {"Grip-Sig": jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 600}, KEY)}


@many
@given(any_input.queries, any_input.headers | any_input.proxy_headers)
def test_any_request_of_the_proxy_for_a_stream(proxied, query, headers):
    for whole in (query, f"{query}&channel=room-lobby", "channel=room-lobby&link=next&recover=true"):
        assert send("GET", "/events/", whole, headers={**headers, **proxied}).status_code in (200, 400)


@many
@given(any_input.paths, any_input.queries, any_input.headers | any_input.proxy_headers)
def test_any_request_through_the_proxy(proxied, path, query, headers):
    send("GET", path, query, headers={**headers, **proxied})


@pytest.mark.parametrize(("count", "status"), [(1, 200), (10, 200), (11, 400), (300, 400)])
def test_a_stream_has_at_most_ten_channels(proxied, count, status):
    query = "&".join(f"channel=room-{number}" for number in range(count))
    assert send("GET", "/events/", query, headers=proxied).status_code == status
