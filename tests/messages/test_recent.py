"""The server caches a room's newest messages, and no reader ever sees an outdated list."""

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

pytestmark = pytest.mark.django_db(transaction=True)  # inside a transaction the server caches nothing

LIST, PAGE = url_of("lobby"), "/lobby?user=Bob"
FIRST = {"text": "first", "key": "k1"}


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


def texts(client, address=LIST):
    """Return the texts that the list or the page shows, newest first."""
    answer = client.get(address)
    assert answer.status_code == 200
    if address == LIST:
        return [message["text"] for message in answer.json()["messages"]]
    shown = [element.text for element in Page(answer).all("div", class_="text")]
    return shown[-2::-1]  # the last one is the script's template


def post_from_another_process(text):
    """Post as another process does, which cannot reach this process's cache."""
    return actions.say("lobby", "Alice", text)


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_the_second_reader_costs_one_query(client, address, django_assert_num_queries):
    post(client)
    client.get(address)
    with django_assert_num_queries(1):
        assert texts(client, address) == ["hi"]


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_rooms_with_equally_many_events_do_not_share_a_cached_list(client, address):
    for room in ("lobby", "other"):
        post(client, room=room, text=f"posted in {room}")
    for _ in range(2):
        for room in ("lobby", "other"):
            answer = client.get(address.replace("lobby", room)).content.decode()
            assert ("posted in lobby" in answer, "posted in other" in answer) == (room == "lobby", room == "other")


def test_long_texts_are_not_cached(client, django_assert_num_queries):
    for _ in range(recent.MAX_CACHED_CHARS // 8000 + 1):
        post(client, text="x" * 8000)
    texts(client)
    with django_assert_num_queries(2):
        texts(client)


@pytest.mark.parametrize("address", [LIST, PAGE])
@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (lambda first: post_from_another_process("second"), ["second", "first"]),
        (lambda first: edit(Client(), first, text="edited"), ["edited"]),
        (lambda first: delete(Client(), first), []),
        (lambda first: actions.moderate("lobby", first), []),
        (lambda first: ChatRoom.objects.get().delete(), []),
    ],
    ids=["posted", "edited", "deleted", "moderated", "room deleted"],
)
def test_a_reader_sees_every_change_immediately(client, address, change, shown):
    first = post(client, **FIRST).json()["id"]
    assert texts(client, address) == ["first"]
    change(first)
    assert texts(client, address) == shown


def test_a_recreated_room_shows_no_message_of_the_old_one(client):
    post(client, text="old")
    assert texts(client) == ["old"]
    ChatRoom.objects.get().delete()
    assert texts(client) == []
    post_from_another_process("new")
    assert texts(client) == ["new"]


@pytest.mark.parametrize("address", [LIST, PAGE])
def test_a_rolled_back_message_is_not_cached(client, address):
    post(client, text="before")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        post_from_another_process("ghost")
        assert texts(client, address) == ["ghost", "before"]
        raise ZeroDivisionError
    post_from_another_process("after")  # this message gets the event number of the rolled-back one
    assert texts(client, address) == ["after", "before"]


def test_a_message_posted_during_the_read_is_in_the_list_or_comes_after_its_event_id(client):
    post(client)
    with alice_posts_before_each_statement() as posted:
        answers = [client.get(LIST).json() for _ in range(3)]
    for answer in [*answers, client.get(LIST).json()]:
        assert {*posted} <= {message["id"] for message in answer["messages"]} | ids_after(answer["last-event-id"])


@pytest.mark.parametrize("before", ["", "&before=999999999"])
def test_nobody_s_messages_are_marked_by_their_name(client, before):
    """The server does not know whose they are: the page does, by the author's mark."""
    post(client, sender="Bob")
    post(client, sender="Alice")
    for user in ("Bob", "Alice", "Carol"):
        page = Page(client.get(f"/lobby?user={user}{before}"))
        assert len(page.all("li", class_="message")) == 3  # with the one in the page's template
        assert page.all("li", class_="message own") == []


def test_the_list_has_an_etag_that_changes_with_it(client):
    post(client)
    answer = client.get(LIST)
    assert answer["Cache-Control"] == "no-cache"
    again = client.get(LIST, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", answer["ETag"])
    post_from_another_process("more")
    assert client.get(LIST, headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_the_etag_of_a_compressed_list_is_recognized(client):
    post(client, text="hi" * 200)
    answer = client.get(LIST, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    again = client.get(LIST, headers={"Accept-Encoding": "gzip", "If-None-Match": answer["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("query", ["after=0", "before=999999999", "since=room-lobby:0", "limit=1"])
def test_every_query_of_the_list_has_an_etag(client, query):
    post(client)
    answer = client.get(f"{LIST}?{query}")
    assert client.get(f"{LIST}?{query}", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("debug", [True, False])
def test_rendered_html_is_cached_only_without_debug(settings, debug):
    settings.DEBUG = debug
    importlib.reload(message_html)
    message_html.blank_message()
    cached = message_html._render_blank.cache_info().currsize
    settings.DEBUG = False
    importlib.reload(message_html)
    assert cached == (0 if debug else 1)
