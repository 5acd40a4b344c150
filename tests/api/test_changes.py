"""PATCH, DELETE and GET of /rooms/<room>/messages/<id>/: only a client with the message's key can change it."""

import pytest
from django.utils import timezone

from chat.models import ChatMessage, ChatRoom
from tests.helpers.posting import CONTENT_TYPES, JSON, change, delete, edit, logged_events, post, url_of, url_of_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def hi(client):
    """Alice's message in #lobby, sent with the key k1."""
    return post(client, key="k1", text="hi").json()


def get(client, message_id, room="lobby"):
    return client.get(url_of_message(message_id, room))


def listed(client, room="lobby"):
    return client.get(url_of(room)).json()["messages"]


def assert_refused(answer, status, field, events_before):
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert all(error["message"].endswith(".") for error in answer.json()["errors"])
    assert logged_events() == events_before


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_client_with_the_key_can_edit_the_message(client, hi, content_type):
    answer = edit(client, hi["id"], content_type=content_type, text="  ho\r\n\U0001f600 ")
    assert answer.status_code == 200
    edited = answer.json()
    assert edited == {**hi, "text": "  ho\r\n\U0001f600 ", "edited": edited["edited"], "change": 2}
    assert listed(client) == [get(client, hi["id"]).json()] == [edited]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_client_with_the_key_can_delete_the_message(client, hi, content_type):
    answer = delete(client, hi["id"], content_type=content_type)
    assert answer.status_code == 200
    deleted = answer.json()
    assert deleted == {**hi, "text": "", "deleted": deleted["deleted"], "change": 2}
    assert listed(client) == []
    assert get(client, hi["id"]).json() == deleted


def test_the_dates_of_changes_have_the_format_of_the_messages_date(client, hi):
    ChatMessage.objects.update(edited=timezone.now().replace(microsecond=0), deleted=timezone.now())
    message = get(client, hi["id"]).json()
    assert message["edited"].endswith(".000Z")
    assert len(message["deleted"]) == len(hi["date"])


@pytest.mark.parametrize("ask", [edit, delete])
@pytest.mark.parametrize("key", ["k2", "K1", None])
def test_a_client_without_the_right_key_cannot_change_the_message(client, hi, ask, key):
    assert_refused(ask(client, hi["id"], key=key), 403, "key", logged_events())
    assert listed(client) == [hi]


@pytest.mark.parametrize("ask", [edit, delete])
@pytest.mark.parametrize("key", ["k1", None])
def test_nobody_can_change_a_message_that_was_sent_without_a_key(client, ask, key):
    sent = post(client).json()
    assert_refused(ask(client, sent["id"], key=key), 403, "key", logged_events())
    assert listed(client) == [sent]


def test_the_key_of_one_message_does_not_change_another(client, hi):
    other = post(client, key="k2").json()
    assert_refused(edit(client, other["id"], key="k1"), 403, "key", logged_events())


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_the_key_may_be_in_the_idempotency_key_header(client, hi, method):
    fields = {"text": "hello"} if method == "PATCH" else {}
    assert change(client, method, hi["id"], fields, **{"Idempotency-Key": "k1"}).status_code == 200
    assert [number for _, number, _ in logged_events()] == [1, 2]


def test_two_different_keys_are_refused(client, hi):
    answer = change(client, "PATCH", hi["id"], {"text": "hello", "key": "k1"}, **{"Idempotency-Key": "k2"})
    assert_refused(answer, 400, "key", logged_events())


def test_a_deletion_needs_no_body_whatever_its_content_type(client, hi):
    answer = client.generic(
        "DELETE", url_of_message(hi["id"]), b"", content_type=JSON, headers={"Idempotency-Key": "k1"}
    )
    assert answer.status_code == 200


def test_a_body_of_another_type_is_refused(client, hi):
    answer = client.generic("DELETE", url_of_message(hi["id"]), b"key=k1", content_type="text/plain")
    assert_refused(answer, 415, "Content-Type", logged_events())


@pytest.mark.parametrize("text", [None, "", "  ", "x" * 8001, "a\0b"])
@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_the_new_text_must_be_valid(client, hi, text, content_type):
    answer = edit(client, hi["id"], content_type=content_type, text=text)
    assert_refused(answer, 400, "text", logged_events())
    assert answer.json()["errors"][0].get("limit") == (8000 if text and len(text) > 8000 else None)


def test_an_edit_to_the_same_text_changes_nothing(client, hi):
    assert edit(client, hi["id"], text="hi").json() == hi
    edited = edit(client, hi["id"]).json()
    assert edit(client, hi["id"]).json() == edited
    assert len(logged_events()) == 2


def test_a_deleted_message_cannot_be_edited(client, hi):
    delete(client, hi["id"])
    assert_refused(edit(client, hi["id"]), 410, "id", logged_events())
    assert_refused(edit(client, hi["id"], key="k2"), 403, "key", logged_events())


def test_a_message_that_is_deleted_twice_causes_one_event(client, hi):
    first, second = delete(client, hi["id"]), delete(client, hi["id"])
    assert (second.status_code, second.json()) == (200, first.json())
    assert len(logged_events()) == 2
    assert delete(client, hi["id"], key="k2").status_code == 403


NOT_IN_THE_ROOM = [
    "0",
    "1000",
    "-1",
    "+1",
    "1_0",
    "x",
    "%D9%A3",
    "%00",
    "%0A",
    "9" * 18,
    "9" * 19,
    "9" * 400,
    " 1",
    "1.0",
    "'",
]


@pytest.mark.parametrize("ask", [get, edit, delete])
@pytest.mark.parametrize("message_id", NOT_IN_THE_ROOM)
def test_an_unknown_message_id_is_not_found(client, hi, ask, message_id):
    assert_refused(ask(client, message_id), 404, "id", logged_events())


@pytest.mark.parametrize("ask", [get, edit, delete])
def test_a_message_of_another_room_is_not_found(client, hi, ask):
    post(client, room="attic")
    assert_refused(ask(client, hi["id"], room="attic"), 404, "id", logged_events())


@pytest.mark.parametrize("ask", [get, edit, delete])
def test_a_request_for_a_message_does_not_create_the_room(client, ask):
    assert_refused(ask(client, 1), 404, "id", [])
    assert not ChatRoom.objects.exists()


def test_head_answers_like_get_without_a_body(client, hi):
    answer = client.head(url_of_message(hi["id"]))
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/json", b"")


def test_a_repeated_post_is_answered_with_the_edited_message(client, hi):
    edited = edit(client, hi["id"]).json()
    assert post(client, key="k1", text="hi").json() == edited
    assert post(client, key="k1", text="hello").json() == edited
    assert len(logged_events()) == 2


def test_a_repeated_post_does_not_restore_a_deleted_message(client, hi):
    deleted = delete(client, hi["id"]).json()
    answer = post(client, key="k1", text="hi")
    assert (answer.status_code, answer.json()) == (200, deleted)
    assert listed(client) == []
    assert len(logged_events()) == 2


def test_another_sender_cannot_use_the_key_of_an_edited_message(client, hi):
    edit(client, hi["id"])
    assert post(client, key="k1", sender="Bob").status_code == 409


def test_lists_and_pages_skip_deleted_messages(client):
    ids = [post(client, key=f"k{number}", text=str(number)).json()["id"] for number in range(5)]
    for number in (1, 3, 4):
        delete(client, ids[number], key=f"k{number}")
    left = [ids[0], ids[2]]
    for query, wanted in (({}, left[::-1]), ({"after": 0}, left), ({"before": ids[4]}, left[::-1])):
        answer = client.get(url_of(), {**query, "limit": 2}).json()
        assert ([message["id"] for message in answer["messages"]], answer["more"]) == (wanted, False)
    page = client.get("/lobby", {"user": "Bob"}).content.decode()
    assert [page.count(f'data-id="{number}"') for number in ids] == [1, 0, 1, 0, 0]
