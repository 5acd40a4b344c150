"""GripMiddleware: what it changes for every request."""

import time

import jwt
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from chat.streams.middleware import GripMiddleware
from tests.helpers.grip_proxy import KEY
from tests.helpers.posting import post, url_of

pytestmark = pytest.mark.django_db


def test_a_websocket_message_is_refused_in_words_at_every_address(client):
    answer = client.get(url_of("lobby"), CONTENT_TYPE="application/websocket-events")
    assert answer.status_code == 415
    assert answer.json()["errors"][0]["field"] == "Content-Type"


def test_nothing_is_compressed_for_our_proxy(client, grip_proxy):
    post(client, text="x" * 4000)
    signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 60}, KEY)
    packed = client.get(url_of("lobby"), headers={"Accept-Encoding": "gzip"})
    plain = client.get(url_of("lobby"), headers={"Accept-Encoding": "gzip", "Grip-Sig": signature})
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain


@pytest.mark.parametrize("method", ["head", "get"])
def test_only_the_answer_to_head_has_no_body(method):
    request = getattr(RequestFactory(), method)("/")
    assert GripMiddleware(lambda request: HttpResponse("hi"))(request).content == (b"" if method == "head" else b"hi")


def test_head_of_a_stream_is_left_alone():
    answer = GripMiddleware(lambda request: StreamingHttpResponse(iter([b"hi"])))(RequestFactory().head("/"))
    assert answer.streaming
