"""The fields of a request's body, whichever way they were sent."""

import json
from io import BytesIO
from urllib.parse import parse_qsl

from django.core.exceptions import SuspiciousOperation, TooManyFieldsSent
from django.http.multipartparser import MultiPartParserError

from .errors import refuse

MAX_FIELDS = 100


def read_message_fields(request):
    """Return the fields of a message; its key may stand in the header Idempotency-Key as well."""
    fields = read_fields(request)
    header = request.headers.get("Idempotency-Key")
    if header is None:
        return fields
    try:
        key = header.encode("latin-1").decode()  # a web server takes each byte for a character
    except UnicodeDecodeError:
        raise refuse(400, "Idempotency-Key", "Idempotency-Key is not valid UTF-8. Send it in UTF-8.") from None
    if fields.setdefault("key", key) != key:
        raise refuse(400, "key", "key differs from the header Idempotency-Key. Send one of them.")
    return fields


def read_fields(request):
    """Return the fields as a dict of str; raise Refusal for a body that isn't one whole, valid form or object.

    Django would take a body that was cut off and replace bytes that are not UTF-8; a message must not
    change on its way, so both are refused.
    """
    if request.method == "DELETE" and not request.body:
        return {}  # it needs none, and clients differ in the Content-Type that they send with none
    reader = READERS.get(request.content_type)
    if reader is None:
        raise refuse(415, "Content-Type", f"Content-Type must be one of {', '.join(READERS)}.")
    try:
        return reader(request, request.body.decode())
    except UnicodeDecodeError:
        raise refuse(400, "body", "body is not valid UTF-8. Send it in UTF-8.") from None


def _json(request, body):
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise refuse(400, "body", "body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise refuse(400, "body", 'body must be a JSON object, such as {"from": "ann", "text": "hello"}.')
    for name, value in fields.items():
        if not isinstance(value, str):
            name = name or '""'  # the empty string is a name in JSON
            raise refuse(400, name, f"{name} must be a string.")
    return fields


def _urlencoded(request, body):
    try:
        pairs = parse_qsl(body, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise _too_many_fields() from None
    return dict(pairs)


def _multipart(request, body):
    # Django would put other characters for what a part holds, maybe in base64, that is not UTF-8. As Latin-1 every
    # character is one byte of the part.
    request.encoding = "latin-1"
    try:
        fields, _ = request.parse_file_upload(request.META, BytesIO(request.body))  # request.POST is for POST alone
    except TooManyFieldsSent:
        raise _too_many_fields() from None
    except (MultiPartParserError, SuspiciousOperation):
        raise refuse(400, "body", "body is not a valid multipart form.") from None
    if sum(len(values) for _, values in fields.lists()) > MAX_FIELDS:
        raise _too_many_fields()
    return {name: value.encode("latin-1").decode() for name, value in fields.items()}


def _too_many_fields():
    return refuse(400, "body", f"body may hold at most {MAX_FIELDS} fields. Send less.", limit=MAX_FIELDS)


READERS = {
    "application/x-www-form-urlencoded": _urlencoded,
    "multipart/form-data": _multipart,
    "application/json": _json,
}
