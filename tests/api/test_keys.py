"""POST with a key: sent as often as you like, said once; and the tag, which everybody sees."""

import json
from urllib.parse import urlencode

import pytest
from django_eventstream.models import Event

from chat.models import ChatMessage
from tests.helpers.posting import (
    CONTENT_TYPES,
    FORM,
    assert_refused,
    logged_events,
    post,
    post_bytes,
    simultaneously,
    url_of,
)

pytestmark = pytest.mark.django_db

RACERS = 8


def said():
    return [*ChatMessage.objects.order_by("id").values_list("text", flat=True)]


def heard(room="lobby"):
    return [message["text"] for _, _, message in logged_events(room)]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_what_is_sent_again_is_answered_again_and_said_once(client, content_type):
    first = post(client, content_type, key="k1", tag="t1")
    second = post(client, content_type, key="k1", tag="t1")
    assert (second.status_code, second.content) == (200, first.content)
    assert said() == heard() == ["hi"]


def test_the_key_may_stand_in_a_header(client):
    first = post_bytes(client, urlencode({"from": "Alice", "text": "hi"}).encode(), HTTP_IDEMPOTENCY_KEY="k1")
    assert post(client, key="k1").content == first.content
    assert said() == ["hi"]


def test_a_header_is_read_as_utf_8(client):
    post(client, key="ключ")
    header = "ключ".encode().decode("latin-1")  # as a web server hands it over
    post_bytes(client, urlencode({"from": "Alice", "text": "hi"}).encode(), HTTP_IDEMPOTENCY_KEY=header)
    assert said() == ["hi"]


def test_what_is_sent_again_later_is_not_moved(client):
    first = post(client, key="k1").json()
    post(client, sender="Bob", text="hello")
    assert post(client, key="k1").json() == first
    assert said() == heard() == ["hi", "hello"]


def test_without_a_key_the_same_is_said_twice(client):
    assert post(client).json()["id"] != post(client).json()["id"]
    assert said() == heard() == ["hi", "hi"]


def test_two_keys_are_two_messages(client):
    post(client, key="k1")
    post(client, key="k2")
    assert said() == ["hi", "hi"]


def test_a_key_is_good_for_one_room(client):
    post(client, key="k1", room="lobby")
    post(client, key="k1", room="attic")
    assert said() == ["hi", "hi"]


@pytest.mark.parametrize("other", [{"text": "hello"}, {"sender": "Bob"}])
def test_a_key_that_was_used_for_another_message_is_refused(client, other):
    post(client, key="k1")
    answer = post(client, key="k1", **other)
    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["key"]
    assert said() == heard() == ["hi"]


def test_a_key_whose_message_is_gone_may_be_used_again(client):
    post(client, key="k1")
    ChatMessage.objects.all().delete()
    assert post(client, key="k1").status_code == 200


def test_the_key_is_told_to_nobody(client):
    answers = [post(client, key="a secret"), client.get(url_of()), client.get("/lobby", {"user": "Bob"})]
    assert not [answer for answer in answers if b"secret" in answer.content]
    assert "secret" not in Event.objects.get().data
    assert "secret" not in str(ChatMessage.objects.values().get())


def test_the_tag_is_told_to_everybody(client):
    answer = post(client, tag="<t1>")
    assert answer.json()["tag"] == "<t1>"
    assert json.loads(json.loads(Event.objects.get().data)) == answer.json()
    assert client.get(url_of()).json()["messages"] == [answer.json()]
    assert 'data-tag="&lt;t1&gt;"' in client.get("/lobby", {"user": "Bob"}).content.decode()


@pytest.mark.parametrize("tag", [None, ""])
def test_a_message_without_a_tag_has_the_four_old_fields(client, tag):
    assert set(post(client, tag=tag).json()) == {"id", "from", "text", "date"}


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("key", ["x", "x" * 64, "\U0001f600" * 64, " ", "100% %s 'k' \"k\""])
def test_a_key_is_taken_if_it_is_printable(client, key, content_type):
    assert [post(client, content_type, key=key).status_code for _ in range(2)] == [200, 200]
    assert said() == ["hi"]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("key", ["", "x" * 65, "a\0b", "a\nb", "\x1b", "\u200b", "\u2028"])
def test_a_key_is_refused_if_it_is(client, key, content_type):
    assert_refused(post(client, content_type, key=key), 400, "key", 64 if len(key) == 65 else None)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("tag", ["x" * 65, "a\0b", "a\nb"])
def test_a_tag_is_refused_if_it_is(client, tag, content_type):
    assert_refused(post(client, content_type, tag=tag), 400, "tag", 64 if len(tag) == 65 else None)


def test_an_empty_header_is_no_key(client):
    assert_refused(post_bytes(client, b"from=Alice&text=hi", HTTP_IDEMPOTENCY_KEY=""), 400, "key")


def test_a_header_that_is_not_utf_8_is_refused(client):
    answer = post_bytes(client, b"from=Alice&text=hi", HTTP_IDEMPOTENCY_KEY="\xff")
    assert_refused(answer, 400, "Idempotency-Key")


def test_two_different_keys_are_refused(client):
    assert_refused(post_bytes(client, b"from=Alice&text=hi&key=k1", FORM, HTTP_IDEMPOTENCY_KEY="k2"), 400, "key")


def test_the_same_key_twice_is_one_key(client):
    assert post_bytes(client, b"from=Alice&text=hi&key=k1", FORM, HTTP_IDEMPOTENCY_KEY="k1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_said_and_all_are_answered():
    answers = simultaneously([lambda client: post(client, key="k1", tag="t1", room="new")] * RACERS)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert said() == heard("new") == ["hi"]
