"""The pages for people: the join page, the chat page and the error pages."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import RequestFactory

from chat.models import ChatRoom
from chat.web import request_ids
from chat.web.middleware import POLICY
from chat.web.refusals import not_found, server_error
from tests.helpers.page import Page
from tests.helpers.posting import STRANGE_ROOMS, alice_posts_before_each_statement, ids_after, post, url_of

pytestmark = pytest.mark.django_db

HOSTILE = "</script><script>alert(1)</script>"
ATTRIBUTE = "\"'><img src=x onerror=alert(1)>"
TEMPLATE = "{{ 7*7 }}{% now %}"


def chat_page(client, room="lobby", user="Bob"):
    answer = client.get(f"/{room}", {"user": user})
    assert answer.status_code == 200
    return Page(answer)


def texts(page):
    return [element.text for element in page.all("div", class_="text")][:-1]  # the last one is the script's template


def test_the_join_page_asks_for_a_room_and_a_name(client):
    page = Page(client.get("/"))
    assert page.one("form", class_="join")["method"] == "get"
    assert page.one("form", class_="join")["action"] == "/"
    assert [element["name"] for element in page.all("input", maxlength="128")] == ["room", "user"]
    room = page.one("input", name="room")
    assert (room["value"], room["placeholder"], "required" in room) == ("", "for example: garden", False)


def test_a_rooms_join_page_asks_for_a_name_only(client):
    page = Page(client.get("/lobby"))
    assert "action" not in page.one("form", class_="join"), "it would drop the end of the address: #m17"
    assert [element["name"] for element in page.all("input", required=None)] == ["user"]


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("user=Alice", "/default?user=Alice"),
        ("user=Alice&room=", "/default?user=Alice"),
        ("user=Alice&x=1&x=2", "/default?user=Alice&x=1&x=2"),
        ("user=Alice&room=lobby", "/lobby?user=Alice"),
        ("room=a%2Bb&user=%26%23%C3%BC", "/a+b?user=%26%23%C3%BC"),
        ("user=Alice&room=%5C%5Cevil.example", "/%5C%5Cevil.example?user=Alice"),
    ],
)
def test_the_join_form_redirects_to_the_room_with_the_whole_query(client, query, location):
    answer = client.get("/", QUERY_STRING=query)
    assert (answer.status_code, answer["Location"]) == (302, location)


@pytest.mark.parametrize("room", STRANGE_ROOMS)
def test_the_join_page_leads_to_a_room_with_a_strange_name(client, room):
    page = Page(client.get("/", {"user": "Bob", "room": room}, follow=True))
    assert page.one("h1").text == f"#{room}"


@pytest.mark.parametrize("room", STRANGE_ROOMS)
def test_the_chat_page_has_the_addresses_of_its_rooms_messages_and_events(client, room):
    post(client, room=room, text="hi")
    page = Page(client.get("/", {"user": "Bob", "room": room}, follow=True)).json("page")
    assert [message["text"] for message in client.get(page["messagesUrl"]).json()["messages"]] == ["hi"]
    assert client.get(page["eventsUrl"]).wsgi_request.GET.getlist("channel") == [f"room-{room}"]


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/?user=", "user"),
        ("/?user=%20", "user"),
        ("/?user=Alice&room=a/b", "room"),
        ("/lobby?user=", "user"),
        ("/lobby?user=a%0Ab", "user"),
        ("/%20lobby?user=Alice", "room"),
        ("/%00?user=Alice", "room"),
    ],
)
def test_the_page_shows_an_error_next_to_its_field(client, address, field):
    answer = client.get(address)
    page = Page(answer)
    assert answer.status_code == 400
    assert page.one("input", name=field)["aria-invalid"] == "true"
    assert page.one("p", id=f"{field}-problem").text.strip().endswith(".")
    assert len(page.all("p", class_="problem")) == 1


def test_the_form_with_an_error_still_has_the_typed_values(client):
    page = Page(client.get("/", {"user": ATTRIBUTE, "room": "a/b"}))
    assert page.one("input", name="user")["value"] == ATTRIBUTE
    assert page.one("input", name="room")["value"] == "a/b"


def test_each_wrong_field_has_an_error(client):
    page = Page(client.get("/", {"user": "x" * 65, "room": "."}))
    assert len(page.all("p", class_="problem")) == 2
    assert "64" in page.one("p", id="user-problem").text


def test_the_chat_page_shows_the_last_fifty_messages_oldest_first(client):
    for number in range(52):
        post(client, text=str(number))
    assert texts(chat_page(client)) == [str(number) for number in range(2, 52)]


def test_a_message_shows_its_sender_its_date_and_its_id(client):
    message = post(client, sender="Alice").json()
    page = chat_page(client)
    assert page.all("bdi", class_="from")[0].text == "Alice"
    assert page.all("time")[0]["datetime"] == message["date"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", page.all("time")[0].text)
    assert page.all("li", class_="message")[0]["data-id"] == str(message["id"])


def test_the_page_draws_messages_alike_for_everybody(client):
    """The script knows which ones are the person's own: a name proves nothing."""
    post(client, sender="Bob")
    post(client, sender="Alice", author_key="alice's secret, random")
    pages = [chat_page(client, user=user).all("li", class_="message") for user in ("Bob", "Alice", "Eve")]
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]) == 3, "two messages, and the script's template"


def test_a_message_says_who_wrote_it(client, django_user_model):
    mark = post(client, author_key="alice's secret, random").json()["author"]
    moderator = django_user_model.objects.create(username="mod")
    moderator.user_permissions.add(Permission.objects.get(codename="moderate"))
    client.force_login(moderator)
    post(client)
    page = chat_page(client)
    proved, moderators, template = page.all("li", class_="message")
    assert (proved.get("data-author"), "data-staff" in proved) == (mark, False)
    assert (moderators.get("data-author"), moderators["data-staff"]) == (None, "true")
    assert "data-author" not in template
    labels = page.all("span", class_="staff")
    assert [(label.text, "hidden" in label) for label in labels] == [
        ("Moderator", True),
        ("Moderator", False),
        ("Moderator", True),
    ]
    assert all(disc["aria-hidden"] == "true" for disc in page.all("span", class_="disc"))


def test_the_page_of_an_unknown_room_does_not_create_the_room(client):
    assert texts(chat_page(client, "nowhere")) == []
    assert not ChatRoom.objects.exists()


def test_a_message_posted_during_the_read_is_on_the_page_or_comes_after_its_event_id(client):
    with alice_posts_before_each_statement() as posted:
        page = chat_page(client)
    shown = {int(element["data-id"]) for element in page.all("li") if element.get("data-id")}
    assert shown | ids_after(page.json("page")["lastEventId"]) == {*posted}


@pytest.mark.parametrize("room", ["Ko\u0308ln", "Köln"])
def test_all_unicode_forms_of_a_room_name_show_the_same_page(client, room):
    post(client, room="Köln", text="hi")
    page = chat_page(client, room)
    assert texts(page) == ["hi"]
    assert page.json("page")["room"] == "Köln"


@pytest.mark.parametrize(("query", "title"), [({}, "Join #{} · Chat"), ({"user": "Bob"}, "#{} · Chat")])
def test_a_rooms_name_does_not_turn_around_the_title(client, query, title):
    for room, shown in (("\u2069\u202eann", "\u2068ann\u2069"), ("مريم", "\u2068مريم\u2069"), ("ann", "ann")):
        assert Page(client.get(f"/{room}", query)).one("title").text == title.format(shown)


@pytest.mark.parametrize("typed", [HOSTILE.replace("/", "\\"), ATTRIBUTE, TEMPLATE])
def test_html_in_names_and_texts_appears_as_text(client, typed):
    post(client, room="lobby", sender="Alice", text="hi")
    harmless = chat_page(client, user="Bob")
    post(client, room=typed, sender=typed, text=typed)
    page = Page(client.get("/", {"room": typed, "user": typed}, follow=True))
    assert page.one("h1").text == f"#{typed}"
    assert [element.text for element in page.all("bdi")[:3]] == [typed, typed, typed]
    assert texts(page) == [typed]
    assert [element.tag for element in page.elements] == [element.tag for element in harmless.elements]


def test_a_script_tag_in_a_name_does_not_end_the_pages_json(client):
    page = chat_page(client, user=HOSTILE)
    assert page.json("page")["user"] == HOSTILE
    assert len(page.all("script", id="page")) == 1


def test_a_text_is_shown_with_its_line_ends_and_spaces(client):
    post(client, text="  a\r\n  b ")
    assert texts(chat_page(client)) == ["  a\r\n  b "]


@pytest.mark.parametrize("address", ["/", "/lobby", "/lobby?user=Bob", "/?user=", "/a/b", url_of(), "/robots.txt"])
def test_every_answer_allows_only_files_of_the_site(client, address):
    assert client.get(address)["Content-Security-Policy"] == f"{POLICY}; frame-ancestors 'none'"
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(
    ("address", "scripts"), [("/", 1), ("/lobby", 1), ("/lobby?user=Bob", 2), ("/?user=", 1), ("/a/b", 0)]
)
def test_no_page_has_an_inline_script_or_style(client, address, scripts):
    page = Page(client.get(address))
    files = [script["src"] for script in page.all("script") if script.get("type") != "application/json"]
    assert len(files) >= scripts
    assert all(file.startswith("/static/") for file in files)
    assert not page.all("style")
    assert not [name for element in page.elements for name in element if name == "style" or name.startswith("on")]


def test_a_500_is_a_page_for_people_and_json_for_programs():
    answer = server_error(RequestFactory().get("/lobby"))
    assert answer.status_code == 500
    assert Page(answer).one("h1").text == "Something broke here"
    answer = server_error(RequestFactory().get(url_of()))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")


def test_the_page_of_a_500_has_the_number_that_the_log_has():
    number = request_ids.begin()
    assert number in server_error(RequestFactory().get("/lobby")).content.decode()
    assert number not in not_found(RequestFactory().get("/lobby")).content.decode()


@pytest.mark.parametrize(
    ("address", "allowed"), [("/", "GET, HEAD"), ("/lobby", "GET, HEAD, POST"), ("/rooms", "GET, HEAD, POST")]
)
def test_the_page_for_a_wrong_method_names_the_allowed_ones(client, address, allowed):
    answer = client.put(address)
    assert (answer.status_code, answer["Content-Type"]) == (405, "text/html; charset=utf-8")
    assert f"Use {allowed}." in answer.content.decode()


@pytest.mark.parametrize("room", ["events", "rooms", "admin", "static", "healthz", "favicon", "-"])
def test_a_top_level_name_without_a_slash_is_a_room(client, room):
    assert chat_page(client, room).one("h1").text == f"#{room}"
