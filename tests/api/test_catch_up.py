"""GET /rooms/<room>/messages/?after=, ?before=, ?since= and ?limit=: older and newer messages, and changes."""

import json

import pytest
from django.db import connection
from django.test import Client

from chat.models import ChatMessage, history_mark
from tests.helpers.posting import (
    STRANGE_ROOMS,
    alice_posts_before_each_statement,
    delete,
    edit,
    ids_after,
    post,
    url_of,
)

pytestmark = pytest.mark.django_db

NOT_NUMBERS = ["", "x", "-1", "1.5", "1_0", " 1", "٣", "0x1", "1" * 19, "\0", "1\n"]


def page(client, room="lobby", **query):
    """Return the list's answer, without the mark that all lists carry."""
    answer = client.get(url_of(room), query)
    assert answer.status_code == 200, answer.content
    listed = answer.json()
    assert listed.pop("history") == history_mark()
    return listed


def ids(page):
    return [message["id"] for message in page["messages"]]


def post_many(client, count, room="lobby"):
    return [post(client, room=room, text=str(number)).json()["id"] for number in range(count)]


def read_all_after(client, last, **query):
    """Read page by page; return the ids of all messages after `last`, and the event id of the last page."""
    found = []
    while True:
        next_page = page(client, after=last, **query)
        found += ids(next_page)
        if not next_page["more"]:
            return found, next_page["last-event-id"]
        last = found[-1]


def test_the_messages_after_an_id_are_listed_oldest_first(client):
    first, *rest = post_many(client, 4)
    assert ids(page(client, after=first)) == rest


def test_the_messages_before_an_id_are_listed_newest_first(client):
    *rest, last = post_many(client, 4)
    assert ids(page(client, before=last)) == rest[::-1]


def test_after_zero_lists_the_whole_room(client):
    assert read_all_after(client, 0, limit=3)[0] == post_many(client, 0)
    posted = post_many(client, 10)
    assert read_all_after(client, 0, limit=3)[0] == posted


def test_the_id_may_belong_to_another_room(client):
    posted = post_many(client, 2)
    elsewhere = post_many(client, 1, room="attic")
    posted += post_many(client, 2)
    assert ids(page(client, after=elsewhere[0])) == posted[2:]
    assert ids(page(client, before=elsewhere[0])) == posted[1::-1]


def test_no_message_comes_after_an_id_of_the_future(client):
    post_many(client, 2)
    assert page(client, after=10**18 - 1)["messages"] == []


@pytest.mark.parametrize(
    ("query", "count"), [({}, 50), ({"limit": 1}, 1), ({"limit": 200}, 200), ({"limit": "007"}, 7)]
)
@pytest.mark.parametrize("start", [{}, {"after": 0}, {"before": 10**17}])
def test_a_page_has_the_requested_size_and_says_whether_there_are_more_messages(client, query, count, start):
    post_many(client, count)
    whole = page(client, **query, **start)
    assert (len(whole["messages"]), whole["more"]) == (count, False)
    post(client)
    part = page(client, **query, **start)
    assert (len(part["messages"]), part["more"]) == (count, True)


def test_an_empty_room_has_no_more_messages(client):
    for query in ({}, {"after": 0}, {"before": 5}):
        assert page(client, "nowhere", **query) == {"messages": [], "more": False, "last-event-id": "room-nowhere:0"}


@pytest.mark.parametrize("limit", ["0", "201", "999999999999999999"])
def test_a_limit_must_be_from_1_to_200(client, limit):
    answer = client.get(url_of(), {"limit": limit})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["limit"]) == ("limit", 200)


@pytest.mark.parametrize("name", ["after", "before", "limit"])
@pytest.mark.parametrize("value", NOT_NUMBERS)
def test_a_value_that_is_not_a_number_is_refused(client, name, value):
    answer = client.get(url_of(), {name: value})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [name]


def test_after_and_before_cannot_be_combined(client):
    answer = client.get(url_of(), {"after": 1, "before": 3})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["after"]


def test_a_reader_who_catches_up_and_then_resumes_the_stream_misses_no_message(client):
    before = post_many(client, 20)
    with alice_posts_before_each_statement() as meanwhile:
        found, last_event_id = read_all_after(client, 0, limit=9)  # the reader is faster than Alice
    posted = [*before, *meanwhile]
    assert found == posted[: len(found)]
    assert {*found} | ids_after(last_event_id) == {*posted}


def test_the_list_and_the_stream_have_the_same_messages(client):
    post_many(client, 3)
    found, last_event_id = read_all_after(client, 0)
    later = post_many(client, 2)
    assert [*found, *sorted(ids_after(last_event_id))] == [*found, *later] == read_all_after(client, 0)[0]
    assert json.dumps(page(client)["messages"]) == json.dumps(page(client, after=0)["messages"][::-1])


def post_with_keys(client, count, room="lobby"):
    """Post `count` messages; return {key: message id}."""
    return {f"k{n}": post(client, room=room, key=f"k{n}", text=f"text {n}").json()["id"] for n in range(count)}


def changes_since(client, event_id, room="lobby", **query):
    """Read page by page; return all changes after the event, and the event id of the last page."""
    found = []
    while True:
        answer = page(client, room, since=event_id, **query)
        found += answer["messages"]
        event_id = answer["last-event-id"]
        if not answer["more"]:
            return found, event_id


def test_since_lists_the_changed_messages_in_the_order_of_their_changes(client):
    ids = post_with_keys(client, 4)
    edit(client, ids["k3"], key="k3")
    last_seen = page(client)["last-event-id"]
    first = edit(client, ids["k2"], key="k2").json()
    second = delete(client, ids["k0"], key="k0").json()
    post(client)
    assert page(client, since=last_seen)["messages"] == [first, second]
    assert first["edited"]
    assert second["deleted"]


def test_a_message_that_changed_twice_is_listed_once_in_its_newest_version(client):
    ids = post_with_keys(client, 2)
    edit(client, ids["k0"], key="k0")
    edit(client, ids["k1"], key="k1")
    now = edit(client, ids["k0"], key="k0", text="once more").json()
    assert [message["id"] for message in page(client, since="room-lobby:0")["messages"]] == [ids["k1"], ids["k0"]]
    assert page(client, since="room-lobby:0")["messages"][1] == now


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 200])
def test_a_client_that_continues_from_each_answer_reads_every_change_once(client, limit):
    ids = post_with_keys(client, 4)
    changed = [edit(client, ids[key], key=key).json() for key in ("k2", "k0", "k3", "k1")]
    found, event_id = changes_since(client, "room-lobby:4", limit=limit)
    assert (found, event_id) == (changed, "room-lobby:8")


def test_the_last_page_of_changes_has_the_newest_event_id(client):
    ids = post_with_keys(client, 1)
    edit(client, ids["k0"], key="k0")
    post(client)
    assert page(client, since="room-lobby:0")["last-event-id"] == "room-lobby:3"
    assert page(client, since="room-lobby:3") == {"messages": [], "more": False, "last-event-id": "room-lobby:3"}


@pytest.mark.parametrize("number", [3, 10**18 - 1])
def test_since_an_unknown_event_lists_all_changes(client, number):
    ids = post_with_keys(client, 1)
    edited = edit(client, ids["k0"], key="k0").json()
    assert page(client, since=f"room-lobby:{number}")["messages"] == [edited]
    assert page(client, since="room-lobby:2")["messages"] == []


def test_an_empty_room_has_no_changes(client):
    empty = {"messages": [], "more": False, "last-event-id": "room-nowhere:0"}
    assert page(client, "nowhere", since="room-nowhere:7") == empty


@pytest.mark.parametrize("room", STRANGE_ROOMS)
def test_a_room_with_a_strange_name_accepts_its_own_event_ids(client, room):
    ids = post_with_keys(client, 1, room)
    last_seen = page(client, room)["last-event-id"]
    edited = edit(client, ids["k0"], key="k0", room=room).json()
    found, event_id = changes_since(client, last_seen, room)
    assert found == [edited]
    assert changes_since(client, event_id, room) == ([], event_id)


@pytest.mark.parametrize(
    "event_id",
    ["", "7", "lobby:7", "room-attic:7", "room-lobby", "room-lobby:", "room-lobby:x", "room-lobby:-1", "room-lobby:1.5",
     "room-lobby:\u0663", "room-lobby:7,room-attic:7", "room-lobby:7\n", "error", "room-%FF:7", "room-\0:1", "x" * 3000,
     "room-lobby:" + "9" * 19],
)  # fmt: skip
def test_an_event_id_that_does_not_belong_to_the_room_is_refused(client, event_id):
    answer = client.get(url_of(), {"since": event_id})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["since"]


def test_since_and_before_cannot_be_combined(client):
    answer = client.get(url_of(), {"since": "room-lobby:0", "before": 1})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["since"]


def test_a_change_during_the_read_is_in_the_list_or_comes_after_its_event_id(client):
    ids = post_with_keys(client, 40)
    texts = iter(range(1000))
    meanwhile, changing = [], []

    def change_first(execute, *statement):
        if not changing:
            changing.append("Alice")
            key = f"k{len(meanwhile) % 40}"
            meanwhile.append(edit(Client(), ids[key], key=key, text=f"changed {next(texts)}").json())
            changing.clear()
        return execute(*statement)

    shown = {}
    event_id = "room-lobby:40"
    with connection.execute_wrapper(change_first):
        for _ in range(6):
            answer = page(client, since=event_id, limit=3)
            shown |= {message["id"]: message for message in answer["messages"]}
            event_id = answer["last-event-id"]
    shown |= {message["id"]: message for message in changes_since(client, event_id)[0]}
    assert len(meanwhile) > 12
    assert shown == {message.id: message.to_data() for message in ChatMessage.objects.exclude(change=None)}
