"""The admin site can show and delete rooms and messages, and nothing else."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from chat.events.log import EventLog, take_event_number
from chat.messages import actions
from chat.models import ChatMessage, ChatRoom
from tests.helpers.page import Page
from tests.helpers.posting import delete, logged_events, post, url_of

pytestmark = pytest.mark.django_db

ROOMS, MESSAGES = "/admin/chat/chatroom/", "/admin/chat/chatmessage/"


@pytest.fixture(autouse=True)
def _some_messages():
    post(Client(), room="lobby", sender="Alice", text="First things first")
    post(Client(), room="lobby", sender="Bob", text="<b>Then</b> the rest")
    post(Client(), room="Köln", sender="Alice", text="Alaaf")


@pytest.fixture
def admin():
    client = Client()
    client.force_login(User.objects.create(username="admin", is_staff=True, is_superuser=True))
    return client


def column(client, url, name, **query):
    """Return the texts in one column of the admin's list."""
    answer = client.get(url, query)
    assert answer.status_code == 200
    return [element.text for element in Page(answer).elements if element.get("class") == f"field-{name}"]


def test_rooms_are_listed_with_their_last_message(admin):
    listed = zip(column(admin, ROOMS, "name"), column(admin, ROOMS, "last_message"), strict=True)
    assert {*listed} == {("lobby", "Bob: <b>Then</b> the rest"), ("Köln", "Alice: Alaaf")}


def test_messages_are_listed_newest_first(admin):
    assert column(admin, MESSAGES, "beginning") == ["Alaaf", "<b>Then</b> the rest", "First things first"]
    assert column(admin, MESSAGES, "user") == ["Alice", "Bob", "Alice"]


def test_a_long_message_is_shortened_in_the_list(admin):
    post(Client(), text="x" * 8000)
    assert column(admin, MESSAGES, "beginning")[0] == "x" * 100


@pytest.mark.parametrize("words", ["Köln", "laaf"])
def test_messages_are_found_by_room_and_text(admin, words):
    assert column(admin, MESSAGES, "beginning", q=words) == ["Alaaf"]


def test_rooms_are_found_by_name(admin):
    assert column(admin, ROOMS, "name", q="lob") == ["lobby"]


@pytest.mark.parametrize("url", [ROOMS, MESSAGES])
def test_the_admin_can_add_nothing(admin, url):
    assert admin.get(f"{url}add/").status_code == 403
    assert admin.post(f"{url}add/", {"eid": "new"}).status_code == 403


@pytest.mark.parametrize(("url", "model"), [(ROOMS, ChatRoom), (MESSAGES, ChatMessage)])
def test_the_admin_can_change_nothing(admin, url, model):
    one = model.objects.first()
    assert admin.get(f"{url}{one.pk}/change/").status_code == 200
    assert admin.post(f"{url}{one.pk}/change/", {"eid": "new", "text": "new"}).status_code == 403


def deleted(room):
    """Return (text, message id) of each event that tells the room's readers to remove a message."""
    return [(message["text"], message["id"]) for kind, _, message in logged_events(room) if kind == "message-deleted"]


def test_a_message_deleted_by_the_admin_disappears_for_the_readers(admin):
    message = ChatMessage.objects.get(text="Alaaf")
    admin.post(f"{MESSAGES}{message.pk}/delete/", {"post": "yes"})
    assert admin.get(url_of("Köln")).json()["messages"] == []
    assert deleted("Köln") == [("", message.pk)] * 2  # the event that announced the message, and the new one
    assert column(admin, MESSAGES, "beginning") == ["<b>Then</b> the rest", "First things first"]
    assert column(admin, ROOMS, "last_message", q="Köln") == ["-"]


def test_the_admin_can_delete_many_messages_of_several_rooms_together(admin):
    ids = [*ChatMessage.objects.order_by("id").values_list("id", flat=True)]
    admin.post(MESSAGES, {"action": "delete_selected", "_selected_action": ids[1:], "post": "yes"})
    assert [message.text for message in ChatMessage.objects.not_deleted()] == ["First things first"]
    assert deleted("lobby") == [("", ids[1])] * 2
    assert deleted("Köln") == [("", ids[2])] * 2


def test_a_message_that_its_sender_has_deleted_already_causes_no_second_event():
    sent = post(Client(), key="k1").json()
    delete(Client(), sent["id"])
    before = logged_events("lobby")
    actions.moderate("lobby", sent["id"])
    assert logged_events("lobby") == before


def test_a_message_that_disappears_meanwhile_uses_no_event_number(monkeypatch):
    sent = post(Client()).json()

    def too_late(channel):
        ChatMessage.objects.filter(id=sent["id"]).delete()
        return take_event_number(channel)

    monkeypatch.setattr(actions, "take_event_number", too_late)
    before = EventLog().get_current_id("room-lobby")
    actions.moderate("lobby", sent["id"])
    assert EventLog().get_current_id("room-lobby") == before


def test_a_deletion_in_a_missing_room_does_not_create_the_room():
    actions.moderate("nowhere", 1)
    assert not ChatRoom.objects.filter(eid="nowhere").exists()


def test_a_room_is_deleted_with_its_messages(admin):
    lobby = ChatRoom.objects.get(eid="lobby")
    admin.post(ROOMS, {"action": "delete_selected", "_selected_action": lobby.pk, "post": "yes"})
    assert [room.eid for room in ChatRoom.objects.all()] == ["Köln"]
    assert [message.text for message in ChatMessage.objects.all()] == ["Alaaf"]


def test_a_room_links_to_its_page(admin):
    room = ChatRoom.objects.get(eid="Köln")
    assert room.get_absolute_url() == "/K%C3%B6ln"


def test_the_admin_site_asks_strangers_to_log_in(client):
    answer = client.get(ROOMS)
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={ROOMS}")


def test_a_login_without_a_csrf_token_is_refused_and_not_logged(caplog):
    assert Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "admin"}).status_code == 403
    assert caplog.messages == []
