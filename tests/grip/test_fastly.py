"""Behind Fastly Fanout instead of Pushpin: two variables, and no other code."""

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
    """A chat that is spoken to directly, as Fastly does."""
    variables = {"GRIP_URL": fastly.grip_url, "GRIP_VERIFY_KEY": fastly.verify_key}
    with Chat.ready(tmp_path_factory.mktemp("fastly"), **variables) as running:
        yield running


def open_stream(chat, path, signature):
    """Return the answer, headers and all, to a request that carries this signature (None: none)."""
    connection = HTTPConnection(urlsplit(chat.url).netloc, timeout=ANSWER_S)
    try:
        connection.request("GET", path, headers={} if signature is None else {"Grip-Sig": signature})
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        return answer
    finally:
        connection.close()


def test_what_is_said_is_published_by_the_api(chat, fastly):
    """It answers 404 without the slash at the end of the path, and 401 without the token."""
    message = chat.post("two words", "Alice", "hi 100%")
    item = fastly.next_item()
    assert item["channel"] == "events-room-two%20words"
    assert (item["id"], item["prev-id"]) == ("1", "0")
    data = json.dumps(message).replace("%", "%%")
    assert item["http-stream"]["content"] == f"event: message\nid: %I\ndata: {data}\n\n"


@pytest.mark.parametrize("path", STREAMS)
def test_a_request_that_fastly_signed_opens_a_stream(chat, fastly, path):
    answer = open_stream(chat, path, fastly.signature())
    assert answer.status == 200
    assert answer.headers["Grip-Hold"] == "stream"
    assert answer.headers["Grip-Channel"].startswith("events-room-two%20words")
    assert "event: stream-open" in answer.text


def of_another_service(fastly):
    return fastly.signature(iss="fastly:another")


def of_no_service(fastly):
    return fastly.signature(iss=None)


def of_an_hour_ago(fastly):
    return fastly.signature(exp=int(1e9))


def for_ever(fastly):
    return fastly.signature(exp=None)


def with_another_key(fastly):
    return fastly.signature(generate_private_key(SECP256R1()))


def with_the_token(fastly):
    return fastly.password_signature(TOKEN.encode())


def with_the_public_key_as_a_password(fastly):
    """Anybody may know it."""
    return fastly.password_signature(fastly.public_pem)


def with_no_key(fastly):
    return fastly.signature("", "none")


def with_nonsense(fastly):
    return "x"


def not_at_all(fastly):
    return None


@pytest.mark.parametrize("path", STREAMS)
@pytest.mark.parametrize(
    "sign",
    [of_another_service, of_no_service, of_an_hour_ago, for_ever, with_another_key, with_the_token,
     with_the_public_key_as_a_password, with_no_key, with_nonsense, not_at_all],
)  # fmt: skip
def test_any_other_request_opens_none(chat, fastly, path, sign):
    answer = open_stream(chat, path, sign(fastly))
    assert answer.status == 501
    assert answer.headers["Grip-Hold"] is None
    assert json.loads(answer.text)["errors"][0]["field"] == "connection"
