"""A pause: nobody writes, everybody reads on, and no earlier write can commit after it."""

import io
import threading
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_eventstream.models import Event, EventCounter

from chat.events.channels import room_channel
from chat.events.log import take_event_number
from chat.messages import moderation
from chat.messages.pause import pause, refuse_paused_without_number, resume, words
from chat.models import Ban, Bucket, ChatMessage, ChatRoom
from chat.upkeep.expiry import expire_messages
from tests.helpers.page import Page
from tests.helpers.posting import FORM, delete, edit, logged_events, post, url_of
from tests.helpers.running import wait_for

pytestmark = pytest.mark.django_db(transaction=True)

SOON_S = 20


@pytest.fixture
def message(client):
    return post(client, key="k1", text="before").json()


def run(command, *arguments):
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out)
    return out.getvalue()


WRITES = [
    lambda client, message: post(client, text="new"),
    lambda client, message: post(client, room="a new room"),
    lambda client, message: edit(client, message["id"], text="edited"),
    lambda client, message: delete(client, message["id"]),
]


@pytest.mark.parametrize("write", WRITES)
def test_a_write_is_a_503_with_the_words(client, message, write, settings):
    settings.CHAT_LIMITS = True
    rows = [model.objects.order_by("pk").values() for model in (ChatMessage, ChatRoom, Event, EventCounter, Bucket)]
    before = [[*found.all()] for found in rows]
    pause("back at 12")
    answer = write(client, message)
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["paused"]) == ("pause", "back at 12")
    assert "The chat is paused: back at 12." in error["message"]
    assert [[*found.all()] for found in rows] == before
    resume()
    assert write(client, message).status_code == 200


@pytest.mark.parametrize("action", ["delete", "ban", "lock", "clear", "remove", "slow"])
def test_moderators_wait_too(moderator, client, message, action):
    ChatMessage.objects.update(source=b"x" * 16)
    fields = {"action": action, "room": "lobby", "message": message["id"], "span": "all", "hours": 1, "seconds": 5}

    def act():
        return moderator.post("/-/moderate/", urlencode(fields), content_type=FORM).status_code

    pause("back at 12")
    assert act() == 503
    assert not Ban.objects.exists()
    assert ChatRoom.objects.get().locked is None
    assert ChatMessage.objects.get().text == "before"
    resume()
    assert act() == 200


def test_the_admin_changes_nothing(admin_client, message):
    pause("back at 12")
    where = f"/admin/chat/chatmessage/{message['id']}/delete/"
    answer = admin_client.post(where, {"post": "yes"})
    assert answer.status_code == 503
    assert "The chat is paused" in answer.content.decode()
    assert admin_client.get("/admin/chat/chatmessage/").status_code == 200
    resume()
    assert admin_client.post(where, {"post": "yes"}).status_code == 302


def test_commands_of_moderators_wait_too(message):
    pause("back at 12")
    with pytest.raises(CommandError, match="The chat is paused"):
        run("moderate", "lock", "lobby")


def test_a_message_that_is_saved_already_is_answered_as_usual(client, message):
    pause("back at 12")
    again = post(client, key="k1", text="before")
    assert (again.status_code, again.json()) == (200, message)


def test_people_read_on_and_see_the_words(client, message):
    pause("back at 12")
    assert client.get(url_of()).json()["messages"] == [message]
    page = client.get("/lobby?user=ann")
    assert Page(page).json("page")["paused"] == "back at 12"
    assert "The chat is paused: back at 12. What you write waits here." in page.content.decode()
    resume()
    page = client.get("/lobby?user=ann")
    assert Page(page).json("page")["paused"] == ""
    assert "paused:" not in page.content.decode()


def test_the_plain_form_keeps_the_text(client, message):
    pause("back at 12")
    page = client.post("/lobby?user=ann", {"text": "my long text", "key": "k9"})
    assert page.status_code == 503
    assert Page(page).one("textarea").text == "my long text"


def test_an_event_tells_the_readers_of_all_rooms(client, message):
    post(client, room="attic")
    run("pause", "back at 12.")
    run("resume")
    for room in ("lobby", "attic"):
        told = [(name, data["locked"], data["slow"], data["paused"]) for name, _, data in logged_events(room)[1:]]
        assert told == [("room-changed", False, 0, "back at 12"), ("room-changed", False, 0, None)]
    assert post(client).status_code == 200


@pytest.mark.parametrize("bad", ["", " ", "\u200b", "two\nlines", "x" * 201])
def test_words_that_nobody_can_read_are_refused(bad):
    with pytest.raises(CommandError, match=r"^words (is|holds|has) "):
        run("pause", bad)
    assert words() is None


def test_a_paused_chat_deletes_no_old_messages(client, message, settings):
    settings.CHAT_KEEP_MESSAGES = 1
    ChatMessage.objects.update(date=timezone.now() - timedelta(days=3))
    pause("back at 12")
    expire_messages()
    assert ChatMessage.objects.exists()
    resume()
    expire_messages()
    assert not ChatMessage.objects.exists()


def in_thread(function, *arguments):
    """Run the function in a thread with a connection of its own."""

    def work():
        try:
            function(*arguments)
        finally:
            connection.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def hold_number():
    take_event_number(room_channel("lobby"))


def hold_number_of_new_room():
    take_event_number(room_channel("another"))


@pytest.mark.parametrize("begin", [hold_number, hold_number_of_new_room, refuse_paused_without_number])
def test_a_pause_waits_for_every_earlier_write(message, begin):
    with transaction.atomic():
        begin()
        pausing = in_thread(pause, "back at 12")
        if connection.vendor == "postgresql":
            wait_for(lambda: waiting_for_lock(), SOON_S)
        else:
            pausing.join(0.5)  # it waits for SQLite's one lock
        assert pausing.is_alive()
    pausing.join(SOON_S)
    assert not pausing.is_alive()
    assert words() == "back at 12"


def waiting_for_lock():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one lock for all writers")
@pytest.mark.parametrize("earlier", [0, 10])  # a prepared statement is planned earlier
@pytest.mark.parametrize("room", ["lobby", "a new room"])
def test_a_write_that_came_while_a_pause_waits_sees_the_pause(message, earlier, room):
    answers = []

    def write():
        client = Client()
        for _ in range(earlier):
            answers.append(post(client).status_code)
        ready.set()
        go.wait(SOON_S)
        answers.append(post(client, room=room).status_code)

    ready, go = threading.Event(), threading.Event()
    writer = in_thread(write)
    ready.wait(SOON_S)
    with transaction.atomic():
        hold_number()
        pausing = in_thread(pause, "back at 12")
        wait_for(lambda: waiting_for_lock() == 1, SOON_S)
        go.set()
        wait_for(lambda: waiting_for_lock() == 2, SOON_S)
    writer.join(SOON_S)
    pausing.join(SOON_S)
    assert answers == [200] * earlier + [503]


def test_a_ban_is_no_exception(message):
    ChatMessage.objects.update(source=b"x" * 16)
    pause("back at 12")
    with pytest.raises(Exception, match="paused"):
        moderation.ban_sender_of(ChatMessage.objects.get(), 1)
