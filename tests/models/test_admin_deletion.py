"""The admin deletes any number of messages and rooms: a small page asks, and each request works for seconds."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from chat.admin import deletion
from chat.events.channels import room_channel
from chat.events.log import current_event_number
from chat.messages import batches
from chat.messages.batches import FIRST_SIZE
from chat.messages.room_deletion import retire_room
from chat.models import ChatMessage, ChatRoom
from tests.helpers.page import Page
from tests.helpers.posting import logged_events, post, url_of
from tests.messages.test_batches import Clock

pytestmark = pytest.mark.django_db

ROOMS, MESSAGES = "/admin/chat/chatroom/", "/admin/chat/chatmessage/"
MANY = 1_200  # Django takes 1000 fields of a form
MAX_PAGE = 100_000  # bytes


@pytest.fixture
def admin():
    client = Client()
    client.force_login(User.objects.create(username="admin", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def one_batch_a_request(monkeypatch):
    """Let the time of a request be over after its first pause."""
    clock = Clock()
    monkeypatch.setattr(batches, "PAUSE_S", deletion.WORK_S)
    monkeypatch.setattr(batches, "time", clock)
    monkeypatch.setattr(deletion, "time", clock)


def fill(eid, count, text="hi"):
    """Put so many messages into the room, without their events."""
    room, _ = ChatRoom.objects.get_or_create(eid=eid)
    ChatMessage.objects.bulk_create([ChatMessage(room=room, user="Alice", text=text) for _ in range(count)])
    return room


def select(admin, url, ids=None, **query):
    """Select these rows, or with None all that the search finds, and choose to delete them; return the page."""
    across = {"select_across": "1", "_selected_action": "1"} if ids is None else {"_selected_action": ids}
    address = f"{url}?q={query['q']}" if query else url
    answer = admin.post(address, {"action": "delete_selected", "index": "0", **across})
    assert answer.status_code == 200
    return answer


def fields(answer):
    """Return the fields of the page's form, as a browser without scripts sends them."""
    fields = {}
    for hidden in Page(answer).all("input", type="hidden"):
        if hidden["name"] != "csrfmiddlewaretoken":
            fields.setdefault(hidden["name"], []).append(hidden["value"])
    return fields


def press(admin, url, answer):
    """Press the page's one button."""
    return admin.post(url, fields(answer))


def words(answer):
    return " ".join(" ".join(found.text for found in Page(answer).all("p")).replace("\N{NO-BREAK SPACE}", " ").split())


def said_afterwards(admin, answer):
    """Return what the list says after the last of the deletion's pages."""
    assert answer.status_code == 302
    notes = Page(admin.get(answer["Location"])).all("li", class_="success")
    return [note.text.replace("\N{NO-BREAK SPACE}", " ") for note in notes]


def left():
    return ChatMessage.objects.not_deleted().count()


def test_more_messages_than_a_form_has_fields_are_deleted(admin):
    fill("lobby", MANY)
    answer = select(admin, MESSAGES)
    assert "Delete 1 200 messages?" in words(answer)
    while answer.status_code == 200:
        assert len(answer.content) < MAX_PAGE
        answer = press(admin, MESSAGES, answer)
    assert said_afterwards(admin, answer) == ["Deleted 1 200 messages."]
    assert left() == 0
    announced = [event.get("ids") or [event["id"]] for _, _, event in logged_events()]  # a batch may be of one
    assert sum(map(len, announced)) == MANY
    assert current_event_number("room-lobby") == len(announced)


def test_a_search_limits_what_is_deleted(admin):
    fill("lobby", 3, "weeds")
    fill("lobby", 2, "roses")
    press_url = f"{MESSAGES}?q=weeds"
    answer = press(admin, press_url, select(admin, MESSAGES, q="weeds"))
    assert answer["Location"] == press_url
    assert {message.text for message in ChatMessage.objects.not_deleted()} == {"roses"}


def test_messages_that_came_after_the_question_stay(admin):
    fill("lobby", 3)
    answer = select(admin, MESSAGES)
    fill("lobby", 1, "newer")
    press(admin, MESSAGES, answer)
    assert [message.text for message in ChatMessage.objects.not_deleted()] == ["newer"]


def test_a_long_deletion_shows_how_far_it_is_and_goes_on(admin, one_batch_a_request):
    fill("lobby", 20)
    answer = press(admin, MESSAGES, select(admin, MESSAGES))
    assert f"{FIRST_SIZE} of 20 messages deleted." in words(answer)
    assert left() == 20 - FIRST_SIZE
    answer = press(admin, MESSAGES, answer)
    assert f"{2 * FIRST_SIZE} of 20 messages deleted." in words(answer)
    assert said_afterwards(admin, press(admin, MESSAGES, answer)) == ["Deleted 20 messages."]
    assert left() == 0


def test_a_long_deletion_of_chosen_messages_goes_on_with_these(admin, one_batch_a_request):
    fill("lobby", 20)
    *chosen, last = ChatMessage.objects.order_by("id").values_list("id", flat=True)
    answer = select(admin, MESSAGES, chosen)
    while answer.status_code == 200:
        answer = press(admin, MESSAGES, answer)
    assert [message.pk for message in ChatMessage.objects.not_deleted()] == [last]


def test_only_the_page_that_shows_progress_presses_its_button_by_itself(admin, one_batch_a_request):
    fill("lobby", 20)
    answer = select(admin, MESSAGES)
    scripts = [
        Page(page).all("script", src="/static/chat_admin/continue.js")
        for page in (answer, press(admin, MESSAGES, answer))
    ]
    assert [len(found) for found in scripts] == [0, 1]


def test_the_question_names_at_most_twenty(admin):
    fill("lobby", 25, "x" * 8000)
    answer = select(admin, MESSAGES)
    named = [item.text for item in Page(answer).all("li") if item.text.startswith("Alice: ")]
    assert named == [f"Alice: {'x' * 60}"] * 20
    assert "and 5 more" in [item.text for item in Page(answer).all("li")]
    assert len(answer.content) < MAX_PAGE


def test_the_admins_history_names_each_deleted_message(admin):
    fill("lobby", 3, "weeds")
    press(admin, MESSAGES, select(admin, MESSAGES))
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["Alice: weeds"] * 3


def test_messages_of_many_rooms_are_deleted(admin):
    for room in ("lobby", "Köln", "日本"):
        fill(room, 3)
    press(admin, MESSAGES, select(admin, MESSAGES))
    assert left() == 0
    assert [len(logged_events(room)) for room in ("lobby", "Köln", "日本")] == [1, 1, 1]


def test_one_message_is_deleted_on_its_own_page(admin):
    fill("lobby", 2, "weeds")
    one = ChatMessage.objects.earliest("id")
    url = f"{MESSAGES}{one.pk}/delete/"
    answer = admin.get(url)
    assert "Delete 1 message?" in words(answer)
    assert said_afterwards(admin, press(admin, url, answer)) == ["Deleted 1 message."]
    assert [message.pk for message in ChatMessage.objects.not_deleted()] == [one.pk + 1]


def test_a_post_without_the_answer_yes_deletes_nothing(admin):
    fill("lobby", 1)
    url = f"{MESSAGES}{ChatMessage.objects.get().pk}/delete/"
    assert "Delete 1 message?" in words(admin.post(url, {"other": "field"}))
    assert left() == 1


def test_whoever_deletes_a_message_that_is_gone_is_led_back(admin):
    assert admin.post(f"{MESSAGES}17/delete/", {"post": "yes"}).status_code == 302


@pytest.mark.parametrize("nonsense", ["", "-1", "x", "9" * 30, "²"])
def test_a_form_with_other_numbers_is_read_as_one_without(admin, nonsense):
    fill("lobby", 2)
    chosen = {"action": "delete_selected", "select_across": "1", "_selected_action": "1", "post": "yes"}
    assert admin.post(MESSAGES, {**chosen, "greatest": nonsense, "total": nonsense}).status_code == 302
    assert left() == 0


def test_a_room_of_many_messages_is_deleted_by_small_pages_and_one_event(admin):
    room = fill("lobby", MANY)
    url = f"{ROOMS}{room.pk}/delete/"
    answer = admin.get(url)
    assert "Delete 1 room with 1 200 messages?" in words(answer)
    while answer.status_code == 200:
        assert len(answer.content) < MAX_PAGE
        answer = press(admin, url, answer)
    assert said_afterwards(admin, answer) == ["Deleted, with 1 200 messages."]
    assert [kind for kind, _, _ in logged_events()] == ["room-changed"]
    assert not ChatRoom.objects.exists()
    assert not ChatMessage.objects.exists()


def test_readers_lose_a_room_at_once_however_long_its_deletion_takes(admin, one_batch_a_request):
    room = fill("lobby", 50)
    url = f"{ROOMS}{room.pk}/delete/"
    answer = press(admin, url, admin.get(url))
    assert f"{FIRST_SIZE} of 50 messages deleted." in words(answer)
    assert Client().get(url_of("lobby")).json()["messages"] == []
    assert [kind for kind, _, _ in logged_events()] == ["room-changed"]
    while answer.status_code == 200:
        answer = press(admin, url, answer)
    assert not ChatRoom.objects.exists()


def test_all_rooms_are_deleted_but_not_one_that_is_founded_meanwhile(admin, one_batch_a_request):
    for room in ("lobby", "Köln", "日本"):
        fill(room, 10)
    answer = press(admin, ROOMS, select(admin, ROOMS))
    while ChatRoom.objects.filter(eid="lobby").exists():
        answer = press(admin, ROOMS, answer)
    post(Client(), room="lobby", text="hello?")
    while answer.status_code == 200:
        answer = press(admin, ROOMS, answer)
    assert [message.text for message in ChatMessage.objects.all()] == ["hello?"]
    assert {entry.object_repr for entry in LogEntry.objects.all()} == {"lobby", "Köln", "日本"}
    assert LogEntry.objects.count() == 3


def test_a_room_found_by_its_name_is_found_until_it_is_removed(admin, one_batch_a_request):
    fill("lobby", 30)
    fill("Köln", 1)
    url = f"{ROOMS}?q=lob"
    answer = select(admin, ROOMS, q="lob")
    while answer.status_code == 200:
        answer = press(admin, url, answer)
    assert [room.eid for room in ChatRoom.objects.all()] == ["Köln"]


def test_an_interrupted_deletion_is_in_the_list_and_can_be_finished(admin):
    room = fill("lobby", 3)
    retire_room(room.pk)
    listed = [element.text for element in Page(admin.get(ROOMS)).elements if element.get("class") == "field-name"]
    assert listed == ["lobby (being deleted)"]
    assert admin.get(f"{ROOMS}{room.pk}/change/").status_code == 200
    assert room.get_absolute_url() == "/lobby"
    assert "Delete 0 messages?" in words(select(admin, MESSAGES))  # nobody sees them any more
    press(admin, ROOMS, select(admin, ROOMS, [room.pk]))
    assert not ChatRoom.objects.exists()


def test_only_an_admin_who_may_delete_messages_deletes_rooms():
    room = fill("lobby", 1)
    half = User.objects.create(username="half", is_staff=True)
    types = ContentType.objects.get_for_model(ChatRoom)
    half.user_permissions.set(Permission.objects.filter(content_type=types))
    client = Client()
    client.force_login(half)
    assert client.post(f"{ROOMS}{room.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(ROOMS, {"action": "delete_selected", "_selected_action": room.pk, "post": "yes"})
    assert ChatRoom.objects.exists()
    half.user_permissions.add(Permission.objects.get(codename="delete_chatmessage"))
    client.post(f"{ROOMS}{room.pk}/delete/", {"post": "yes"})
    assert not ChatRoom.objects.exists()


def test_the_page_that_deletes_a_busy_admin_is_small(admin):
    busy = User.objects.create(username="busy", is_staff=True)
    content = ContentType.objects.get_for_model(ChatMessage)
    entry = {"user": busy, "content_type": content, "object_repr": "Alice: " + "x" * 60, "action_flag": 3}
    LogEntry.objects.bulk_create([LogEntry(**entry, object_id=str(n)) for n in range(MANY)])
    url = f"/admin/auth/user/{busy.pk}/delete/"
    answer = admin.get(url)
    assert answer.status_code == 200
    assert len(answer.content) < MAX_PAGE
    admin.post(url, {"post": "yes"})
    assert not User.objects.filter(username="busy").exists()


def test_a_form_with_too_many_fields_is_not_blamed_on_the_host(admin):
    answer = admin.post(MESSAGES, {"_selected_action": [*range(MANY)]})
    assert answer.status_code == 400
    assert b"Send fewer fields." in answer.content
    assert b"Host" not in answer.content


def test_the_events_of_a_room_reach_its_channel():
    """retire_room and the readers must mean the same channel, whatever the name."""
    room = fill("a,b:c%", 1)
    retire_room(room.pk)
    assert room_channel("a,b:c%") == "room-a,b:c%"
    assert [kind for kind, _, _ in logged_events("a,b:c%")] == ["room-changed"]
