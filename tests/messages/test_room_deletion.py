"""A deleted room is out of sight at once; what it held is removed bit by bit."""

import json
import time

import pytest
from django.test import Client
from django_eventstream.models import Event, EventCounter

from chat.events.log import EventLog, take_event_number
from chat.messages import actions, turn
from chat.messages.errors import NoSuchMessage
from chat.messages.room_deletion import remove_room, retire_room
from chat.models import ChatEdit, ChatMessage, ChatRoom
from tests.helpers.posting import delete, edit, logged_events, post, simultaneously, url_of

pytestmark = pytest.mark.django_db

OPEN = {"locked": False, "slow": 0}


@pytest.fixture
def lobby():
    """A room with two messages, one of them edited, and a deleted one."""
    client = Client()
    post(client, key="k1", text="a secret")
    post(client, text="another secret")
    edit(client, post(client, key="k2", text="third secret").json()["id"], key="k2", text="fourth secret")
    delete(client, post(client, key="k3", text="fifth secret").json()["id"], key="k3")
    return ChatRoom.objects.get(eid="lobby")


def remove(room):
    assert remove_room(room.pk, time.monotonic() + 20)


def newest_id():
    return max(ChatMessage.objects.values_list("id", flat=True))


def listed(room="lobby"):
    return [message["text"] for message in Client().get(url_of(room)).json()["messages"]]


def test_one_event_says_that_all_messages_of_the_room_are_gone(lobby):
    before = logged_events()
    retire_room(lobby.pk)
    assert logged_events() == [*before, ("room-changed", 7, {"room": "lobby", "cleared": newest_id(), **OPEN})]
    remove(lobby)
    assert EventLog().get_current_id("room-lobby") == 7


def test_a_retired_room_is_empty_for_its_readers(lobby):
    retire_room(lobby.pk)
    assert listed() == []
    assert Client().get("/rooms/lobby/messages/?since=room-lobby:0").json()["messages"] == []


def test_nothing_of_a_removed_room_is_left(lobby):
    retire_room(lobby.pk)
    remove(lobby)
    assert not ChatRoom.objects.exists()
    assert not ChatMessage.objects.exists()
    assert not ChatEdit.objects.exists()


def test_the_event_log_keeps_its_numbers_and_loses_all_texts_and_names(lobby):
    cleared = newest_id()
    retire_room(lobby.pk)
    remove(lobby)
    assert logged_events() == [
        ("room-changed", number, {"room": "lobby", "cleared": cleared, **OPEN}) for number in range(1, 8)
    ]
    assert not Event.objects.filter(data__contains="secret").exists()
    assert not Event.objects.filter(data__contains="Alice").exists()


def test_other_rooms_and_their_events_stay(lobby):
    post(Client(), room="Köln", text="Alaaf")
    before = logged_events("Köln")
    retire_room(lobby.pk)
    remove(lobby)
    assert listed("Köln") == ["Alaaf"]
    assert logged_events("Köln") == before


def test_whoever_posts_after_the_deletion_founds_a_new_room(lobby):
    retire_room(lobby.pk)
    cleared = logged_events()[-1][2]["cleared"]
    said = post(Client(), text="hello?").json()
    assert said["id"] > cleared
    remove(lobby)
    assert listed() == ["hello?"]
    assert logged_events()[-1] == ("message", 8, said)
    assert ChatRoom.objects.get().eid == "lobby"


def test_what_waits_for_the_room_during_its_deletion_lands_in_the_new_room(lobby, monkeypatch):
    def too_late(channel):
        monkeypatch.undo()
        retire_room(lobby.pk)
        return take_event_number(channel)

    monkeypatch.setattr(turn, "take_event_number", too_late)
    said = actions.say("lobby", "Bob", "hello?")
    assert said.room_id != lobby.pk
    assert listed() == ["hello?"]


@pytest.mark.parametrize("change", [actions.delete, lambda *which: actions.edit(*which, "new")])
def test_a_message_can_not_be_changed_after_its_room_was_deleted(lobby, monkeypatch, change):
    """Its event would come after room-changed and bring the message back."""

    def too_late(channel):
        monkeypatch.undo()
        retire_room(lobby.pk)
        return take_event_number(channel)

    first = ChatMessage.objects.earliest("id")
    monkeypatch.setattr(turn, "take_event_number", too_late)
    with pytest.raises(NoSuchMessage):
        change("lobby", first.pk, "k1")


def test_a_room_is_retired_once(lobby):
    retire_room(lobby.pk)
    before = logged_events()
    retire_room(lobby.pk)
    assert logged_events() == before
    assert not EventCounter.objects.filter(name=f"room-/{lobby.pk}").exists()


def test_a_room_that_is_gone_is_not_retired():
    retire_room(1)
    remove_room(1, time.monotonic() + 20)
    assert not Event.objects.exists()


def test_a_room_that_readers_still_see_is_not_removed(lobby):
    remove(lobby)
    assert listed() != []


def test_an_interrupted_removal_goes_on_later(lobby):
    retire_room(lobby.pk)
    assert not remove_room(lobby.pk, time.monotonic())
    assert ChatMessage.objects.count() == 4
    remove(lobby)
    assert not ChatMessage.objects.exists()


def test_a_room_whose_events_are_trimmed_can_be_removed(lobby):
    retire_room(lobby.pk)
    Event.objects.all().delete()
    remove(lobby)
    assert not ChatRoom.objects.exists()


def test_a_room_can_be_deleted_twice(lobby):
    retire_room(lobby.pk)
    remove(lobby)
    post(Client(), text="a new secret")
    second = ChatRoom.objects.get()
    cleared = newest_id()
    retire_room(second.pk)
    remove(second)
    assert logged_events()[-2:] == [
        ("room-changed", number, {"room": "lobby", "cleared": cleared, **OPEN}) for number in (8, 9)
    ]


def test_an_old_page_and_later_events_make_the_page_of_now(lobby):
    old = Client().get(url_of()).json()
    retire_room(lobby.pk)
    post(Client(), text="hello?")
    shown = {message["id"]: message["text"] for message in old["messages"]}
    channel, _, number = old["last-event-id"].rpartition(":")
    for event in EventLog().get_events(channel, int(number)):
        data = json.loads(event.data)
        if event.type == "room-changed":
            shown = {key: text for key, text in shown.items() if key > data["cleared"]}
        else:
            shown[data["id"]] = data["text"]
    assert [*shown.values()] == listed()


@pytest.mark.django_db(transaction=True)
def test_two_admins_can_delete_one_room_at_once():
    client = Client()
    for number in range(60):
        post(client, text=f"secret {number}")
    lobby = ChatRoom.objects.get(eid="lobby")

    def work(_):
        retire_room(lobby.pk)
        return remove_room(lobby.pk, time.monotonic() + 20)

    assert simultaneously([work] * 3) == [True] * 3
    assert [kind for kind, _, _ in logged_events()] == ["room-changed"] * 61
    assert not ChatMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_people_post_while_their_room_is_deleted():
    """Each message is in the deletion or in the new room."""
    client = Client()
    for number in range(20):
        post(client, text=f"old {number}")
    lobby = ChatRoom.objects.get(eid="lobby")

    def speak(name):
        return lambda client: [post(client, sender=name, text=str(n)).json()["id"] for n in range(10)]

    def work(_):
        retire_room(lobby.pk)
        assert remove_room(lobby.pk, time.monotonic() + 20)
        return []

    said = {one for answer in simultaneously([speak("Alice"), speak("Bob"), work]) for one in answer}
    assert len(said) == 20
    (cleared,) = {data["cleared"] for kind, _, data in logged_events() if kind == "room-changed"}
    left = {*ChatMessage.objects.in_room("lobby").values_list("id", flat=True)}
    assert left == {one for one in said if one > cleared}
