"""Whatever is sent to whichever address: never a 500, never a half-done write, and a refusal names a field."""

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

# The fixtures are made once for all examples, which is what we want: what one leaves behind meets the next.
many = hypothesis.settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def send(method, path, query="", body=b"", content_type="", headers=(), **environ):
    """Send a request, spelled in ASCII as on the wire; check what must hold of every answer, and return it."""
    before = written()
    told = {
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
    setup_testing_defaults(told)
    answer = WSGIHandler().get_response(WSGIRequest(told))
    assert answer.status_code < 500 or answer.status_code == 501
    check_refusal(answer, told["PATH_INFO"])
    check_written(before, answer.status_code)
    return answer


def check_refusal(answer, path):
    if answer.status_code >= 400 and path.startswith(("/rooms/", "/events/")) and answer.content:
        for error in json.loads(answer.content)["errors"]:
            assert error["field"]
            assert error["message"].endswith(".")


def written():
    """Return the version of every message, as a set of (id, change), and how many events there are."""
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
    assert answer.status_code != 200 or length <= len(body)  # what follows would be the next request


@many
@given(any_input.messages())
def test_any_message_is_listed_as_it_was_sent_or_refused(fields):
    for model in (ChatMessage, ChatRoom, Event):
        model.objects.all().delete()
    sent = json.dumps(fields).encode()
    fields = json.loads(sent)  # two halves of a surrogate pair side by side are one character there
    answer = send("POST", url_of(), "", sent, JSON)
    listed = Client().get(url_of()).json()["messages"]
    if answer.status_code == 200:
        [message] = listed
        assert (message["from"], message["text"]) == (fields["from"], fields["text"])
        assert message.get("tag", "") == fields.get("tag", "")
    else:
        assert (answer.status_code, listed) == (400, [])


@pytest.fixture
def somebody_spoke():
    """The databases are not asked for parts of a room that isn't there."""
    send("POST", url_of(), "", b"from=Alice&text=hi", FORM)


@many
@given(any_input.pages)
def test_any_part_of_a_list(somebody_spoke, query):
    assert send("GET", url_of(), query).status_code in (200, 400)


@pytest.fixture
def alices_message():
    """Return the address of what Alice said in #lobby with the key k1."""
    answer = send("POST", url_of(), "", b"from=Alice&text=hi&key=k1", FORM)
    return url_of_message(json.loads(answer.content)["id"])


@many
@given(st.sampled_from(any_input.METHODS), any_input.bodies(), any_input.headers)
def test_any_change_without_the_key(alices_message, method, typed_body, headers):
    content_type, body = typed_body
    send(method, alices_message, "", body, content_type, headers)
    assert ChatMessage.objects.get(text="hi", change=None, user="Alice")


@many
@given(any_input.strings)
def test_any_text_is_what_the_message_has_then_or_is_refused(alices_message, text):
    before = ChatMessage.objects.get().text
    body = json.dumps({"text": text, "key": "k1"})
    answer = send("PATCH", alices_message, "", body.encode(), JSON)
    sent = json.loads(body)["text"]  # two halves of a surrogate pair have become one character
    assert (answer.status_code, ChatMessage.objects.get().text) in ((200, sent), (400, before))


@many
@given(any_input.segments, st.sampled_from(["GET", "PATCH", "DELETE"]))
def test_any_number_of_a_message(alices_message, number, method):
    send(method, f"{url_of()}{number}/", "", b"text=hello&key=k2", FORM)
    assert ChatMessage.objects.get(text="hi")


@many
@given(any_input.segments, any_input.queries, any_input.bodies(), any_input.headers)
def test_any_plain_form(room, query, typed_body, headers):
    content_type, body = typed_body
    send("POST", f"/{room}", f"{query}&user=Bob", body, content_type, headers)


@many
@given(any_input.numbers.map(str), any_input.headers)
def test_any_older_page(somebody_spoke, before, headers):
    query = urlencode({"user": "Bob", "before": before})
    assert send("GET", "/lobby", query, headers=headers).status_code in (200, 400)


@pytest.fixture
def proxied(settings):
    """Return the header by which the site knows its proxy."""
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    return {"Grip-Sig": jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 600}, KEY)}


@many
@given(any_input.queries, any_input.headers | any_input.proxy_headers)
def test_any_stream_that_the_proxy_asks_for(proxied, query, headers):
    for whole in (query, f"{query}&channel=room-lobby", "channel=room-lobby&link=next&recover=true"):
        assert send("GET", "/events/", whole, headers={**headers, **proxied}).status_code in (200, 400)


@many
@given(any_input.paths, any_input.queries, any_input.headers | any_input.proxy_headers)
def test_anything_that_comes_through_the_proxy(proxied, path, query, headers):
    send("GET", path, query, headers={**headers, **proxied})


@pytest.mark.parametrize(("count", "status"), [(1, 200), (10, 200), (11, 400), (300, 400)])
def test_as_many_channels_as_fit(proxied, count, status):
    query = "&".join(f"channel=room-{number}" for number in range(count))
    assert send("GET", "/events/", query, headers=proxied).status_code == status
