"""The pages of one room alone: to read it without a name, and for a frame in a page of another site."""

from urllib.parse import quote, urlencode

import pytest
from django.test import Client

from chat.messages.actions import say
from chat.models import ChatMessage, ChatRoom
from chat.policy import SiteUsers
from tests.helpers.page import Page
from tests.helpers.posting import FORM, STRANGE_ROOMS, post
from tests.policy.people import KEYS, token, token_of

pytestmark = pytest.mark.django_db

READ, FRAME = "/-/read/lobby", "/-/frame/lobby"
ALONE = [READ, FRAME]


class ReadableByAll(SiteUsers):
    """Strangers read, and users write."""

    def may_read(self, request, room):
        return True

    def may_write(self, request, room):
        return self.user_of(request) is not None


@pytest.fixture
def tokens(settings):
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    settings.CHAT_TOKEN_KEYS = KEYS


def page_at(client, path, **query):
    answer = client.get(path, query)
    assert answer.status_code == 200, answer.content
    return Page(answer)


def texts(page):
    return [element.text for element in page.all("div", class_="text")][:-1]  # the last one is the script's template


def send(client, path, **fields):
    return client.generic("POST", path, urlencode(fields), content_type=FORM)


@pytest.mark.parametrize("path", ALONE)
def test_it_shows_the_messages_and_asks_for_no_name(client, path):
    post(client, text="hello")
    page = page_at(client, path)
    assert texts(page) == ["hello"]
    assert page.all("input", name="user") == []
    assert page.json("page")["user"] == ""


@pytest.mark.parametrize("path", ALONE)
def test_a_reader_finds_nothing_to_write_or_change_with(client, path):
    page = page_at(client, path)
    assert page.all("form", method="post") == page.all("textarea") == page.all("template", id="tools") == []
    assert page.json("page")["mayWrite"] is False


@pytest.mark.parametrize("path", ALONE)
def test_a_reader_sees_no_other_room_and_no_settings(client, path):
    page = page_at(client, path)
    assert page.all("nav") == page.all("select") == []


@pytest.mark.parametrize("path", ALONE)
def test_it_leads_to_older_messages(client, path):
    for number in range(60):
        post(client, text=str(number))
    page = page_at(client, path)
    [older] = [link for link in page.all("a") if link.text == "Older messages"]
    assert texts(page_at(client, path + older["href"])) == [str(number) for number in range(10)]


@pytest.mark.parametrize("page", ["read", "frame"])
@pytest.mark.parametrize("room", STRANGE_ROOMS)
def test_a_room_with_a_strange_name_is_shown(client, page, room):
    post(client, room=room, text="hi")
    shown = page_at(client, f"/-/{page}/{quote(room, safe='')}")
    assert shown.one("h1").text == f"#{room}"
    assert texts(shown) == ["hi"]


@pytest.mark.parametrize("path", ALONE)
def test_its_own_bundle_is_loaded_and_knows_where_the_chat_is(client, path):
    page = page_at(client, path)
    [script] = page.all("script", type="module")
    assert script["src"] == "/static/chat/frame_page.js"
    assert page.json("page")["home"] == "/"


def test_the_page_to_read_leads_to_where_people_write(client):
    [link] = [link for link in page_at(client, "/-/read/a%20b").all("a") if link.text == "Write here"]
    assert link["href"] == "/a%20b"
    assert Page(client.get(link["href"])).one("input", name="user")


def test_nobody_posts_to_the_page_to_read(client):
    assert send(client, READ, text="hi").status_code == 405


def test_a_name_that_no_room_can_have_is_refused_like_on_the_rooms_page(client):
    long = "x" * 65
    answer = client.get(f"/-/read/{long}")
    assert answer.status_code == client.get(f"/{long}").status_code == 400
    assert "at most 64" in Page(answer).one("p", id="room-problem").text
    framed = client.get(f"/-/frame/{long}?user=Bob")
    assert framed.status_code == 400
    assert "at most 64" in framed.content.decode()


def test_the_join_page_offers_to_read_only(client):
    page = Page(client.get("/"))
    assert (
        page.one("button", name="read", type="submit", formnovalidate=None)["form"]
        == page.one("form", class_="join")["id"]
    )
    [link] = [link for link in Page(client.get("/lobby")).all("a") if link.text == "Just read"]
    assert link["href"] == READ


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("room=garden&user=&read=", "/-/read/garden"),
        ("room=&user=&read=", "/-/read/default"),
        ("room=a%2Bb+c&user=Bob&read=", "/-/read/a+b%20c"),
        ("room=garden&user=%00&read=", "/-/read/garden"),
    ],
)
def test_the_join_form_leads_to_the_page_to_read_whatever_the_name_is(client, query, location):
    answer = client.get("/", QUERY_STRING=query)
    assert (answer.status_code, answer["Location"]) == (302, location)


def test_the_join_form_says_what_is_wrong_with_the_room_to_read(client):
    answer = client.get("/", {"room": "x" * 65, "user": "", "read": ""})
    page = Page(answer)
    assert answer.status_code == 400
    assert "at most 64" in page.one("p", id="room-problem").text
    assert page.all("p", id="user-problem") == []


def test_who_is_known_is_not_offered_to_read_only(client, django_user_model, settings):
    settings.CHAT_POLICY = "chat.policy.SiteUsers"
    client.force_login(django_user_model.objects.create_user("Ann"))
    assert Page(client.get("/")).all("button", name="read") == []


def test_a_name_in_the_frames_address_is_enough_to_write(client):
    page = page_at(client, FRAME, user="Bob")
    assert page.json("page")["user"] == "Bob"
    assert page.one("form", id="composer")["action"] == "?user=Bob"
    assert "mayWrite" not in page.json("page")


def test_the_frames_form_saves_a_message_and_leads_back_to_the_frame(client):
    answer = send(client, f"{FRAME}?user=Bob&theme=dark", text="hi")
    message = ChatMessage.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{FRAME}?user=Bob&theme=dark#m{message.id}")
    assert (message.user, message.text) == ("Bob", "hi")


def test_the_frames_form_shows_a_refused_text_again(client):
    answer = send(client, f"{FRAME}?user=Bob", text="x" * 8001)
    page = Page(answer)
    assert (answer.status_code, page.one("textarea").text) == (400, "x" * 8001)
    assert "framed" in page.one("body")["class"]


@pytest.mark.parametrize("query", ["?user=%00", "?user=", "?user=moderator"])
def test_a_name_that_nobody_can_have_is_refused(client, query):
    assert client.get(FRAME + query).status_code == 400
    assert send(client, FRAME + query, text="hi").status_code == 400
    assert not ChatRoom.objects.exists()


def test_nobody_writes_in_a_frame_without_a_name(client):
    answer = send(client, FRAME, text="hi")
    assert (answer.status_code, "Say who you are" in answer.content.decode()) == (400, True)


def test_a_frame_has_the_devices_colours_or_those_in_its_address(client):
    client.cookies["theme"] = "light"
    assert "data-theme" not in page_at(client, FRAME).one("html")
    assert page_at(client, FRAME, theme="dark").one("html")["data-theme"] == "dark"
    assert "data-theme" not in page_at(client, FRAME, theme="pink").one("html")


def outward(page):
    return [link for link in page.all("a") if not link["href"].startswith(("?", "#"))]


def test_all_links_out_of_a_frame_open_pages_of_their_own(client, tokens):
    found = token_of("Al", "lobby")
    for path in (f"{FRAME}?token={found}", f"{FRAME}?token=nonsense", f"{FRAME}?token={found}&before=x"):
        links = outward(Page(client.get(path)))
        assert links
        assert {link["target"] for link in links} == {"_blank"}
        assert all("token" not in link["href"] for link in links)


@pytest.mark.parametrize("path", [FRAME, f"{FRAME}?user=%00", f"{FRAME}?user=%ff", "/-/frame/a/b"])
def test_no_answer_about_a_frame_lets_a_browser_pass_its_address_on(client, path):
    assert client.get(path)["Referrer-Policy"] == "strict-origin"


def test_other_pages_keep_the_sites_referrer_policy(client):
    assert client.get("/lobby").get("Referrer-Policy") != "strict-origin"


def test_a_frame_takes_the_token_in_its_address(client, tokens):
    found = token_of("Al", "lobby")
    page = page_at(client, FRAME, token=found)
    assert page.json("page")["user"] == page.json("page")["known"] == "Al"
    assert page.one("form", id="composer")["action"] == f"?token={found}"


def test_the_form_of_a_frame_with_a_token_works_without_scripts(client, tokens):
    path = f"{FRAME}?token={token_of('Al', 'lobby')}"
    answer = send(client, path, text="hi")
    message = ChatMessage.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{path}#m{message.id}")
    assert message.user == "Al"


def test_a_token_that_only_reads_makes_a_frame_that_only_reads(client, tokens):
    path = f"{FRAME}?token={token(name='Al', read=['lobby'])}"
    page = page_at(client, path)
    assert page.all("textarea") == []
    assert page.json("page")["user"] == ""
    assert send(client, path, text="hi").status_code == 403


def test_a_token_in_the_address_of_the_page_to_read_does_not_count(client, tokens):
    assert client.get(READ, {"token": token_of("Al", "lobby")}).status_code == 401


@pytest.mark.parametrize("query", ["", "?user=Al", "?token=nonsense"])
def test_who_may_not_read_gets_a_refusal_in_the_frame(client, tokens, settings, query):
    settings.CHAT_SIGN_IN_URL = "https://example.com/login"
    answer = client.get(FRAME + query)
    assert answer.status_code == 401
    assert Page(answer).one("h1").text == "Please sign in"
    other = f"{FRAME}?token={token_of('Al', 'den')}"
    assert client.get(other).status_code == 403


def test_who_may_not_read_is_led_to_sign_in_by_the_page_to_read(client, tokens, settings):
    settings.CHAT_SIGN_IN_URL = "https://example.com/login"
    answer = client.get(READ)
    assert answer.status_code == 302
    assert answer["Location"].startswith("https://example.com/login?next=")
    denied = Client(headers={"Authorization": f"Bearer {token_of('Al', 'den')}"})
    assert denied.get(READ).status_code == 403


def test_a_stranger_reads_where_the_policy_lets_strangers_read(client, settings):
    settings.CHAT_POLICY = "tests.pages.test_frames.ReadableByAll"
    say("lobby", "Bob", "hello")
    for path in ALONE:
        page = page_at(client, path)
        assert texts(page) == ["hello"]
        assert page.all("textarea") == []
    assert client.get("/lobby").status_code == 302
