"""Every request about a room asks the policy first: nothing of a private room gets out, nor whether it exists."""

import re
import time
from urllib.parse import urlencode

import jwt
import pytest
from django.core.cache import cache
from django.test import Client

from chat.models import ChatMessage, ChatRoom
from tests.helpers.grip_proxy import KEY
from tests.policy.people import FORM, OPEN, POLICIES, PRIVATE, TEXT, furnish

pytestmark = pytest.mark.django_db

LIST = f"/rooms/{PRIVATE}/messages/"


def signed():
    return {"Grip-Sig": jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 600}, KEY)}


def send(method, path, **fields):
    body = urlencode({name: value for name, value in fields.items() if value is not None})
    return lambda client: client.generic(method, path, body, content_type=FORM)


def get(path, **headers):
    return lambda client: client.get(path, headers=headers)


def stream(query="", path="/events/"):
    return lambda client: client.get(f"{path}{query}", headers=signed())


ETAG = []  # of the list, as Alice gets it

# What somebody may ask about the private room. M is the id of the message in it.
PAGES = {
    "page": get(f"/{PRIVATE}"),
    "page with a name": get(f"/{PRIVATE}?user=Alice"),
    "page of older messages": get(f"/{PRIVATE}?before=999999"),
    "page, wrong": get(f"/{PRIVATE}?before=x"),
    "page to read": get(f"/-/read/{PRIVATE}"),
    "page to read, older": get(f"/-/read/{PRIVATE}?before=999999"),
    "frame": get(f"/-/frame/{PRIVATE}"),
    "frame with a name": get(f"/-/frame/{PRIVATE}?user=Alice"),
    "frame, wrong": get(f"/-/frame/{PRIVATE}?before=x"),
    "frame's form": send("POST", f"/-/frame/{PRIVATE}", text="hi"),
    "form": send("POST", f"/{PRIVATE}", text="hi"),
    "empty form": send("POST", f"/{PRIVATE}", text=""),
}
PROGRAMS = {
    "list": get(LIST),
    "list, head": lambda client: client.head(LIST),
    "list before": get(f"{LIST}?before=999999"),
    "list after": get(f"{LIST}?after=0"),
    "list since": get(f"{LIST}?since=room-{PRIVATE}:0"),
    "list, wrong": get(f"{LIST}?since=nonsense"),
    "list, limit": get(f"{LIST}?limit=1"),
    "list, old ETag": get(LIST, **{"If-None-Match": 'W/"0"'}),
    "list, right ETag": lambda client: client.get(LIST, headers={"If-None-Match": ETAG[0]}),
    "list, If-Match": get(LIST, **{"If-Match": 'W/"0"'}),
    "list, packed": get(LIST, **{"Accept-Encoding": "gzip"}),
    "list, author": get(LIST, **{"Author-Key": "a" * 20}),
    "message": get(f"{LIST}M/"),
    "message, head": lambda client: client.head(f"{LIST}M/"),
    "message, wrong": get(f"{LIST}nonsense/"),
    "post": send("POST", LIST, text="hi"),
    "post again": send("POST", LIST, text=TEXT, key="k1"),
    "post, wrong": send("POST", LIST, text=""),
    "edit": send("PATCH", f"{LIST}M/", text="hello", key="k1"),
    "edit, wrong key": send("PATCH", f"{LIST}M/", text="hello", key="k2"),
    "delete": send("DELETE", f"{LIST}M/", key="k1"),
    "delete, wrong key": send("DELETE", f"{LIST}M/", key="k2"),
    "lock": send("POST", "/-/moderate/", action="lock", room=PRIVATE),
    "clear": send("POST", "/-/moderate/", action="clear", room=PRIVATE),
    "moderate a message": send("POST", "/-/moderate/", action="remove", room=PRIVATE, message="M", span="all"),
    "stream": stream(f"?channel=room-{PRIVATE}"),
    "stream, resumed": stream(f"?channel=room-{PRIVATE}&lastEventId=room-{PRIVATE}:0"),
    "stream, recovered": stream(f"?channel=room-{PRIVATE}&lastEventId=room-{PRIVATE}:0&recover=true"),
    "stream of the room": stream(path=f"/rooms/{PRIVATE}/events/"),
    "stream of both rooms": stream(f"?channel=room-{OPEN}&channel=room-{PRIVATE}"),
    "stream without a proxy": get(f"/events/?channel=room-{PRIVATE}"),
}
REQUESTS = {**PAGES, **PROGRAMS}


class Asked(Client):
    """Wraps a client: it writes the message's id in the place of M."""

    def __init__(self, client, message_id):
        super().__init__(raise_request_exception=False)
        self.client, self.message_id = client, str(message_id)

    def generic(self, method, path, data="", *args, **kwargs):
        data = data.replace("message=M", f"message={self.message_id}") if isinstance(data, str) else data
        return self.client.generic(method, path.replace("/M/", f"/{self.message_id}/"), data, *args, **kwargs)

    def get(self, path, *args, **kwargs):
        return self.client.get(path.replace("/M/", f"/{self.message_id}/"), *args, **kwargs)

    def head(self, path, *args, **kwargs):
        return self.client.head(path.replace("/M/", f"/{self.message_id}/"), *args, **kwargs)


@pytest.fixture(params=POLICIES)
def people(request, settings):
    """The clients of Alice and Bob, who have asked for both lists before, and of a stranger."""
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    cache.clear()
    clients = [*POLICIES[request.param](settings), Client(raise_request_exception=False)]
    message_id = furnish()
    alice, bob, stranger = [Asked(client, message_id) for client in clients]
    seen = alice.get(LIST)
    assert TEXT in seen.content.decode()
    assert bob.get(f"/rooms/{OPEN}/messages/").status_code == 200
    ETAG[:] = [seen["ETag"]]
    return {"Alice": alice, "Bob": bob, "a stranger": stranger}


def whole(answer):
    return answer.status_code, sorted(answer.items()), answer.content


@pytest.mark.parametrize("what", REQUESTS)
def test_somebody_who_may_is_not_refused(people, what):
    answer = REQUESTS[what](people["Alice"])
    if "wrong" in what or what in ("list, If-Match", "empty form", "stream without a proxy"):
        assert answer.status_code in (400, 403, 404, 412, 501)
    else:
        assert answer.status_code in (200, 303, 304)
    assert not re.search(rb"You may not [a-z ]+ (?:the room|room-)", answer.content)


@pytest.mark.parametrize("who", ["Bob", "a stranger"])
@pytest.mark.parametrize("what", REQUESTS)
def test_nobody_else_learns_anything(people, what, who):
    """The answer is the same, byte for byte, before and after the room is gone."""
    before = [*ChatMessage.objects.values()]
    refused = REQUESTS[what](people[who])
    if who == "Bob":
        assert refused.status_code == 403
    else:
        assert refused.status_code == (302 if what in PAGES and not re.search("form|frame", what) else 401)
    assert [*ChatMessage.objects.values()] == before
    assert not ChatRoom.objects.filter(locked__isnull=False).exists()
    assert TEXT.encode() not in refused.content
    assert not {"ETag", "Grip-Hold", "Grip-Channel", "Set-Cookie"} & {*refused.headers}
    ChatRoom.objects.all().delete()
    assert whole(REQUESTS[what](people[who])) == whole(refused)


@pytest.mark.django_db(transaction=True)  # inside a transaction the server caches no newest page
@pytest.mark.parametrize("what", ["page", "list", "list, right ETag"])
def test_a_cached_newest_page_is_for_nobody_else(people, what):
    for _ in range(2):
        assert TEXT in get(LIST)(people["Alice"]).content.decode()
    for who in ("Bob", "a stranger"):
        answer = REQUESTS[what](people[who])
        assert answer.status_code in (302, 401, 403)
        assert TEXT not in answer.content.decode()


@pytest.mark.parametrize("who", ["Bob", "a stranger"])
@pytest.mark.parametrize("what", [what for what in PROGRAMS if "stream" not in what and "head" not in what])
def test_a_refusal_of_a_room_is_one_error_in_words(people, what, who):
    answer = REQUESTS[what](people[who])
    [error] = answer.json()["errors"]
    assert error["field"] == ("room" if who == "Bob" else "user")
    assert error["message"].endswith(".")


def test_a_refusal_of_a_stream_names_each_refused_channel(people):
    ask = stream(f"?channel=room-{OPEN}&channel=room-{PRIVATE}")
    assert ask(people["Bob"]).json() == {
        "errors": [{"field": "channel", "message": f"You may not read room-{PRIVATE}.", "channel": f"room-{PRIVATE}"}]
    }
    strange = ask(people["a stranger"])
    assert [error["channel"] for error in strange.json()["errors"]] == [f"room-{PRIVATE}", f"room-{OPEN}"]
    assert strange.status_code == 401


def test_a_page_leads_a_stranger_to_where_people_sign_in(people, settings):
    where = people["a stranger"].get(f"/{PRIVATE}?before=5")["Location"]
    if settings.CHAT_POLICY == "chat.policy.SignedTokens":
        assert where == "https://example.com/login?next=http%3A%2F%2Ftestserver%2Fattic%3Fbefore%3D5"
    else:
        assert where == "/-/login/?next=/attic%3Fbefore%3D5"
    assert people["a stranger"].get("/")["Location"].endswith("%2F" if where.startswith("https") else "=/")


@pytest.mark.parametrize("what", REQUESTS)
@pytest.mark.parametrize("who", ["Alice", "Bob", "a stranger"])
def test_no_cache_keeps_an_answer_or_gives_it_to_somebody_else(people, what, who):
    answer = REQUESTS[what](people[who])
    assert {"private", "no-cache"} <= {*answer["Cache-Control"].split(", ")}
    assert {"Cookie", "Authorization"} <= {*answer["Vary"].split(", ")}


def test_a_moderator_of_one_room_removes_nothing_in_others(people):
    """Bob moderates the lobby. Alice has written in both rooms, from one address."""
    hers = ChatMessage.objects.get(room__eid=OPEN)
    ChatMessage.objects.update(source=b"a" * 16)
    done = send("POST", "/-/moderate/", action="remove", room=OPEN, message=hers.pk, span="all")(people["Bob"])
    assert done.json() == {"messages": 1, "done": True}
    assert ChatMessage.objects.get(room__eid=PRIVATE).text == TEXT
