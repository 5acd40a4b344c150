"""After a restore: no id or number is given out again, and every reader notices."""

import json
import time

import pytest
from django.db import connection
from django_eventstream.models import Event, EventCounter
from django_eventstream.storage import EventDoesNotExist

from chat.events.log import EventLog
from chat.models import ChatMessage, ChatState, history_mark
from chat.upkeep import new_history
from tests.helpers.mobile_apps import APPS
from tests.helpers.page import Page
from tests.helpers.posting import delete, edit, post, url_of

pytestmark = pytest.mark.django_db

LARGEST_IN_JAVASCRIPT = 2**53 - 1
DIGITS = 15  # that the page's scripts read in an event id
CENTURY_MS = 100 * 366 * 86_400_000


@pytest.fixture(autouse=True)
def small_ids():
    """PostgreSQL's sequences take no part in the rollback after a test."""
    yield
    if connection.vendor == "postgresql":
        new_history._let_message_ids_go_on(1)


def now_ms():
    return time.time_ns() // 1_000_000


def number_of(client, room):
    return int(client.get(url_of(room)).json()["last-event-id"].rpartition(":")[2])


def test_ids_and_numbers_go_on_from_the_clock(client):
    post(client)
    before = now_ms()
    floor = new_history.begin()
    assert before <= floor <= now_ms()
    assert [post(client).json()["id"] for _ in range(2)] == [floor + 1, floor + 2]
    assert number_of(client, "lobby") == floor + 2


def test_a_room_that_the_database_does_not_know_goes_on_from_the_clock_too(client):
    floor = new_history.begin()
    assert number_of(client, "attic") == floor
    post(client, room="attic")
    assert number_of(client, "attic") == floor + 1


@pytest.mark.parametrize("room", ["lobby", "attic"])
@pytest.mark.parametrize("seen", [0, 1, 2, 3, 7])
def test_every_reader_is_reset(client, room, seen):
    """Whoever resumes with a number of the old history: known to the backup, the last of it, or lost since."""
    for text in "abc":
        post(client, text=text)
    new_history.begin()
    for _ in range(2):
        with pytest.raises(EventDoesNotExist):
            EventLog().get_events(f"room-{room}", seen)
        post(client, room=room)


def test_a_reader_of_a_quiet_room_gets_the_first_new_event_without_a_reset(client):
    floor = new_history.begin()
    post(client, room="attic")
    assert [event.id for event in EventLog().get_events("room-attic", floor)] == [floor + 1]


def test_a_refused_write_gives_back_the_first_number_after_a_restore(client):
    message = post(client, key="k1", room="lobby").json()
    floor = new_history.begin()
    assert edit(client, message["id"], key="wrong", text="x").status_code == 403
    assert number_of(client, "lobby") == floor
    post(client)
    assert number_of(client, "lobby") == floor + 1
    assert post(client, room="admin").status_code == 400  # no new room may be called so
    assert not EventCounter.objects.filter(name="room-admin").exists()


def test_messages_of_before_can_be_edited_and_deleted(client):
    kept = post(client, key="k1", text="before").json()["id"]
    floor = new_history.begin()
    assert edit(client, kept, key="k1", text="after").json()["change"] == floor + 1
    assert delete(client, kept, key="k1").json()["change"] == floor + 2
    changes = client.get(url_of(), {"since": f"room-lobby:{floor}"}).json()["messages"]
    assert [change["id"] for change in changes] == [kept]


def test_the_mark_changes_each_time_and_all_answers_carry_it(client):
    post(client)
    marks = {history_mark()}
    for _ in range(2):
        time.sleep(0.002)  # the clock must move
        new_history.begin()
        marks.add(history_mark())
    assert len(marks) == 3
    mark = history_mark()
    assert client.get(url_of()).json()["history"] == mark
    assert client.get(url_of(), {"after": 0}).json()["history"] == mark
    assert Page(client.get("/lobby?user=ann")).json("page")["history"] == mark


def test_a_database_without_the_row_works(client):
    ChatState.objects.all().delete()
    post(client)
    assert client.get(url_of()).json()["history"] == ""


@pytest.mark.parametrize("ahead", ["message", "sequence", "counter"])
def test_a_clock_behind_the_database_is_refused(client, ahead):
    tomorrow = now_ms() + 86_400_000
    room = ChatMessage.objects.get(id=post(client).json()["id"]).room
    if ahead == "counter":
        EventCounter.objects.update(value=tomorrow)
    else:
        ChatMessage.objects.create(id=tomorrow, room=room, user="Bob", text="hi")
        new_history._let_message_ids_go_on(tomorrow)
    if ahead == "sequence":  # the message that had the id is gone
        ChatMessage.objects.filter(id=tomorrow).delete()
    mark = history_mark()
    with pytest.raises(new_history.ClockIsBehind, match="clock"):
        new_history.begin()
    assert history_mark() == mark


def test_a_moved_database_keeps_its_history_and_numbers(client):
    post(client)
    mark, logged = history_mark(), Event.objects.count()
    floor = new_history.go_on_elsewhere()
    assert (history_mark(), Event.objects.count()) == (mark, logged)
    assert post(client).json()["id"] == floor + 1
    assert number_of(client, "lobby") == 2


@pytest.mark.parametrize("app", APPS)
def test_the_ids_of_a_century_fit_into_every_client(client, app):
    greatest = new_history.begin() + CENTURY_MS
    assert greatest <= LARGEST_IN_JAVASCRIPT
    assert len(str(greatest)) <= DIGITS
    new_history._let_message_ids_go_on(greatest)
    sent = post(client, room="default").json()
    assert sent["id"] == greatest + 1
    assert APPS[app].parse_list(json.dumps(client.get(url_of("default")).json()).encode()) == [sent]
    assert client.get(url_of("default"), {"after": greatest}).json()["messages"] == [sent]
    assert client.get(url_of("default"), {"before": greatest + 2}).json()["messages"] == [sent]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite")
def test_a_database_without_a_message_goes_on_too(client):
    floor = new_history.begin()
    assert post(client).json()["id"] == floor + 1
