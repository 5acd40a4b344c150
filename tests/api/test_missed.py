"""GET /rooms/<room>/messages/?after=&since=: all that a reader has missed, in one list."""

import pytest
from django.db import connection
from django.test import Client

from chat.models import ChatMessage
from tests.api.test_catch_up import ids, page, post_many, post_with_keys
from tests.helpers.posting import alice_posts_before_each_statement, delete, edit, ids_after, post

pytestmark = pytest.mark.django_db


def missed(client, after, since, room="lobby", **query):
    """Recover as a client does; return all the messages that it gets, in order, and the event where it goes on."""
    found = []
    while True:
        answer = page(client, room, after=after, since=since, **query)
        found += answer["messages"]
        after, since = max([after, *ids(answer)]), answer["last-event-id"]
        if not answer["more"]:
            return found, since


def test_one_call_has_the_new_messages_and_then_the_changes_of_earlier_ones(client):
    old = post_with_keys(client, 3)
    edit(client, old["k0"], key="k0")
    seen = page(client)["last-event-id"]
    deleted = delete(client, old["k2"], key="k2").json()
    new = [post(client).json(), post(client).json()]
    edited = edit(client, old["k1"], key="k1").json()
    answer = page(client, after=old["k2"], since=seen)
    assert answer == {
        "messages": [
            {**new[0], "event": 6},
            {**new[1], "event": 7},
            {**deleted, "event": 3},
            {**edited, "event": 2},
        ],
        "more": False,
        "last-event-id": "room-lobby:8",
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7, 8, 200])
def test_page_by_page_a_recovery_has_the_same_messages(client, limit):
    old = post_with_keys(client, 4)
    new = post_many(client, 3)
    for key in ("k2", "k0", "k3"):
        edit(client, old[key], key=key)
    found, event_id = missed(client, old["k3"], "room-lobby:4", limit=limit)
    assert [message["id"] for message in found] == [*new, old["k2"], old["k0"], old["k3"]]
    assert event_id == "room-lobby:10"


def test_a_new_message_that_is_deleted_during_a_recovery_is_in_its_last_page(client):
    ids = post_with_keys(client, 3)
    first = page(client, after=0, since="room-lobby:0", limit=2)
    delete(client, ids["k0"], key="k0")
    found, _ = missed(client, ids["k1"], first["last-event-id"], limit=2)
    assert [(message["id"], "deleted" in message) for message in found] == [(ids["k2"], False), (ids["k0"], True)]


def test_the_deletion_of_a_message_that_came_after_the_gap_is_in_a_recovery(client):
    """The reader has it already: the stream went on after the gap, or it is the reader's own."""
    ids = post_with_keys(client, 3)
    deleted = delete(client, ids["k2"], key="k2").json()
    found, _ = missed(client, ids["k0"], "room-lobby:1")
    assert [message["id"] for message in found] == [ids["k1"], ids["k2"]]
    assert found[1] == {**deleted, "event": 3}


def test_a_message_that_comes_during_a_recovery_is_not_hidden_by_a_later_one_that_is_deleted(client):
    ids = post_with_keys(client, 3)
    for key in ("k0", "k1"):
        edit(client, ids[key], key=key)
    came = []

    def write_first(execute, statement, *rest):
        if '"change" >' in statement and not came:
            came.append("one writer")
            came[:] = [post(Client(), key=key).json()["id"] for key in ("k3", "k4")]
            delete(Client(), came[1], key="k4")
            edit(Client(), ids["k2"], key="k2")
        return execute(statement, *rest)

    with connection.execute_wrapper(write_first):
        found, event_id = missed(client, ids["k2"], "room-lobby:3", limit=3)
    assert came[0] in {message["id"] for message in found} | ids_after(event_id)


def test_a_recovery_from_an_unknown_event_has_all_changes(client):
    ids = post_with_keys(client, 2)
    edit(client, ids["k0"], key="k0")
    found, event_id = missed(client, ids["k1"], "room-lobby:999", limit=1)
    assert ([message["id"] for message in found], event_id) == ([ids["k0"]], "room-lobby:3")


def test_a_page_of_a_recovery_keeps_the_limit_of_bytes(client):
    old = post_with_keys(client, 40)
    for key, message_id in old.items():
        edit(client, message_id, key=key, text="😀" * 4000)
    new = [post(client, text="😀" * 4000).json()["id"] for _ in range(5)]
    first = page(client, after=old["k39"], since="room-lobby:40", limit=200)
    assert (ids(first), first["more"], first["last-event-id"]) == (new, True, "room-lobby:40")
    found, _ = missed(client, old["k39"], "room-lobby:40", limit=200)
    assert [message["id"] for message in found] == [*new, *old.values()]


def test_a_message_without_a_known_event_has_none_in_a_recovery(client):
    old = post(client).json()
    ChatMessage.objects.update(event=None)
    assert page(client, after=0, since="room-lobby:0")["messages"] == [old]


def test_a_recovery_during_which_people_write_and_a_stream_after_it_miss_nothing(client):
    ids = post_with_keys(client, 60)
    with alice_posts_before_each_statement() as meanwhile:
        found, event_id = missed(client, ids["k9"], "room-lobby:10", limit=20)  # the reader is faster than Alice
    later = {*ids_after(event_id)}
    assert {*list(ids.values())[10:], *meanwhile} == {message["id"] for message in found} | later


def test_an_empty_room_has_nothing_to_recover(client):
    empty = {"messages": [], "more": False, "last-event-id": "room-nowhere:0"}
    assert page(client, "nowhere", after=5, since="room-nowhere:7") == empty
