"""The chat page without scripts: a form to post, links to older messages, and colours that a cookie sets."""

import gzip
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django_eventstream.models import Event

from chat.models import ChatMessage, ChatRoom
from tests.helpers.page import Page
from tests.helpers.posting import FORM, JSON, MULTIPART, STRANGE_ROOMS, delete, encode, post, url_of

pytestmark = pytest.mark.django_db


def page_of(client, room="lobby", user="Bob", **query):
    answer = client.get(f"/{quote(room, safe='')}", {"user": user, **query})
    assert answer.status_code == 200, answer.content
    return answer


def send(client, room="lobby", user="Bob", content_type=FORM, **fields):
    """Submit the form."""
    return client.generic(
        "POST",
        f"/{quote(room, safe='')}?{urlencode({'user': user})}",
        encode(fields, content_type),
        content_type=content_type,
    )


def key_of(answer):
    return Page(answer).one("input", type="hidden", name="key")["value"]


def saved(room="lobby"):
    return [*ChatMessage.objects.filter(room__eid=room).order_by("id").values_list("user", "text")]


@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
def test_the_form_saves_a_message_and_redirects_to_the_page(client, content_type):
    # "\r\n" is a browser's line end, a single "\r" is none.
    answer = send(client, content_type=content_type, text=" hi \U0001f600\r\n\r", key="k1")
    place = f"/lobby?user=Bob#m{ChatMessage.objects.get().id}"
    assert (answer.status_code, answer["Location"]) == (303, place)
    assert saved() == [("Bob", " hi \U0001f600\n\r")]
    assert Event.objects.get().type == "message"
    assert "hi \U0001f600" in client.get(answer["Location"]).content.decode()


def test_the_form_posts_to_the_address_of_its_page(client):
    page = Page(page_of(client))
    form = page.one("form", id="composer")
    assert (form["method"], form["action"]) == ("post", "?user=Bob")
    assert page.one("textarea")["name"] == "text"


@pytest.mark.parametrize("room", STRANGE_ROOMS)
@pytest.mark.parametrize("user", ["Bob", "a&b=c #1"])
def test_the_form_works_in_a_room_with_a_strange_name(client, room, user):
    answer = send(client, room, user, text="hi")
    assert answer.status_code == 303
    page = Page(client.get(answer["Location"]))
    assert (page.json("page")["room"], page.json("page")["user"]) == (room, user)
    assert saved(room) == [(user, "hi")]


def test_a_form_submitted_twice_is_saved_once(client):
    key = key_of(page_of(client))
    assert [send(client, text="hi", key=key).status_code for _ in range(2)] == [303, 303]
    assert saved() == [("Bob", "hi")]


def test_the_form_of_a_deleted_message_asks_before_it_saves_another_text(client):
    key = key_of(page_of(client))
    send(client, text="hi", key=key)
    delete(client, ChatMessage.objects.get().id, key)
    answer = send(client, text="and hello", key=key)
    assert (answer.status_code, Page(answer).one("textarea").text) == (409, "and hello")


def test_every_page_has_a_key_of_its_own(client):
    assert len({key_of(page_of(client)) for _ in range(5)}) == 5


def test_a_submitted_form_with_a_new_text_asks_before_it_saves_the_text(client):
    """A person who goes back in the browser sees the old form again."""
    key = key_of(page_of(client))
    send(client, text="hi", key=key)
    answer = send(client, text="and hello", key=key)
    assert answer.status_code == 409
    page = Page(answer)
    assert page.one("textarea").text == "and hello"
    assert "send it again" in page.one("p", id="text-problem").text
    assert send(client, text="and hello", key=key_of(answer)).status_code == 303
    assert saved() == [("Bob", "hi"), ("Bob", "and hello")]


@pytest.mark.parametrize(
    ("text", "why"), [("", "missing"), (" ", "blank"), ("x" * 8001, "8000"), ("</textarea>\0", "NUL"), ("\n\0", "NUL")]
)
def test_the_form_shows_a_refused_text_again_with_the_reason(client, text, why):
    post(client, text="a text of Alice")
    answer = send(client, text=text, key="k1")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
    page = Page(answer)
    assert why in page.one("p", id="text-problem").text
    assert page.one("textarea").text == text
    assert "a text of Alice" in answer.content.decode()
    assert saved() == [("Alice", "a text of Alice")]


def test_a_page_without_a_problem_shows_none(client):
    page = Page(page_of(client))
    assert page.one("p", id="text-problem").text == page.one("textarea").text == ""


@pytest.mark.parametrize("address", ["/lobby", "/lobby?user=", f"/lobby?user={'x' * 65}", "/%20lobby?user=Bob"])
def test_a_post_without_a_valid_name_shows_the_join_page(client, address):
    answer = client.post(address, {"text": "hi"})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not ChatRoom.objects.exists()


@pytest.mark.parametrize("other", ["Alice", ""])
def test_the_sender_comes_from_the_address_and_not_from_the_body(client, other):
    send(client, **{"text": "hi", "from": other})
    assert saved() == [("Bob", "hi")]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"hi", "text/plain", 415), (b"text=%FF", FORM, 400), (b"{", JSON, 400), (b"x" * 140_000, FORM, 413)],
)
def test_an_invalid_body_is_refused_with_a_page(client, body, content_type, status):
    answer = client.generic("POST", "/lobby?user=Bob#m1", body, content_type=content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert not ChatRoom.objects.exists()


def test_a_form_needs_no_csrf_token():
    assert send(Client(enforce_csrf_checks=True), text="hi").status_code == 303


def shown(answer):
    return [int(element["data-id"]) for element in Page(answer).all("li") if element.get("data-id")]


def older(answer):
    """Return the address in the link to older messages, or None if the link is hidden."""
    page = Page(answer)
    return (
        None
        if "hidden" in page.one("p", class_="older")
        else page.elements[page.elements.index(page.one("p", class_="older")) + 1]["href"]
    )


def test_the_links_to_older_messages_lead_to_the_first_one(client):
    ids = [post(client, text=str(number)).json()["id"] for number in range(120)]
    answer = page_of(client)
    pages = [shown(answer)]
    while link := older(answer):
        answer = client.get(f"/lobby{link}")
        assert shown(answer)[-1] < pages[0][0]  # otherwise this loop would never end
        pages.insert(0, shown(answer))
    assert pages == [ids[:20], ids[20:70], ids[70:]]


def test_a_room_with_fifty_messages_has_no_link_to_older_ones(client):
    for _ in range(50):
        post(client)
    answer = page_of(client)
    assert (older(answer), Page(answer).json("page")["more"]) == (None, False)
    post(client)
    assert Page(page_of(client)).json("page")["more"]


def test_a_page_of_older_messages_links_to_the_newest_if_there_are_newer_ones(client):
    first, second, third = (post(client, key=f"k{n}").json()["id"] for n in range(3))
    answer = page_of(client, before=third)
    assert shown(answer) == [first, second]
    assert Page(answer).json("page")["atEnd"] is False
    assert Page(answer).json("page")["newest"] == third
    assert "Newest messages" in answer.content.decode()
    delete(client, third, "k2")
    answer = page_of(client, before=third)
    assert Page(answer).json("page")["atEnd"] is True
    assert "Newest messages" not in answer.content.decode()
    assert Page(page_of(client)).json("page")["atEnd"]


def test_the_page_of_an_empty_room_has_the_newest_messages_and_no_older_ones(client):
    for query in ({}, {"before": 5}):
        page = Page(page_of(client, **query)).json("page")
        assert (page["atEnd"], page["more"]) == (True, False)


def test_no_message_comes_before_the_first_one(client):
    first = post(client).json()["id"]
    for number in (0, first):
        assert shown(page_of(client, before=number)) == []
    assert shown(page_of(client, before=10**18 - 1)) == [first]


@pytest.mark.parametrize("before", ["", "x", "-1", "1.5", "\u0663", "9" * 19, "\0"])
def test_a_before_that_is_not_a_number_is_refused_with_a_page(client, before):
    answer = client.get("/lobby", {"user": "Bob", "before": before})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "before is not a number" in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/lobby", "/lobby?user=Bob#m1", "/a/b", "/?user="])
@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", None), ("Dark", None), ('"><script>', None)]
)
def test_a_page_has_the_theme_of_the_cookie(client, address, cookie, theme):
    client.cookies["theme"] = cookie
    answer = client.get(address)
    assert Page(answer).one("html").get("data-theme") == theme
    assert "Cookie" in answer["Vary"]


def test_no_cache_may_show_an_old_chat_page(client):
    assert {*page_of(client)["Cache-Control"].split(", ")} == {"no-cache", "private"}


@pytest.mark.parametrize("address", ["/lobby?user=Bob#m1", url_of()])
def test_pages_and_lists_are_compressed_for_clients_that_accept_gzip(client, address):
    for _ in range(20):
        post(client, text="the same again")
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert b"the same again" in gzip.decompress(packed.content)
