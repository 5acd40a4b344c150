"""POST /rooms/<room>/messages/: the server refuses invalid fields, and its answer names the field and the problem."""

import json

import pytest

from tests.helpers.posting import CONTENT_TYPES, FORM, JSON, MULTIPART, assert_refused, post, post_bytes

pytestmark = pytest.mark.django_db

EMOJI = "\U0001f600"

NAMES = {
    "missing": None,
    "empty": "",
    "blank": " \u3000",
    "invisible": "\u200b\u2060",
    "fillers": "\u3164\uffa0",
    "65 letters": "x" * 65,
    "65 emoji": EMOJI * 65,
    "a NUL": "Ali\0ce",
    "a line end": "Alice\n",
    "an escape": "\x1b[1mAlice",
    "a line separator": "Ali\u2028ce",
}

TEXTS = {
    "missing": None,
    "empty": "",
    "blank": " \r\n\t\u3000",
    "invisible": "\u200b\u2060\ufeff",
    "8 001 letters": "x" * 8001,
    "8 001 emoji": EMOJI * 8001,
    "a NUL": "hi\0",
}


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("what", NAMES)
def test_a_senders_name_is_refused_if_it_is_or_has(client, what, content_type):
    limit = 64 if what.startswith("65") else None
    assert_refused(post(client, content_type, sender=NAMES[what]), 400, "from", limit)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("what", TEXTS)
def test_a_text_is_refused_if_it_is_or_has(client, what, content_type):
    limit = 8000 if what.startswith("8 001") else None
    assert_refused(post(client, content_type, text=TEXTS[what]), 400, "text", limit)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
@pytest.mark.parametrize("character", ["x", EMOJI])
def test_the_longest_name_and_the_longest_text_are_accepted(client, character, content_type):
    assert post(client, content_type, sender=character * 64, text=character * 8000).status_code == 200


def test_the_answer_says_what_is_wrong_with_each_field(client):
    answer = post(client, sender="", text="x" * 8001)
    assert answer.json() == {
        "errors": [
            {"field": "from", "message": "from is missing. Say who you are."},
            {
                "field": "text",
                "message": "text has 8001 characters, at most 8000 are allowed. Shorten it or send it in parts.",
                "limit": 8000,
            },
        ]
    }


@pytest.mark.parametrize("field", ["sender", "text"])
@pytest.mark.parametrize("half", ["\ud83d", "hi \udc00"])
def test_half_a_surrogate_pair_is_refused(client, field, half):
    assert_refused(post(client, JSON, **{field: half}), 400, "from" if field == "sender" else field)


@pytest.mark.parametrize("value", [1, 1.5, True, [], ["hi"], {"a": "b"}])
@pytest.mark.parametrize("field", ["sender", "text"])
def test_a_json_value_that_is_not_a_string_is_refused(client, field, value):
    assert_refused(post(client, JSON, **{field: value}), 400, "from" if field == "sender" else field)


def test_a_json_null_is_refused(client):
    assert_refused(post_bytes(client, b'{"from": null, "text": "hi"}', JSON), 400, "from")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"hi",
        b"null",
        b'"hi"',
        b"17",
        b'[{"from": "Alice", "text": "hi"}]',
        b"[" * 100_000,
        b'{"from":' * 10_000,
        b"\xef\xbb\xbf{}",
        json.dumps({"from": "Alice", "text": "hi"}).encode("utf-16"),
        b'{"from": "Alice", "text": "\xff"}',
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_json_that_is_not_an_object_is_refused(client, body):
    assert_refused(post_bytes(client, body, JSON), 400, "body")


def test_a_number_of_five_thousand_digits_is_refused(client):
    """Some versions of Python cannot parse it, others can."""
    assert post_bytes(client, b'{"text": "hi", "from": ' + b"9" * 5000 + b"}", JSON).status_code == 400


@pytest.mark.parametrize("text", [b"%FF", b"\xff", b"%ED%A0%80", b"%C0%80", b"%F4%90%80%80"])
def test_a_form_that_is_not_utf_8_is_refused(client, text):
    assert_refused(post_bytes(client, b"from=Alice&text=" + text, FORM), 400, "body")


@pytest.mark.parametrize("part", [b"\r\n\r\n\xff", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n/w=="])
def test_a_multipart_form_that_is_not_utf_8_is_refused(client, part):
    name = b"--BoUnDaRyStRiNg\r\nContent-Disposition: form-data; name="
    body = name + b'"from"\r\n\r\nAlice\r\n' + name + b'"text"' + part + b"\r\n--BoUnDaRyStRiNg--\r\n"
    assert_refused(post_bytes(client, body, MULTIPART), 400, "body")
