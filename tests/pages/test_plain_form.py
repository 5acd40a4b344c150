"""The chat page without scripts: a plain form to write with, links to read back, and the colours of a cookie."""

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
    """Press the form's button."""
    return client.generic(
        "POST",
        f"/{quote(room, safe='')}?{urlencode({'user': user})}",
        encode(fields, content_type),
        content_type=content_type,
    )


def key_of(answer):
    return Page(answer).one("input", type="hidden", name="key")["value"]


def said(room="lobby"):
    return [*ChatMessage.objects.filter(room__eid=room).order_by("id").values_list("user", "text")]


@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
def test_what_is_sent_is_said_and_the_page_shown_anew(client, content_type):
    # "\r\n" is a browser's line end, a single "\r" is none.
    answer = send(client, content_type=content_type, text=" hi \U0001f600\r\n\r", key="k1")
    place = f"/lobby?user=Bob#m{ChatMessage.objects.get().id}"
    assert (answer.status_code, answer["Location"]) == (303, place)
    assert said() == [("Bob", " hi \U0001f600\n\r")]
    assert Event.objects.get().type == "message"
    assert "hi \U0001f600" in client.get(answer["Location"]).content.decode()


def test_the_page_has_a_form_that_leads_to_itself(client):
    page = Page(page_of(client))
    [form] = [form for form in page.all("form") if form.get("method") == "post"]
    assert form["action"] == "?user=Bob"
    assert page.one("textarea")["name"] == "text"


@pytest.mark.parametrize("room", STRANGE_ROOMS)
@pytest.mark.parametrize("user", ["Bob", "a&b=c #1"])
def test_a_strange_name_comes_back_to_its_page(client, room, user):
    answer = send(client, room, user, text="hi")
    assert answer.status_code == 303
    page = Page(client.get(answer["Location"]))
    assert (page.json("page")["room"], page.json("page")["user"]) == (room, user)
    assert said(room) == [(user, "hi")]


def test_a_form_that_is_sent_twice_is_said_once(client):
    key = key_of(page_of(client))
    assert [send(client, text="hi", key=key).status_code for _ in range(2)] == [303, 303]
    assert said() == [("Bob", "hi")]


def test_a_form_of_a_message_that_was_deleted_asks_before_it_says_another_text(client):
    key = key_of(page_of(client))
    send(client, text="hi", key=key)
    delete(client, ChatMessage.objects.get().id, key)
    answer = send(client, text="and hello", key=key)
    assert (answer.status_code, Page(answer).one("textarea").text) == (409, "and hello")


def test_every_page_has_a_key_of_its_own(client):
    assert len({key_of(page_of(client)) for _ in range(5)}) == 5


def test_a_form_that_was_sent_before_asks_and_then_says_the_new_text(client):
    """Who goes back in the browser has the old form before them."""
    key = key_of(page_of(client))
    send(client, text="hi", key=key)
    answer = send(client, text="and hello", key=key)
    assert answer.status_code == 409
    page = Page(answer)
    assert page.one("textarea").text == "and hello"
    assert "send it again" in page.one("p", id="text-problem").text
    assert send(client, text="and hello", key=key_of(answer)).status_code == 303
    assert said() == [("Bob", "hi"), ("Bob", "and hello")]


@pytest.mark.parametrize(
    ("text", "why"), [("", "missing"), (" ", "blank"), ("x" * 8001, "8000"), ("</textarea>\0", "NUL"), ("\n\0", "NUL")]
)
def test_a_text_that_is_refused_is_still_there_beside_the_reason(client, text, why):
    post(client, text="what Alice said")
    answer = send(client, text=text, key="k1")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
    page = Page(answer)
    assert why in page.one("p", id="text-problem").text
    assert page.one("textarea").text == text
    assert "what Alice said" in answer.content.decode()
    assert said() == [("Alice", "what Alice said")]


def test_a_page_in_order_has_no_problem(client):
    page = Page(page_of(client))
    assert page.one("p", id="text-problem").text == page.one("textarea").text == ""


@pytest.mark.parametrize("address", ["/lobby", "/lobby?user=", f"/lobby?user={'x' * 65}", "/%20lobby?user=Bob"])
def test_who_says_no_good_name_is_asked_for_one(client, address):
    answer = client.post(address, {"text": "hi"})
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.content.decode()
    assert not ChatRoom.objects.exists()


@pytest.mark.parametrize("other", ["Alice", ""])
def test_the_address_says_who_speaks_and_not_the_body(client, other):
    send(client, **{"text": "hi", "from": other})
    assert said() == [("Bob", "hi")]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(b"hi", "text/plain", 415), (b"text=%FF", FORM, 400), (b"{", JSON, 400), (b"x" * 140_000, FORM, 413)],
)
def test_what_no_form_would_send_is_refused_on_a_page(client, body, content_type, status):
    answer = client.generic("POST", "/lobby?user=Bob#m1", body, content_type=content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert not ChatRoom.objects.exists()


def test_a_form_needs_no_csrf_token():
    assert send(Client(enforce_csrf_checks=True), text="hi").status_code == 303


def shown(answer):
    return [int(element["data-id"]) for element in Page(answer).all("li") if element.get("data-id")]


def older(answer):
    """Return where the link to older messages leads, or None if it is not to be seen."""
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
        assert shown(answer)[-1] < pages[0][0]  # or it never ends
        pages.insert(0, shown(answer))
    assert pages == [ids[:20], ids[20:70], ids[70:]]


def test_fifty_messages_are_all_there_is(client):
    for _ in range(50):
        post(client)
    answer = page_of(client)
    assert (older(answer), Page(answer).json("page")["more"]) == (None, False)
    post(client)
    assert Page(page_of(client)).json("page")["more"]


def test_an_older_page_knows_that_it_is_not_at_the_end(client):
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


def test_the_page_of_an_empty_room_is_at_the_end(client):
    for query in ({}, {"before": 5}):
        page = Page(page_of(client, **query)).json("page")
        assert (page["atEnd"], page["more"]) == (True, False)


def test_before_the_first_message_there_is_nothing(client):
    first = post(client).json()["id"]
    for number in (0, first):
        assert shown(page_of(client, before=number)) == []
    assert shown(page_of(client, before=10**18 - 1)) == [first]


@pytest.mark.parametrize("before", ["", "x", "-1", "1.5", "\u0663", "9" * 19, "\0"])
def test_before_what_is_no_number_there_is_a_page_that_says_so(client, before):
    answer = client.get("/lobby", {"user": "Bob", "before": before})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "before is not a number" in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/lobby", "/lobby?user=Bob#m1", "/a/b", "/?user="])
@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", None), ("Dark", None), ('"><script>', None)]
)
def test_a_page_has_the_colours_of_the_cookie(client, address, cookie, theme):
    client.cookies["theme"] = cookie
    answer = client.get(address)
    assert Page(answer).one("html").get("data-theme") == theme
    assert "Cookie" in answer["Vary"]


def test_no_cache_shows_a_chat_page_of_yesterday(client):
    assert {*page_of(client)["Cache-Control"].split(", ")} == {"no-cache", "private"}


@pytest.mark.parametrize("address", ["/lobby?user=Bob#m1", url_of()])
def test_a_page_and_a_list_are_compressed_for_who_asks_for_it(client, address):
    for _ in range(20):
        post(client, text="the same again")
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert b"the same again" in gzip.decompress(packed.content)
