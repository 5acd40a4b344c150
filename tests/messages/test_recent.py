"""A room's latest messages are kept from one reader to the next, and nobody can tell."""

import importlib

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from chat.messages import actions, recent
from chat.models import ChatRoom
from chat.pages import message_html
from tests.helpers.page import Page
from tests.helpers.posting import alice_posts_before_each_statement, delete, edit, ids_after, post, url_of

pytestmark = pytest.mark.django_db(transaction=True)  # inside a transaction nothing is kept

LIST, PAGE = url_of("lobby"), "/lobby?user=Bob"
FIRST = {"text": "first", "key": "k1"}


@pytest.fixture(autouse=True)
def _nothing_is_kept_yet():
    cache.clear()


def texts(client, address=LIST):
    """Return the texts that the list or the page shows, newest first."""
    answer = client.get(address)
    assert answer.status_code == 200
    if address == LIST:
        return [message["text"] for message in answer.json()["messages"]]
    shown = [element.text for element in Page(answer).all("div", class_="text")]
    return shown[-2::-1]  # the last one is the script's template


def say_elsewhere(text):
    """Say something as another process does, which can't reach what is kept here."""
    return actions.say("lobby", "Alice", text)


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_the_second_reader_is_one_question_to_the_database(client, address, django_assert_num_queries):
    post(client)
    client.get(address)
    with django_assert_num_queries(1):
        assert texts(client, address) == ["hi"]


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_rooms_with_as_many_events_are_kept_apart(client, address):
    for room in ("lobby", "other"):
        post(client, room=room, text=f"said in {room}")
    for _ in range(2):
        for room in ("lobby", "other"):
            answer = client.get(address.replace("lobby", room)).content.decode()
            assert ("said in lobby" in answer, "said in other" in answer) == (room == "lobby", room == "other")


def test_long_texts_are_not_kept(client, django_assert_num_queries):
    for _ in range(recent.MAX_CACHED_CHARS // 8000 + 1):
        post(client, text="x" * 8000)
    texts(client)
    with django_assert_num_queries(2):
        texts(client)


@pytest.mark.parametrize("address", [LIST, PAGE])
@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda first: say_elsewhere("second"), ["second", "first"]),
        (lambda first: edit(Client(), first, text="edited"), ["edited"]),
        (lambda first: delete(Client(), first), []),
        (lambda first: actions.moderate("lobby", first), []),
        (lambda first: ChatRoom.objects.get().delete(), []),
    ],
    ids=["said", "edited", "deleted", "moderated", "room deleted"],
)
def test_what_has_changed_is_seen_at_once(client, address, change, shown):
    first = post(client, **FIRST).json()["id"]
    assert texts(client, address) == ["first"]
    change(first)
    assert texts(client, address) == shown


def test_a_room_that_is_made_anew_has_nothing_of_the_old_one(client):
    post(client, text="old")
    assert texts(client) == ["old"]
    ChatRoom.objects.get().delete()
    assert texts(client) == []
    say_elsewhere("new")
    assert texts(client) == ["new"]


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_what_was_rolled_back_is_not_kept(client, address):
    post(client, text="before")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        say_elsewhere("ghost")
        assert texts(client, address) == ["ghost", "before"]
        raise ZeroDivisionError
    say_elsewhere("after")  # it has the number that the ghost had
    assert texts(client, address) == ["after", "before"]


def test_what_is_said_between_the_number_and_the_messages_is_listed_or_comes_after_the_number(client):
    post(client)
    with alice_posts_before_each_statement() as said:
        answers = [client.get(LIST).json() for _ in range(3)]
    for answer in [*answers, client.get(LIST).json()]:
        assert {*said} <= {message["id"] for message in answer["messages"]} | ids_after(answer["last-event-id"])


@pytest.mark.parametrize("before", ["", "&before=999999999"])
def test_everybody_has_their_own_messages_marked_in_what_is_kept_for_all(client, before):
    post(client, sender="Bob")
    post(client, sender="Alice")
    for user in ("Bob", "Alice", "Carol", "Bob"):
        page = Page(client.get(f"/lobby?user={user}{before}"))
        owners = [item.text.split()[0] for item in page.all("li", class_="message own")]
        assert owners == [user] * (user != "Carol")


def test_the_list_has_a_tag_that_changes_with_it(client):
    post(client)
    answer = client.get(LIST)
    assert answer["Cache-Control"] == "no-cache"
    again = client.get(LIST, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    say_elsewhere("more")
    assert client.get(LIST, headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_the_tag_of_a_compressed_list_is_known_again(client):
    post(client, text="hi" * 200)
    answer = client.get(LIST, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    again = client.get(LIST, headers={"Accept-Encoding": "gzip", "If-None-Match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["after=0", "before=999999999", "since=room-lobby:0", "limit=1"])
def test_every_part_of_a_room_has_a_tag(client, query):
    post(client)
    answer = client.get(f"{LIST}?{query}")
    assert client.get(f"{LIST}?{query}", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("debug", [True, False])
def test_no_html_is_kept_in_development_where_templates_change(settings, debug):
    settings.DEBUG = debug
    importlib.reload(message_html)
    message_html.blank_message()
    kept = message_html.blank_message.cache_info().currsize
    settings.DEBUG = False
    importlib.reload(message_html)
    assert kept == (0 if debug else 1)
