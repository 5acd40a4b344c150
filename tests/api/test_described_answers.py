"""What the chat answers and sends has the form that chat/api/openapi.yaml describes, and no key beside."""

import json
import time

import jsonschema_rs
import jwt
import pytest

from chat.api.description_parts import document, resolve
from chat.messages import moderation, pause
from chat.messages.actions import moderate
from chat.messages.room_deletion import retire_room
from chat.models import ChatRoom, ChatState, new_mark
from chat.policy.recheck import recheck
from chat.streams.sse import KEEP_ALIVE
from tests.helpers.grip_proxy import KEY
from tests.helpers.posting import FORM, delete, edit, logged_events, post, url_of, url_of_message
from tests.helpers.sse import EventParser

pytestmark = pytest.mark.django_db

AUTHOR_KEY = "the secret of Alice"


@pytest.fixture(autouse=True)
def _history():
    """Give the database its mark, which a test that empties all tables takes away."""
    ChatState.objects.update_or_create(pk=ChatState.ID, defaults={"history": new_mark()})


def check(name, data):
    """Check that the data has the form of the schema, and no key that the schema lacks."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": document()["components"]}
    jsonschema_rs.validator_for(schema).validate(data)
    described = resolve(schema)
    known = {*described.get("properties", {})}
    for part in described.get("allOf", []):
        known |= {*resolve(part)["properties"]}
    assert {*data} <= known


def test_each_event_of_a_room_has_the_form_in_the_description(client, moderator):
    first = post(client, key="k1", tag="t", author_key=AUTHOR_KEY).json()["id"]
    edit(client, first)
    others = [post(client, key=f"other {number}").json()["id"] for number in range(3)]
    delete(client, others[0], key="other 0")
    moderate("lobby", *others[1:])
    moderation.lock_room("lobby", True)
    moderation.slow_down_room("lobby", 5)
    recheck("lobby")
    pause.announce("for a move")
    retire_room(ChatRoom.objects.get(eid="lobby").pk)
    events = logged_events()
    for name, _, data in events:
        check(f"event.{name}", data)
    sent_by_the_stream = {"stream-open", "stream-reset", "keep-alive"}
    described = {
        name.removeprefix("event.") for name in document()["components"]["schemas"] if name.startswith("event.")
    }
    assert {name for name, _, _ in events} == described - sent_by_the_stream


def test_the_events_of_the_stream_itself_have_the_form_in_the_description(client, settings):
    settings.GRIP_PROXIES = [{"control_uri": "http://127.0.0.1:1", "key": KEY}]
    signature = jwt.encode({"iss": "pushpin", "exp": int(time.time()) + 60}, KEY)
    post(client)
    headers = {"Grip-Sig": signature, "Last-Event-ID": "room-lobby:99"}
    answer = client.get("/events/?channel=room-lobby", headers=headers)
    parser = EventParser()
    lines = [*answer.content.splitlines(keepends=True), *KEEP_ALIVE.encode().splitlines(keepends=True)]
    events = [event for line in lines for event in parser.feed(line)]
    for event in events:
        check(f"event.{event['event']}", json.loads(event["data"]))
    assert [event["event"] for event in events] == ["stream-open", "stream-reset", "keep-alive"]


def test_the_lists_have_the_form_in_the_description(client):
    message = post(client, key="k1", tag="t", author_key=AUTHOR_KEY).json()["id"]
    edit(client, message)
    for query in ("", "?limit=1", "?after=0", "?since=room-lobby:0", "?after=0&since=room-lobby:0"):
        answer = client.get(url_of() + query, headers={"Author-Key": AUTHOR_KEY}).json()
        check("MessageList", answer)
        for found in answer["messages"]:
            check("ListedMessage", found)
        assert {*answer} == {*document()["components"]["schemas"]["MessageList"]["properties"]}
    assert "event" in answer["messages"][0]


def test_the_event_of_a_write_has_the_form_in_the_description(client):
    schema = document()["components"]["headers"]["Event-Id"]["schema"]
    written = post(client, room="a:b, c", key="k1")
    for answer in (written, edit(client, written.json()["id"], room="a:b, c")):
        jsonschema_rs.validator_for(schema).validate(answer["Event-Id"])
        assert "Event-Id" in document()["components"]["responses"]["Changed"]["headers"]


def test_a_message_has_the_form_in_the_description(client):
    message = post(client, key="k1", tag="t", author_key=AUTHOR_KEY).json()["id"]
    edit(client, message)
    delete(client, message)
    check("Message", client.get(url_of_message(message)).json())


def test_a_refusal_has_the_form_in_the_description(client):
    answer = client.get(f"{url_of()}?limit=1000").json()
    check("Errors", answer)
    check("Error", answer["errors"][0])


def test_a_refusal_for_a_pause_has_the_form_in_the_description(client):
    pause.pause("for a move")
    answer = post(client)
    check("Error", answer.json()["errors"][0])
    assert (answer.status_code, answer.json()["errors"][0]["paused"]) == (503, "for a move")


@pytest.mark.parametrize(("path", "name"), [("/-/live", "Live"), ("/-/ready", "Ready")])
def test_the_answers_about_health_have_the_form_in_the_description(client, path, name):
    check(name, client.get(path).json())


def test_the_answer_to_a_moderator_has_the_form_in_the_description(client, moderator):
    post(client)
    check("Moderated", moderator.post("/-/moderate/", "action=lock&room=lobby", FORM).json())


def test_no_cache_shows_an_old_version_of_a_message(client):
    message = post(client).json()["id"]
    assert client.get(url_of_message(message))["Cache-Control"] == "no-cache"
