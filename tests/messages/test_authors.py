"""Identity by proof: who sends the same secret again is the same author, and nobody else is."""

import re

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from chat.messages import authors
from chat.models import ChatMessage, Secret
from tests.helpers.posting import CONTENT_TYPES, delete, edit, logged_events, post, url_of

pytestmark = pytest.mark.django_db

ANN, OTHER = "ann's secret, random", "another secret, random"


def say(client, author_key=ANN, room="lobby", **fields):
    return post(client, room=room, author_key=author_key, **fields)


def author(client, *args, **fields):
    return say(client, *args, **fields).json()["author"]


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
def test_a_message_carries_its_authors_mark(client, content_type):
    message = post(client, content_type, author_key=ANN).json()
    assert re.fullmatch("[a-z2-7]{8}", message["author"])
    assert client.get(url_of()).json()["messages"] == [message]
    assert client.get(f"{url_of()}{message['id']}/").json() == message
    assert logged_events()[0][2]["author"] == message["author"]


def test_the_same_secret_has_the_same_mark_in_a_room_and_another_one_elsewhere(client):
    marks = author(client), author(client, sender="Someone else"), author(client, OTHER), author(client, room="attic")
    assert marks[0] == marks[1]
    assert len({*marks}) == 3


def test_a_message_without_a_secret_has_no_author(client):
    assert {*post(client).json()} == {"id", "from", "text", "date"}


def test_marks_survive_another_secret_key_and_depend_on_the_database(client):
    mark = author(client)
    with override_settings(SECRET_KEY="another"):
        assert author(client) == mark
    Secret.objects.update(value=b"x" * 32)
    assert author(client) != mark


@pytest.mark.django_db(transaction=True)
def test_a_process_reads_the_random_key_once(client, django_assert_num_queries):
    authors._kept_secret.cache_clear()
    try:
        first = authors.author_hash_of("lobby", ANN)
        with django_assert_num_queries(0):
            assert authors.author_hash_of("lobby", ANN) == first
        assert bytes(Secret.objects.get().value) == authors._kept_secret()
    finally:
        authors._kept_secret.cache_clear()


def test_nobody_is_told_the_secret(client):
    say(client)
    everything = [client.get(url_of()).content, client.get("/lobby?user=Bob").content, str(logged_events()).encode()]
    everything += [bytes(value) for value in ChatMessage.objects.values_list("author_hash", flat=True)]
    assert not [text for text in everything if ANN.encode() in text]


def test_an_author_changes_all_of_his_messages_without_their_keys(client):
    ids = [say(client, text=text).json()["id"] for text in ("one", "two")]
    assert edit(client, ids[0], key=None, author_key=ANN, text="eins").json()["text"] == "eins"
    answer = client.delete(f"{url_of()}{ids[1]}/", headers={"Author-Key": ANN})
    assert answer.json()["text"] == ""


def test_another_author_changes_nothing(client):
    message_id = say(client).json()["id"]
    assert edit(client, message_id, key=None, author_key=OTHER).status_code == 403
    assert delete(client, message_id, key=None).status_code == 403
    elsewhere = say(client, room="attic").json()["id"]
    assert edit(client, elsewhere, key=None, author_key=ANN).status_code == 404


def test_the_mark_is_no_proof(client):
    """Authorisation compares all 32 bytes: a secret with the same mark proves nothing."""
    message = ChatMessage.objects.get(id=say(client).json()["id"])
    alike = bytes(message.author_hash)[:31] + b"?"
    assert not message.is_by(alike)
    assert message.is_by(bytes(message.author_hash))


def test_a_message_of_an_unknown_author_belongs_to_nobody(client):
    message_id = post(client, key="k1").json()["id"]
    assert edit(client, message_id, key=None, author_key=ANN).status_code == 403
    assert edit(client, message_id, key="k1", author_key=OTHER).status_code == 200


def test_a_repeat_after_an_edit_is_known_by_the_authors_secret(client):
    message_id = say(client, text="one", key="k1").json()["id"]
    edit(client, message_id, key=None, author_key=ANN, text="eins")
    assert say(client, text="one", key="k1").json()["text"] == "eins"
    assert say(client, text="three", key="k1").status_code == 409


def test_the_list_says_who_you_are(client):
    mark = author(client)
    answer = client.get(url_of(), headers={"Author-Key": ANN})
    assert answer.json()["you"] == mark
    assert "Author-Key" in answer["Vary"]
    assert "you" not in client.get(url_of()).json()
    assert client.get(url_of("attic"), headers={"Author-Key": ANN}).json()["you"] == author(client, room="attic")


@pytest.mark.parametrize("bad", ["", "x" * 15, "x" * 65, "x" * 20 + "\x07"])
def test_a_bad_secret_is_refused(client, bad):
    answer = say(client, bad)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert error == {
        "field": "author_key",
        "message": "author_key must have 16 to 64 printable characters, all of them random.",
        "limit": 64,
    }
    if bad and bad.isprintable():
        answer = client.get(url_of(), headers={"Author-Key": bad})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "Author-Key"


def test_a_secret_that_differs_from_the_header_is_refused(client):
    answer = client.post(url_of(), {"from": "a", "text": "b", "author_key": ANN}, headers={"Author-Key": OTHER})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "author_key"


LOOK_ALIKES = [
    "\uff33ystem",
    "\u0410dmin",
    "M\u03bfderator",
    "syst\u0435m",
    "adm\u0131n",
    "\u1d00\u1d05\u1d0d\u026a\u0274",
]
STAFF_NAMES = ["System", "ADMIN", "moderator", "Chat", " admin ", *LOOK_ALIKES]


@pytest.mark.parametrize("name", STAFF_NAMES)
def test_only_moderators_may_have_a_name_that_looks_official(client, name):
    answer = post(client, sender=name)
    assert answer.status_code == 403
    assert answer.json()["errors"] == [
        {"field": "from", "message": "from is a name that only moderators may use. Choose another one."}
    ]
    assert client.get("/lobby", {"user": name}).status_code == 400
    assert client.get("/", {"user": name}).status_code == 400


@pytest.mark.parametrize("name", ["Administrator", "Chatty", "ann", "Systema"])
def test_other_names_are_free(client, name):
    assert post(client, sender=name).status_code == 200
    assert client.get("/lobby", {"user": name}).status_code == 200


def test_a_moderators_message_says_so(moderator):
    message = post(moderator, sender="System").json()
    assert message["staff"] is True
    assert logged_events()[0][2]["staff"] is True
    assert moderator.get("/lobby", {"user": "System"}).status_code == 200


def test_nobody_else_can_say_so(client):
    assert "staff" not in post(client, staff="true").json()
    client.force_login(User.objects.create(username="clerk", is_staff=True))
    assert "staff" not in post(client).json()
    assert post(client, sender="System").status_code == 403


INVISIBLE = ["a\u202eb", "a\u2066b", "a\u200eb", "a\u200bb", "a\u00adb", "a\u200db", "\u200da", "a\u3164b"]
INVISIBLE += ["Admin\ufe0f", "A\ufe00", "a\u180bb", "a\U000e0100"]
REFUSED_NAMES = [*INVISIBLE, "Z" + "\u0301" * 6]


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_names_that_look_like_others_or_disturb_are_refused(client, name):
    answer = post(client, sender=name)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "from"
    refused = post(client, room=name)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "room"


@pytest.mark.parametrize("room", ["admin", "static", "events", "rooms"])
def test_no_new_room_is_named_like_our_addresses(client, room):
    answer = post(client, room=room)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "room"
    assert client.get(url_of(room)).status_code == 200


def test_old_rooms_and_messages_stay(client, django_user_model):
    from chat.models import ChatRoom

    for name in ("events", "a\u202eb"):
        room = ChatRoom.objects.create(eid=name)
        room.messages.create(user="a\u202eb", text="hi")
        assert post(client, room=name).status_code == 200
        assert [message["from"] for message in client.get(url_of(name)).json()["messages"]] == ["Alice", "a\u202eb"]
