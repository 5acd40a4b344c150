"""GET /rooms/<room>/messages/?after=, ?before= and ?limit=: the whole history, page by page."""

import json

import pytest
from posting import alice_speaks_before_each_statement, ids_after, post, url_of

pytestmark = pytest.mark.django_db

NO_NUMBERS = ["", "x", "-1", "1.5", "1_0", " 1", "٣", "0x1", "1" * 19, "\0", "1\n"]


def page(client, room="lobby", **query):
    answer = client.get(url_of(room), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(page):
    return [message["id"] for message in page["messages"]]


def say(client, count, room="lobby"):
    return [post(client, room=room, text=str(number)).json()["id"] for number in range(count)]


def read_on(client, last, **query):
    """Return the ids of all messages after `last`, read page by page, and the event id of the last page."""
    found = []
    while True:
        next_page = page(client, after=last, **query)
        found += ids(next_page)
        if not next_page["more"]:
            return found, next_page["last-event-id"]
        last = found[-1]


def test_after_an_id_the_list_goes_on_oldest_first(client):
    first, *rest = say(client, 4)
    assert ids(page(client, after=first)) == rest


def test_before_an_id_the_list_goes_back_newest_first(client):
    *rest, last = say(client, 4)
    assert ids(page(client, before=last)) == rest[::-1]


def test_after_zero_is_the_whole_room(client):
    assert read_on(client, 0, limit=3)[0] == say(client, 0)
    said = say(client, 10)
    assert read_on(client, 0, limit=3)[0] == said


def test_an_id_need_not_be_one_of_the_room(client):
    said = say(client, 2)
    elsewhere = say(client, 1, room="attic")
    said += say(client, 2)
    assert ids(page(client, after=elsewhere[0])) == said[2:]
    assert ids(page(client, before=elsewhere[0])) == said[1::-1]


def test_an_id_of_the_future_has_nothing_after_it(client):
    say(client, 2)
    assert page(client, after=10**18 - 1)["messages"] == []


@pytest.mark.parametrize(
    ("query", "count"), [({}, 50), ({"limit": 1}, 1), ({"limit": 200}, 200), ({"limit": "007"}, 7)]
)
@pytest.mark.parametrize("start", [{}, {"after": 0}, {"before": 10**17}])
def test_a_page_has_as_many_as_asked_for_and_says_whether_there_are_more(client, query, count, start):
    say(client, count)
    whole = page(client, **query, **start)
    assert (len(whole["messages"]), whole["more"]) == (count, False)
    post(client)
    part = page(client, **query, **start)
    assert (len(part["messages"]), part["more"]) == (count, True)


def test_a_room_nobody_wrote_in_has_nothing_more(client):
    for query in ({}, {"after": 0}, {"before": 5}):
        assert page(client, "nowhere", **query) == {"messages": [], "more": False, "last-event-id": "room-nowhere:0"}


@pytest.mark.parametrize("limit", ["0", "201", "999999999999999999"])
def test_a_limit_must_be_from_1_to_200(client, limit):
    answer = client.get(url_of(), {"limit": limit})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error["field"], error["limit"]) == ("limit", 200)


@pytest.mark.parametrize("name", ["after", "before", "limit"])
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_what_is_no_number_is_refused(client, name, value):
    answer = client.get(url_of(), {name: value})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [name]


def test_one_direction_at_a_time(client):
    answer = client.get(url_of(), {"after": 1, "before": 3})
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["before"]


def test_who_reads_on_and_then_resumes_misses_nothing_that_is_said_meanwhile(client):
    before = say(client, 20)
    with alice_speaks_before_each_statement() as meanwhile:
        found, last_event_id = read_on(client, 0, limit=9)  # reads faster than Alice speaks
    said = [*before, *meanwhile]
    assert found == said[: len(found)]
    assert {*found} | ids_after(last_event_id) == {*said}


def test_a_page_and_its_stream_tell_the_same(client):
    say(client, 3)
    found, last_event_id = read_on(client, 0)
    later = say(client, 2)
    assert [*found, *sorted(ids_after(last_event_id))] == [*found, *later] == read_on(client, 0)[0]
    assert json.dumps(page(client)["messages"]) == json.dumps(page(client, after=0)["messages"][::-1])
