"""POST /rooms/<room>/messages/: request bodies of every size and type, complete or cut off."""

import pytest

from tests.helpers.posting import FORM, JSON, MULTIPART, assert_refused, encode, post, post_bytes

pytestmark = pytest.mark.django_db

LIMIT = 131_072  # bytes
HI = b"from=Alice&text=hi"


class ClosedConnection:
    """The request body of a client that closed the connection: reading it fails."""

    def read(self, *_):
        raise OSError("Connection reset by peer")

    readline = read


def test_a_body_of_128_kib_is_accepted(client):
    assert post_bytes(client, (HI + b"&pad=").ljust(LIMIT, b"x")).status_code == 200


def test_a_body_of_one_byte_more_is_too_large(client):
    assert_refused(post_bytes(client, (HI + b"&pad=").ljust(LIMIT + 1, b"x")), 413, "body", LIMIT)


def test_a_body_with_too_large_a_content_length_is_refused_unread(client):
    answer = post_bytes(client, b"", CONTENT_LENGTH=str(10**12), **{"wsgi.input": ClosedConnection()})
    assert_refused(answer, 413, "body", LIMIT)


@pytest.mark.parametrize("content_type", [FORM, JSON, MULTIPART])
def test_a_body_that_was_cut_off_is_refused(client, content_type):
    body = encode({"from": "Alice", "text": "hi"}, content_type)
    assert_refused(post_bytes(client, body, content_type, CONTENT_LENGTH=str(len(body) + 1)), 400, "body")


def test_a_client_that_closes_the_connection_causes_no_500(client):
    assert_refused(post_bytes(client, HI, **{"wsgi.input": ClosedConnection()}), 400, "body")


@pytest.mark.parametrize("length", ["abc", "-5", "+5", "1_8", "18,18", "0x12"])
def test_a_content_length_that_is_not_a_number_is_refused(client, length):
    assert_refused(post_bytes(client, HI, CONTENT_LENGTH=length), 400, "Content-Length")


def test_a_chunked_body_without_a_content_length_is_refused(client):
    answer = post_bytes(client, HI, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert_refused(answer, 411, "Content-Length")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/xml", "application/jsonp", "multipart/mixed"])
def test_other_content_types_are_refused(client, content_type):
    assert_refused(post_bytes(client, HI, content_type), 415, "Content-Type")


@pytest.mark.parametrize("content_type", [f"{FORM}; charset=UTF-8", FORM.upper()])
def test_a_content_type_may_have_a_charset_or_capital_letters(client, content_type):
    assert post_bytes(client, HI, content_type).status_code == 200


def test_a_multipart_form_is_read_as_utf_8_even_if_its_content_type_names_another_charset(client):
    body = encode({"from": "Alice", "text": "Köln"}, MULTIPART)
    assert post_bytes(client, body, f"{MULTIPART}; charset=utf-16").json()["text"] == "Köln"


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=\xe4"])
def test_a_multipart_form_without_a_valid_boundary_is_refused(client, content_type):
    assert_refused(post_bytes(client, HI, content_type), 400, "body")


@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
@pytest.mark.parametrize("more", [99, 1001])
def test_more_than_100_fields_are_refused(client, content_type, more):
    fields = {"from": "Alice", "text": "hi", **{f"field{number}": "x" for number in range(more)}}
    assert_refused(post_bytes(client, encode(fields, content_type), content_type), 400, "body", limit=100)


@pytest.mark.parametrize("content_type", [FORM, MULTIPART])
def test_a_hundred_fields_are_accepted(client, content_type):
    assert post(client, content_type, **{f"field{number}": "x" for number in range(98)}).status_code == 200


@pytest.mark.parametrize("body", [b"OPEN\r\n", b"junk", b"x" * 200_000])
def test_websocket_messages_are_refused_unread(client, body):
    answer = post_bytes(client, body, "application/websocket-events", **{"wsgi.input": ClosedConnection()})
    assert_refused(answer, 415, "Content-Type")
