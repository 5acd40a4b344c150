"""Fastly Fanout instead of Pushpin: the site needs two variables, and no other code."""

import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from tests.helpers.fastly import TOKEN, Fastly
from tests.helpers.running import ANSWER_S, Chat

STREAMS = ["/events/?channel=room-two+words", "/rooms/two%20words/events/"]


@pytest.fixture(scope="module")
def fastly():
    with Fastly() as fastly:
        yield fastly


@pytest.fixture(scope="module")
def chat(fastly, tmp_path_factory):
    """A chat that gets its requests straight from the test, as it would from Fastly."""
    variables = {"GRIP_URL": fastly.grip_url, "GRIP_VERIFY_KEY": fastly.verify_key}
    with Chat.ready(tmp_path_factory.mktemp("fastly"), **variables) as running:
        yield running


def open_stream(chat, path, signature):
    """Ask for a stream with this signature (None: without one); return the answer with its headers and text."""
    connection = HTTPConnection(urlsplit(chat.url).netloc, timeout=ANSWER_S)
    try:
        connection.request("GET", path, headers={} if signature is None else {"Grip-Sig": signature})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer
    finally:
        connection.close()


def test_a_message_is_published_through_fastlys_api(chat, fastly):
    """The API needs the slash at the end of the path (else 404) and the token (else 401)."""
    message = chat.post("two words", "Alice", "hi 100%")
    item = fastly.next_item()
    assert item["channel"] == "events-room-two%20words"
    assert (item["id"], item["prev-id"]) == ("1", "0")
    data = json.dumps(message).replace("%", "%%")
    assert item["http-stream"]["content"] == f"event: message\nid: %I\ndata: {data}\n\n"


@pytest.mark.parametrize("path", STREAMS)
def test_a_request_signed_by_fastly_opens_a_stream(chat, fastly, path):
    answer = open_stream(chat, path, fastly.signature())
    assert answer.status == 200
    assert answer.headers["Grip-Hold"] == "stream"
    assert answer.headers["Grip-Channel"].startswith("events-room-two%20words")
    assert "event: stream-open" in answer.text


def signed_for_another_service(fastly):
    return fastly.signature(iss="fastly:another")


def signed_for_no_service(fastly):
    return fastly.signature(iss=None)


def expired(fastly):
    return fastly.signature(exp=int(1e9))


def without_expiry(fastly):
    return fastly.signature(exp=None)


def signed_with_another_key(fastly):
    return fastly.signature(generate_private_key(SECP256R1()))


def signed_with_the_api_token(fastly):
    return fastly.password_signature(TOKEN.encode())


def signed_with_the_public_key_as_a_password(fastly):
    """Anybody may know the public key."""
    return fastly.password_signature(fastly.public_pem)


def unsigned(fastly):
    return fastly.signature("", "none")


def nonsense(fastly):
    return "x"


def missing(fastly):
    return None


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize(
    "sign",
    [signed_for_another_service, signed_for_no_service, expired, without_expiry, signed_with_another_key,
     signed_with_the_api_token, signed_with_the_public_key_as_a_password, unsigned, nonsense, missing],
)  # fmt: skip
def test_a_request_with_another_signature_opens_no_stream(chat, fastly, path, sign):
    answer = open_stream(chat, path, sign(fastly))
    assert answer.headers["Grip-Hold"] is None
    if sign is missing:
        assert answer.status == 501
        assert json.loads(answer.text)["errors"][0]["field"] == "connection"
    else:
        assert answer.status == 200
        assert answer.text.startswith("retry: ")
