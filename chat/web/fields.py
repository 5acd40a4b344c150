"""The fields of a request's body, which may be a form, a multipart form or JSON."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import SuspiciousOperation, TooManyFieldsSent
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from .refusals import Refusal, refuse

MAX_FIELDS = 100
FIELDS = ("from", "text", "key", "tag", "author_key")  # the members that a JSON body may have; the others are ignored
HEADERS = {"Idempotency-Key": "key", "Author-Key": "author_key"}
CLOSED = r"(?:^|\r\n)--%s--[ \t]*(?:\r\n|$)"  # the end of a multipart body, RFC 2046 section 5.1.1
HEAD = r"(?:^|\r\n)--%s[ \t]*\r\n(.*?\r\n)\r\n"  # the headers of a part
ENCODED = re.compile(r"^content-transfer-encoding:(?!\s*(?:7bit|8bit|binary)\s*$)", re.IGNORECASE | re.MULTILINE)

Fields = dict[str, str]


def read_message_fields(request: HttpRequest) -> Fields:
    """Return the fields of a message; the client may send its keys in the headers Idempotency-Key and Author-Key."""
    fields = read_fields(request)
    for header, field in HEADERS.items():
        value = read_header(request, header)
        if value is not None and fields.setdefault(field, value) != value:
            raise refuse(400, field, f"{field} differs from the header {header}. Send one of them.")
    return fields


def read_header(request: HttpRequest, name: str) -> str | None:
    """Return the header's value, None if the client has not sent it."""
    value = request.headers.get(name)
    try:
        return value and value.encode("latin-1").decode()  # a web server decodes each byte as one character
    except UnicodeDecodeError:
        raise refuse(400, name, f"{name} is not valid UTF-8. Send it in UTF-8.") from None


def read_fields(request: HttpRequest) -> Fields:
    """Return the body's fields; raise Refusal unless the body is one whole, valid form or JSON object.

    Django accepts a body that was cut off, and replaces bytes that are not UTF-8. A message must arrive unchanged, so
    this function refuses both.
    """
    if request.method == "DELETE" and not request.body:
        return {}  # clients send different Content-Types with an empty body
    reader = READERS.get(request.content_type or "")
    if reader is None:
        raise refuse(415, "Content-Type", f"Content-Type must be one of {', '.join(READERS)}.")
    try:
        return reader(request, request.body.decode())
    except UnicodeDecodeError:
        raise refuse(400, "body", "body is not valid UTF-8. Send it in UTF-8.") from None


def _json(request: HttpRequest, body: str) -> Fields:
    if body.startswith("\ufeff"):
        raise refuse(400, "body", "body begins with a byte order mark. Send it without.")
    try:
        fields: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise refuse(400, "body", "body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise refuse(400, "body", 'body must be a JSON object, such as {"from": "ann", "text": "hello"}.')
    known = {name: fields[name] for name in FIELDS if fields.get(name) is not None}  # null means absent
    for name, value in known.items():
        if not isinstance(value, str):
            raise refuse(400, name, f"{name} must be a string.")
    return known


def _urlencoded(request: HttpRequest, body: str) -> Fields:
    try:
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise _too_many_fields() from None
    return dict(pairs)


def _multipart(request: HttpRequest, body: str) -> Fields:
    # Django accepts a form that was cut off, and saves a part in broken base64 as it is.
    boundary = re.escape((request.content_params or {}).get("boundary", ""))
    if not re.search(CLOSED % boundary, body):
        raise refuse(400, "body", "body is a multipart form without its closing boundary. Send all of it.")
    heads = re.findall(HEAD % boundary, body, re.DOTALL)
    if any(ENCODED.search(head) for head in heads):
        raise refuse(
            400, "body", "body has an encoded part. Send each part as it is, without Content-Transfer-Encoding."
        )
    # Django would replace the bytes of a part that are not UTF-8. Read as Latin-1, each character is one byte.
    request.encoding = "latin-1"
    try:
        fields, _ = request.parse_file_upload(request.META, BytesIO(request.body))  # request.POST works for POST only
    except TooManyFieldsSent:
        raise _too_many_fields() from None
    except (MultiPartParserError, SuspiciousOperation):
        raise refuse(400, "body", "body is not a valid multipart form.") from None
    if sum(len(values) for _, values in fields.lists()) > MAX_FIELDS:
        raise _too_many_fields()
    return {name: str(value).encode("latin-1").decode() for name, value in fields.items()}


def _too_many_fields() -> Refusal:
    return refuse(400, "body", f"body may hold at most {MAX_FIELDS} fields. Send less.", limit=MAX_FIELDS)


READERS: dict[str, Callable[[HttpRequest, str], Fields]] = {
    "application/x-www-form-urlencoded": _urlencoded,
    "multipart/form-data": _multipart,
    "application/json": _json,
}
