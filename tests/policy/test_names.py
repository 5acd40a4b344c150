"""Where a policy knows people's names, nobody writes under another one; and who may only read gets no form."""

import json

import pytest
from django.test import Client

from chat.models import ChatMessage
from chat.policy import Open, SiteUsers
from tests.helpers.page import Page
from tests.helpers.posting import JSON, MULTIPART, encode, url_of
from tests.policy.people import FORM, OPEN, POLICIES, bearer, furnish, token

pytestmark = pytest.mark.django_db

WORDS = "You write here as “Alice”. Send that name or none. A page that shows another one must be loaded again."


@pytest.fixture(params=POLICIES)
def alice(request, settings):
    client = POLICIES[request.param](settings)[0]
    furnish()
    return client


def post(client, content_type=FORM, **fields):
    return client.generic("POST", url_of(OPEN), encode(fields, content_type), content_type=content_type)


@pytest.mark.parametrize("content_type", [FORM, JSON, MULTIPART])
def test_the_name_may_be_left_out_and_be_right(alice, content_type):
    for fields in ({}, {"from": "Alice"}, {"from": " Alice "}):
        assert post(alice, content_type, text="hi", **fields).json()["from"] == "Alice"


@pytest.mark.parametrize("content_type", [FORM, JSON, MULTIPART])
@pytest.mark.parametrize("other", ["Bob", "alice", "", "x" * 65, "\0"])
def test_another_name_is_refused_with_the_one_to_send(alice, content_type, other):
    before = ChatMessage.objects.count()
    answer = post(alice, content_type, text="hi", **{"from": other})
    assert (answer.status_code, answer.json()["errors"]) == (
        403,
        [{"field": "from", "message": WORDS}],
    )
    assert ChatMessage.objects.count() == before


def test_a_wrong_text_is_still_a_400(alice):
    assert [error["field"] for error in post(alice, text="").json()["errors"]] == ["text"]


def test_the_page_ignores_the_name_in_its_address(alice):
    page = Page(alice.get(f"/{OPEN}?user=Bob"))
    assert (page.json("page")["user"], page.json("page")["known"]) == ("Alice", "Alice")
    assert page.one("form", id="composer")["action"] == "?"
    assert page.all("input", name="user") == []
    assert "Change name" not in alice.get(f"/{OPEN}").content.decode()
    assert "mayWrite" not in page.json("page")


def test_a_form_is_sent_under_the_policys_name(alice):
    answer = alice.post(f"/{OPEN}?user=Bob", {"text": "by a form"})
    last = ChatMessage.objects.last()
    assert (answer.status_code, answer["Location"]) == (303, f"/{OPEN}#m{last.pk}")
    assert (last.user, last.text) == ("Alice", "by a form")


def test_links_to_older_messages_have_no_name(alice):
    for _ in range(51):
        post(alice, text="hi")
    page = Page(alice.get(f"/{OPEN}"))
    [older] = [found for found in page.all("a") if found.text == "Older messages"]
    assert older["href"].startswith("?before=")
    assert alice.get(f"/{OPEN}{older['href']}").status_code == 200


def test_the_join_page_shows_the_name_and_asks_for_a_room_only(alice):
    page = Page(alice.get("/"))
    assert page.all("input", name="user") == []
    assert page.one("p", class_="who").text == "You are Alice."
    assert page.one("nav", id="visited")["data-user"] == "Alice"
    assert "You need no account" not in alice.get("/").content.decode()


@pytest.mark.parametrize(
    ("query", "where"),
    [("room=lobby", "/lobby"), ("room=", "/default"), ("user=Bob&room=lobby", "/lobby"), ("room=a&x=1", "/a?x=1")],
)
def test_the_join_form_leads_to_the_room_without_a_name(alice, query, where):
    assert alice.get(f"/?{query}")["Location"] == where


def test_the_join_form_says_what_is_wrong_with_a_room(alice):
    answer = alice.get("/?room=a/b")
    assert answer.status_code == 400
    assert Page(answer).all("input", name="user") == []


def test_an_empty_room_shows_no_command_that_would_be_refused(alice, settings):
    settings.CHAT_TOKEN_KEYS = {"now": {"alg": "HS256", "key": "s" * 32}}
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    client = bearer(token(sub="Al", read=["*"], write=["*"]))
    assert "curl" not in client.get("/new").content.decode()


def reader(settings):
    settings.CHAT_POLICY = "chat.policy.SignedTokens"
    settings.CHAT_TOKEN_KEYS = {"now": {"alg": "HS256", "key": "s" * 32}}
    return bearer(token(sub="Rita", read=[OPEN]), **{"Accept-Language": "en"})


def test_who_may_only_read_sees_the_room_without_a_form(settings):
    furnish()
    client = reader(settings)
    page = Page(client.get(f"/{OPEN}"))
    assert "hidden" in page.one("form", id="composer")
    assert page.one("p", id="read-only").text == "You may read this room, but not write in it."
    assert page.json("page")["mayWrite"] is False
    assert page.all("a", class_="skip") == []
    assert page.all("div", class_="text")[0].text == "hello all"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", url_of(OPEN)), ("PATCH", f"{url_of(OPEN)}1/"), ("DELETE", f"{url_of(OPEN)}1/"), ("POST", f"/{OPEN}")],
)
def test_who_may_only_read_writes_nothing(settings, method, path):
    furnish()
    before = [*ChatMessage.objects.values()]
    answer = reader(settings).generic(method, path, "text=hi&key=k1", content_type=FORM)
    assert answer.status_code == 403
    assert "You may not write in the room lobby." in answer.content.decode()
    assert [*ChatMessage.objects.values()] == before


def test_a_refusal_for_our_page_is_in_its_language(settings):
    answer = reader(settings).post(url_of(OPEN), {"text": "hi"}, headers={"Chat-Language": "de"})
    assert answer.json()["errors"][0]["message"] == "In den Raum lobby darfst du nicht schreiben."


class OpenLobby(SiteUsers):
    """Strangers may read the lobby and change there what they have a key for; users may do more."""

    def may_read(self, request, room):
        return room == OPEN or super().may_read(request, room)


def test_a_policy_may_let_strangers_read(settings):
    settings.CHAT_POLICY = "tests.policy.test_names.OpenLobby"
    furnish()
    client = Client(raise_request_exception=False)
    assert client.get(url_of(OPEN), headers={"Author-Key": "a" * 20}).status_code == 200
    assert client.get(url_of("attic")).status_code == 401
    assert client.post(url_of(OPEN), {"from": "Alice", "text": "hi"}).status_code == 401, "without a name nobody writes"
    hers = ChatMessage.objects.get(room__eid=OPEN)
    assert client.patch(f"{url_of(OPEN)}{hers.pk}/", "text=hello&key=x", content_type=FORM).status_code == 403
    assert client.get(f"/{OPEN}?user=Alice")["Location"] == "/-/login/?next=/lobby%3Fuser%3DAlice"
    events = client.get(f"/events/?channel=room-{OPEN}&channel=room-attic").json()["errors"]
    assert [error["channel"] for error in events] == ["room-attic"]


class OnlyTheLobby(Open):
    """A policy that knows nobody: everybody may use the lobby, under any name."""

    def may_read(self, request, room):
        return room == OPEN


def test_a_policy_of_four_lines_lets_the_readers_write_and_give_their_own_names(settings):
    settings.CHAT_POLICY = "tests.policy.test_names.OnlyTheLobby"
    client = Client()
    assert client.post(url_of(OPEN), {"from": "Carol", "text": "hi"}).json()["from"] == "Carol"
    assert client.post(url_of("attic"), {"from": "Carol", "text": "hi"}).status_code == 403
    assert Page(client.get(f"/{OPEN}")).one("input", name="user")["value"] == ""
    assert Page(client.get(f"/{OPEN}?user=Carol")).json("page")["user"] == "Carol"
    assert Page(client.get("/")).all("input", name="user") != []
    assert client.get("/attic?user=Carol").status_code == 403
    assert "Vary" in client.get(f"/{OPEN}")


def test_the_mark_of_an_account_is_not_the_mark_of_a_key(alice):
    first = post(alice, text="hi", author_key="a" * 20).json()
    second = post(alice, text="hi", author_key="b" * 20).json()
    assert first["author"] == second["author"]


def test_the_page_and_the_list_say_the_mark_of_an_account(alice):
    said = post(alice, text="hi", author_key="a" * 20).json()
    assert Page(alice.get(f"/{OPEN}")).json("page")["you"] == said["author"]
    assert alice.get(url_of(OPEN)).json()["you"] == said["author"]


def test_a_page_says_no_mark_where_the_policy_does_not_know_the_author(settings):
    assert {"you", "known"}.isdisjoint(Page(Client().get(f"/{OPEN}?user=Carol")).json("page"))
    settings.CHAT_POLICY = "tests.policy.test_names.OnlyTheLobby"
    assert {"you", "known"}.isdisjoint(Page(Client().get(f"/{OPEN}?user=Carol")).json("page"))


def test_the_wire_says_nothing_of_accounts(alice):
    answer = json.dumps(alice.get(url_of(OPEN)).json())
    assert "account" not in answer


def test_a_user_without_a_session_cookie_is_a_stranger(settings):
    clients = POLICIES["site users"](settings)
    clients[0].cookies.clear()
    assert clients[0].get(url_of(OPEN)).status_code == 401
