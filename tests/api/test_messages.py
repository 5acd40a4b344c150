"""/rooms/<room>/messages/: posting a message, and listing the messages of a room."""

import json
import re
import unicodedata

import pytest
from django.test import Client
from django_eventstream.models import Event

from chat.events.log import EventLog
from chat.models import ChatMessage, ChatRoom
from tests.helpers.posting import (
    CONTENT_TYPES,
    alice_posts_before_each_statement,
    delete,
    edit,
    ids_after,
    post,
    url_of,
)

pytestmark = pytest.mark.django_db

TEXTS = [
    "  leading and trailing spaces  ",
    "\n\r\nlines\rof\r\nall kinds\n",
    "%I 100% %(room)s %20 a+b a&b=c",
    "\U0001f469\u200d\U0001f680 \U0001f1e9\U0001f1ea \u2764\ufe0f",
    "u\u0308 is not \u00fc",
    "\u2028\u2029\u0085\x0b\x0c\x1b[1m\x7f",
    "data: x\n\nevent: message\nid: 1",
    "<script>alert(1)</script> \\ \" ' {{ 7*7 }}",
    "\ufffe\uffff\U0010ffff",
]


def listed(client, room="lobby"):
    answer = client.get(url_of(room))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return answer.json()


def texts(client, room="lobby"):
    return [message["text"] for message in listed(client, room)["messages"]]


def test_an_unknown_room_gives_an_empty_list(client):
    answer = listed(client)
    assert answer["messages"] == []
    assert isinstance(answer["last-event-id"], str)
    assert not ChatRoom.objects.exists()


def test_messages_are_listed_newest_first(client):
    for text in ("one", "two", "three"):
        post(client, text=text)
    assert texts(client) == ["three", "two", "one"]


def test_at_most_fifty_messages_are_listed(client):
    for number in range(52):
        post(client, text=str(number))
    assert texts(client) == [str(number) for number in range(51, 1, -1)]


def test_a_list_has_only_the_messages_of_its_room(client):
    post(client, room="lobby", text="here")
    post(client, room="Lobby", text="there")
    assert texts(client, "lobby") == ["here"]


def test_a_post_is_answered_with_the_message_object(client):
    answer = post(client, sender="Alice", text="hi")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    message = answer.json()
    assert set(message) == {"id", "from", "text", "date"}
    assert type(message["id"]) is int
    assert (message["from"], message["text"]) == ("Alice", "hi")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["date"])


def test_the_list_the_event_and_the_answer_have_the_same_message_object(client):
    message = post(client).json()
    (event,) = EventLog().get_events("room-lobby", 0)
    assert listed(client)["messages"] == [message]
    assert (event.type, json.loads(event.data)) == ("message", message)


def test_the_stream_can_resume_at_the_last_event_id_of_the_list(client):
    post(client)
    last_event_id = listed(client)["last-event-id"]
    later = post(client).json()
    assert ids_after(last_event_id) == {later["id"]}


def test_a_message_posted_during_the_read_is_in_the_list_or_comes_after_its_event_id(client):
    """It may be in both: a reader drops duplicates by their id."""
    with alice_posts_before_each_statement() as posted:
        answer = listed(client)
    listed_ids = {message["id"] for message in answer["messages"]}
    assert listed_ids | ids_after(answer["last-event-id"]) == {*posted}


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_saved_byte_for_byte(client, text, content_type):
    assert post(client, content_type, text=text).json()["text"] == text
    assert texts(client) == [text]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("name", ["u\u0308", "\U0001f469\u200d\U0001f680", "a=b&c+d%20"])
def test_a_senders_name_is_saved_byte_for_byte(client, name, content_type):
    post(client, content_type, sender=name)
    assert listed(client)["messages"][0]["from"] == name


def test_spaces_around_a_senders_name_are_cut_off(client):
    assert post(client, sender=" Alice\u3000").json()["from"] == "Alice"


def test_all_unicode_forms_of_a_room_name_mean_the_same_room(client):
    decomposed = unicodedata.normalize("NFD", "Köln")
    post(client, room=decomposed, text="one")
    post(client, room="Köln", text="two")
    assert texts(client, decomposed) == texts(client, "Köln") == ["two", "one"]
    assert Event.objects.values_list("channel", flat=True).distinct().get() == "room-Köln"


def test_the_first_message_creates_the_room_and_the_next_ones_use_it(client):
    for _ in range(3):
        post(client, room="new")
    assert ChatRoom.objects.get().eid == "new"


def test_a_post_needs_no_csrf_token():
    assert post(Client(enforce_csrf_checks=True)).status_code == 200


def test_head_answers_like_get_without_a_body(client):
    answer = client.head(url_of())
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "application/json", b"")


def test_the_answer_to_a_post_names_its_event_and_a_stream_can_resume_there(client):
    post(client)
    answer = post(client)
    later = post(client).json()
    assert answer["Event-Id"] == "room-lobby:2"
    assert ids_after(answer["Event-Id"]) == {later["id"]}


def test_a_repeated_post_names_the_event_of_the_first(client):
    first = post(client, key="k1", text="hi")
    post(client)
    edit(client, first.json()["id"])
    assert post(client, key="k1", text="hi")["Event-Id"] == first["Event-Id"] == "room-lobby:1"


def test_an_edit_and_a_deletion_name_their_events(client):
    message_id = post(client, key="k1").json()["id"]
    post(client)
    assert edit(client, message_id)["Event-Id"] == "room-lobby:3"
    assert edit(client, message_id)["Event-Id"] == "room-lobby:3"  # nothing has changed
    assert delete(client, message_id)["Event-Id"] == "room-lobby:4"


def test_a_message_of_a_version_without_numbers_names_no_event(client):
    post(client, key="k1")
    ChatMessage.objects.update(event=None)
    assert "Event-Id" not in post(client, key="k1")


def test_the_event_id_of_a_room_with_a_strange_name_is_one_of_the_stream(client):
    answer = post(client, room="ü, x")
    assert answer["Event-Id"] == listed(client, "ü, x")["last-event-id"]
