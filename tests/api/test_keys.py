"""POST with a key, which makes a repeated POST safe; and with a tag, which everybody can see."""

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


def saved_texts():
    return [*ChatMessage.objects.order_by("id").values_list("text", flat=True)]


def published_texts(room="lobby"):
    return [message["text"] for _, _, message in logged_events(room)]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_repeated_post_is_saved_once_and_gets_the_same_answer(client, content_type):
    first = post(client, content_type, key="k1", tag="t1")
    second = post(client, content_type, key="k1", tag="t1")
    assert (second.status_code, second.content) == (200, first.content)
    assert saved_texts() == published_texts() == ["hi"]


def test_the_key_may_be_in_the_idempotency_key_header(client):
    first = post_bytes(client, urlencode({"from": "Alice", "text": "hi"}).encode(), HTTP_IDEMPOTENCY_KEY="k1")
    assert post(client, key="k1").content == first.content
    assert saved_texts() == ["hi"]


def test_the_idempotency_key_header_is_read_as_utf_8(client):
    post(client, key="ключ")
    header = "ключ".encode().decode("latin-1")  # a web server passes headers on in this form
    post_bytes(client, urlencode({"from": "Alice", "text": "hi"}).encode(), HTTP_IDEMPOTENCY_KEY=header)
    assert saved_texts() == ["hi"]


def test_a_repeated_post_does_not_move_the_message(client):
    first = post(client, key="k1").json()
    post(client, sender="Bob", text="hello")
    assert post(client, key="k1").json() == first
    assert saved_texts() == published_texts() == ["hi", "hello"]


def test_the_same_post_without_a_key_is_saved_twice(client):
    assert post(client).json()["id"] != post(client).json()["id"]
    assert saved_texts() == published_texts() == ["hi", "hi"]


def test_posts_with_different_keys_are_different_messages(client):
    post(client, key="k1")
    post(client, key="k2")
    assert saved_texts() == ["hi", "hi"]


def test_a_key_counts_in_one_room_only(client):
    post(client, key="k1", room="lobby")
    post(client, key="k1", room="attic")
    assert saved_texts() == ["hi", "hi"]


@pytest.mark.parametrize("other", [{"text": "hello"}, {"sender": "Bob"}])
def test_a_used_key_with_another_text_or_sender_is_refused(client, other):
    post(client, key="k1")
    answer = post(client, key="k1", **other)
    assert answer.status_code == 409
    assert [error["field"] for error in answer.json()["errors"]] == ["key"]
    assert saved_texts() == published_texts() == ["hi"]


def test_a_key_can_be_used_again_after_its_message_left_the_database(client):
    post(client, key="k1")
    ChatMessage.objects.all().delete()
    assert post(client, key="k1").status_code == 200


def test_no_answer_event_or_row_contains_the_key(client):
    answers = [post(client, key="a secret"), client.get(url_of()), client.get("/lobby", {"user": "Bob"})]
    assert not [answer for answer in answers if b"secret" in answer.content]
    assert "secret" not in Event.objects.get().data
    assert "secret" not in str(ChatMessage.objects.values().get())


def test_the_tag_is_in_the_answer_the_event_the_list_and_the_page(client):
    answer = post(client, tag="<t1>")
    assert answer.json()["tag"] == "<t1>"
    assert json.loads(json.loads(Event.objects.get().data)) == answer.json()
    assert client.get(url_of()).json()["messages"] == [answer.json()]
    assert 'data-tag="&lt;t1&gt;"' in client.get("/lobby", {"user": "Bob"}).content.decode()


@pytest.mark.parametrize("tag", [None, ""])
def test_a_message_without_a_tag_has_exactly_four_fields(client, tag):
    assert set(post(client, tag=tag).json()) == {"id", "from", "text", "date"}


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("key", ["x", "x" * 64, "\U0001f600" * 64, " ", "100% %s 'k' \"k\""])
def test_a_printable_key_is_accepted(client, key, content_type):
    assert [post(client, content_type, key=key).status_code for _ in range(2)] == [200, 200]
    assert saved_texts() == ["hi"]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("key", ["", "x" * 65, "a\0b", "a\nb", "\x1b", "\u200b", "\u2028"])
def test_an_invalid_key_is_refused(client, key, content_type):
    assert_refused(post(client, content_type, key=key), 400, "key", 64 if len(key) == 65 else None)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("tag", ["x" * 65, "a\0b", "a\nb"])
def test_an_invalid_tag_is_refused(client, tag, content_type):
    assert_refused(post(client, content_type, tag=tag), 400, "tag", 64 if len(tag) == 65 else None)


def test_an_empty_idempotency_key_header_is_refused(client):
    assert_refused(post_bytes(client, b"from=Alice&text=hi", HTTP_IDEMPOTENCY_KEY=""), 400, "key")


def test_an_idempotency_key_header_that_is_not_utf_8_is_refused(client):
    answer = post_bytes(client, b"from=Alice&text=hi", HTTP_IDEMPOTENCY_KEY="\xff")
    assert_refused(answer, 400, "Idempotency-Key")


def test_two_different_keys_are_refused(client):
    assert_refused(post_bytes(client, b"from=Alice&text=hi&key=k1", FORM, HTTP_IDEMPOTENCY_KEY="k2"), 400, "key")


def test_the_same_key_in_body_and_header_is_accepted(client):
    assert post_bytes(client, b"from=Alice&text=hi&key=k1", FORM, HTTP_IDEMPOTENCY_KEY="k1").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_simultaneous_posts_with_one_key_are_saved_once_and_all_answered():
    answers = simultaneously([lambda client: post(client, key="k1", tag="t1", room="new")] * RACERS)
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert saved_texts() == published_texts("new") == ["hi"]
