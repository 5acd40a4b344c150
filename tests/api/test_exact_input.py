"""The chat keeps what was sent exactly, or refuses it and says why."""

import json
import unicodedata

import pytest

from chat.models import ChatMessage, ChatRoom
from tests.helpers.posting import FORM, JSON, assert_refused, change, delete, edit, post, post_bytes, url_of

pytestmark = pytest.mark.django_db

MULTIPART = "multipart/form-data; boundary=b"


def part(name, text, headers=""):
    return f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n{headers}\r\n{text}\r\n'


def test_a_multipart_form_without_its_closing_boundary_is_refused(client):
    whole = part("from", "Alice") + part("text", "hi")
    assert_refused(post_bytes(client, whole.encode(), MULTIPART), 400, "body")
    assert_refused(post_bytes(client, f"{whole}--b".encode(), MULTIPART), 400, "body")
    assert post_bytes(client, f"{whole}--b--".encode(), MULTIPART).json()["text"] == "hi"


@pytest.mark.parametrize("encoding", ["base64", "BASE64", "quoted-printable", "x"])
def test_a_part_in_another_encoding_is_refused(client, encoding):
    header = f"Content-Transfer-Encoding: {encoding}\r\n"
    body = part("from", "Alice") + part("text", "aGk=!", header) + "--b--\r\n"
    assert_refused(post_bytes(client, body.encode(), MULTIPART), 400, "body")


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "Binary"])
def test_a_part_that_names_its_plain_encoding_is_accepted(client, encoding):
    header = f"content-transfer-encoding: {encoding}\r\n"
    body = part("from", "Alice") + part("text", "Köln", header) + "--b--\r\n"
    assert post_bytes(client, body.encode(), MULTIPART).json()["text"] == "Köln"


def test_a_text_about_encodings_and_boundaries_is_a_text(client):
    text = "--a\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=\r\n--a--"
    body = part("from", "Alice") + part("text", text) + "--b--\r\n"
    assert post_bytes(client, body.encode(), MULTIPART).json()["text"] == text


@pytest.mark.parametrize("name", ["key", "tag"])
def test_null_in_json_means_absent(client, name):
    body = json.dumps({"from": "Alice", "text": "hi", name: None})
    assert set(post_bytes(client, body.encode(), JSON).json()) == {"id", "from", "text", "date"}


@pytest.mark.parametrize("name", ["from", "text"])
def test_null_for_a_field_that_must_be_there_is_a_missing_field(client, name):
    body = json.dumps({"from": "Alice", "text": "hi", name: None})
    assert_refused(post_bytes(client, body.encode(), JSON), 400, name)


@pytest.mark.parametrize("value", [7, None, [], {"a": 1}, "x", True])
def test_unknown_members_in_json_are_ignored(client, value):
    body = json.dumps({"from": "Alice", "text": "hi", "mood": value, "": value, "\ud800": value})
    assert post_bytes(client, body.encode(), JSON).status_code == 200


@pytest.mark.parametrize("value", [7, [], {"a": 1}, True])
@pytest.mark.parametrize("name", ["from", "text", "key", "tag"])
def test_a_known_member_that_is_no_string_is_refused(client, name, value):
    body = json.dumps({"from": "Alice", "text": "hi", name: value})
    assert_refused(post_bytes(client, body.encode(), JSON), 400, name)


def test_a_byte_order_mark_is_refused_by_its_name(client):
    answer = post_bytes(client, b"\xef\xbb\xbf" + b'{"from": "Alice", "text": "hi"}', JSON)
    assert_refused(answer, 400, "body")
    assert "byte order mark" in answer.json()["errors"][0]["message"]


def test_half_a_surrogate_pair_is_no_error_of_the_page(client):
    answer = client.post("/lobby?user=Alice", '{"\\ud800": 1}', content_type=JSON)
    assert answer.status_code == 400


@pytest.fixture
def edited(client):
    """Alice's message, first "one", now "two", sent with the key k1."""
    said = post(client, key="k1", text="one").json()
    return edit(client, said["id"], text="two").json()


def test_a_retry_of_the_first_text_after_an_edit_is_answered_with_the_message(client, edited):
    answer = post(client, key="k1", text="one")
    assert (answer.status_code, answer.json()) == (200, edited)


@pytest.mark.parametrize("text", ["three", "One"])
def test_another_text_with_a_used_key_is_a_conflict_after_an_edit_too(client, edited, text):
    answer = post(client, key="k1", text=text)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "key"


def test_the_first_text_counts_after_many_edits(client, edited):
    edit(client, edited["id"], text="three")
    assert post(client, key="k1", text="one").status_code == 200
    assert post(client, key="k1", text="three").status_code == 200
    assert post(client, key="k1", text="two").status_code == 409


def test_a_deletion_erases_the_hash_of_the_first_text(client, edited):
    delete(client, edited["id"])
    assert ChatMessage.objects.get().first_text_hash is None
    assert post(client, key="k1", text="one").json()["deleted"]


def test_a_message_edited_before_there_was_a_hash_accepts_any_text_of_its_sender(client, edited):
    ChatMessage.objects.update(first_text_hash=None)
    assert post(client, key="k1", text="three").status_code == 200


@pytest.mark.parametrize(("key", "word"), [(None, "missing"), ("k2", "not the one")])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_refused_change_says_whether_the_key_is_wrong_or_missing(client, method, key, word):
    said = post(client, key="k1").json()
    answer = change(client, method, said["id"], {"text": "hello", "key": key}, FORM)
    assert answer.status_code == 403
    assert word in answer.json()["errors"][0]["message"]


def test_head_of_the_list_has_the_etag_of_its_get(client):
    post(client)
    tag = client.get(url_of())["ETag"]
    assert client.head(url_of())["ETag"] == tag
    assert client.head(url_of(), headers={"If-None-Match": tag}).status_code == 304


def test_the_tag_of_a_304_is_that_of_the_compressed_200(client):
    post(client, text="hi " * 1000)
    zipped = client.get(url_of(), headers={"Accept-Encoding": "gzip"})
    assert zipped["Content-Encoding"] == "gzip"
    again = client.get(url_of(), headers={"Accept-Encoding": "gzip", "If-None-Match": zipped["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, zipped["ETag"])


def test_a_412_says_why(client):
    answer = client.get(url_of(), headers={"If-Match": '"another"'})
    assert answer.status_code == 412
    assert answer.json()["errors"][0]["field"] == "If-Match"


@pytest.mark.parametrize("path", ["/events?channel=room-lobby", "/rooms/lobby/messages", "/rooms/lobby/events"])
def test_a_missing_last_slash_is_named(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    assert "slash" in answer.json()["errors"][0]["message"]


def test_a_room_called_events_has_a_page(client):
    assert client.get("/events?user=Alice").status_code == 200


def test_a_very_long_name_is_refused_before_it_is_normalized(client, monkeypatch):
    """Normalizing many combining marks takes time that grows with the square of their number."""
    long = "a" + "\u0301\u0316" * 5_000
    normalize, seen = unicodedata.normalize, []
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: seen.append(len(text)) or normalize(form, text))
    answer = client.get(url_of(long))
    assert len(long) not in seen
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["limit"] == 64


WIDE, QUOTES = "😀" * 8000, "'" * 8000


@pytest.mark.parametrize("text", [WIDE, QUOTES], ids=["emoji", "quotes"])
@pytest.mark.parametrize("query", ["", "?limit=200", "?limit=200&after=0", "?before=1000000"])
def test_a_page_of_long_messages_stays_below_500_kb(client, text, query):
    fill(text, 60)
    answer = client.get(url_of() + query)
    assert len(answer.content) <= 500_000
    assert answer.json()["more"]
    assert answer.json()["messages"]


@pytest.mark.parametrize("text", [WIDE, QUOTES], ids=["emoji", "quotes"])
def test_the_chat_page_with_long_messages_stays_below_500_kb(client, text):
    fill(text, 60)
    assert len(client.get("/lobby?user=Bob").content) <= 520_000


def test_a_client_reads_all_long_messages_page_by_page(client):
    ids = fill(WIDE, 12)
    seen, after, pages = [], 0, 0
    more = True
    while more:
        page = client.get(f"{url_of()}?after={after}&limit=200").json()
        seen += [message["id"] for message in page["messages"]]
        more, after, pages = page["more"], seen[-1], pages + 1
    assert seen == ids
    assert pages > 1


def fill(text, count):
    """Write the text into #lobby `count` times; return the messages' ids."""
    room = ChatRoom.objects.create(eid="lobby")
    return [ChatMessage.objects.create(room=room, user="Alice", text=text).id for _ in range(count)]
