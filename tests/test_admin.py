"""The admin's view of rooms and messages: look and delete."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from page import Page
from posting import post

from chat.models import ChatMessage, ChatRoom

pytestmark = pytest.mark.django_db

ROOMS, MESSAGES = "/admin/chat/chatroom/", "/admin/chat/chatmessage/"


@pytest.fixture(autouse=True)
def _some_talk():
    post(Client(), room="lobby", sender="Alice", text="First things first")
    post(Client(), room="lobby", sender="Bob", text="<b>Then</b> the rest")
    post(Client(), room="Köln", sender="Alice", text="Alaaf")


@pytest.fixture
def admin():
    client = Client()
    client.force_login(User.objects.create(username="admin", is_staff=True, is_superuser=True))
    return client


def column(client, url, name, **query):
    """Return the texts of one column of the list."""
    answer = client.get(url, query)
    assert answer.status_code == 200
    return [element.text for element in Page(answer).elements if element.get("class") == f"field-{name}"]


def test_rooms_are_listed_with_their_last_message(admin):
    listed = zip(column(admin, ROOMS, "eid"), column(admin, ROOMS, "last_message"), strict=True)
    assert {*listed} == {("lobby", "Bob: <b>Then</b> the rest"), ("Köln", "Alice: Alaaf")}


def test_messages_are_listed_newest_first(admin):
    assert column(admin, MESSAGES, "beginning") == ["Alaaf", "<b>Then</b> the rest", "First things first"]
    assert column(admin, MESSAGES, "user") == ["Alice", "Bob", "Alice"]


def test_a_long_message_is_cut(admin):
    post(Client(), text="x" * 8000)
    assert column(admin, MESSAGES, "beginning")[0] == "x" * 100


@pytest.mark.parametrize("words", ["Köln", "laaf"])
def test_messages_are_found_by_room_and_text(admin, words):
    assert column(admin, MESSAGES, "beginning", q=words) == ["Alaaf"]


def test_rooms_are_found_by_name(admin):
    assert column(admin, ROOMS, "eid", q="lob") == ["lobby"]


@pytest.mark.parametrize("url", [ROOMS, MESSAGES])
def test_nothing_is_added(admin, url):
    assert admin.get(f"{url}add/").status_code == 403
    assert admin.post(f"{url}add/", {"eid": "new"}).status_code == 403


@pytest.mark.parametrize(("url", "model"), [(ROOMS, ChatRoom), (MESSAGES, ChatMessage)])
def test_nothing_is_changed(admin, url, model):
    one = model.objects.first()
    assert admin.get(f"{url}{one.pk}/change/").status_code == 200
    assert admin.post(f"{url}{one.pk}/change/", {"eid": "new", "text": "new"}).status_code == 403


def test_a_message_is_deleted(admin):
    gone = ChatMessage.objects.get(text="Alaaf")
    admin.post(f"{MESSAGES}{gone.pk}/delete/", {"post": "yes"})
    assert {message.user for message in ChatMessage.objects.all()} == {"Alice", "Bob"}
    assert not ChatMessage.objects.filter(pk=gone.pk)


def test_a_room_is_deleted_with_its_messages(admin):
    lobby = ChatRoom.objects.get(eid="lobby")
    admin.post(ROOMS, {"action": "delete_selected", "_selected_action": lobby.pk, "post": "yes"})
    assert [room.eid for room in ChatRoom.objects.all()] == ["Köln"]
    assert [message.text for message in ChatMessage.objects.all()] == ["Alaaf"]


def test_a_room_leads_to_its_page(admin):
    room = ChatRoom.objects.get(eid="Köln")
    assert room.get_absolute_url() == "/K%C3%B6ln"


def test_strangers_are_asked_to_log_in(client):
    answer = client.get(ROOMS)
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={ROOMS}")


def test_the_login_needs_a_csrf_token():
    assert Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "admin"}).status_code == 403
