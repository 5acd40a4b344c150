"""The fields of a request's body, whichever way they were sent."""

import json
import re
import socket
import threading
from contextlib import contextmanager, suppress
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from .errors import refuse

MAX_FIELDS = 100
BODY_S = 10


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
    reader = READERS.get(request.content_type)
    if reader is None:
        raise refuse(415, "Content-Type", f"Content-Type must be one of {', '.join(READERS)}.")
    try:
        return reader(request, request.body.decode())
    except UnicodeDecodeError:
        raise refuse(400, "body", "body is not valid UTF-8. Send it in UTF-8.") from None


def read_whole_body(request):
    """Have request.body hold the whole body; raise Refusal for one that is too big, cut off or too slow."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    too_big = refuse(413, "body", f"body may hold at most {limit} bytes. Send less.", limit=limit)
    length = request.META.get("CONTENT_LENGTH")
    if length and not re.fullmatch("[0-9]+", length):
        raise refuse(400, "Content-Length", "Content-Length is not a number. Write the body's length in bytes.")
    if not length and "HTTP_TRANSFER_ENCODING" in request.META and not hasattr(request, "scope"):
        raise refuse(411, "Content-Length", "Content-Length is missing. Send the body in one piece, not chunked.")
    late = threading.Event()
    try:
        with _time_limit(request, late):
            body = request.body
    except RequestDataTooBig:
        raise too_big from None
    except UnreadablePostError:
        raise refuse(400, "body", "body was cut off. Send it again.") from None
    if late.is_set():
        raise refuse(408, "body", f"body took over {BODY_S} s to arrive. Send it faster.", limit=BODY_S)
    if len(body) > limit:
        raise too_big
    if length and len(body) != int(length):
        raise refuse(400, "body", "body is shorter than its Content-Length. Send it again.")


@contextmanager
def _time_limit(request, late):
    """Stop reading from the request's connection after BODY_S, and set `late`.

    A slow sender would hold one of the few threads for as long as it likes: gunicorn limits the time of a worker,
    not of a request. (In embedded mode Django reads the body before it takes a thread.)
    """
    connection = request.META.get("gunicorn.socket")
    if connection is None:
        yield
        return

    def stop():
        late.set()
        with suppress(OSError):  # gone already
            connection.shutdown(socket.SHUT_RD)

    clock = threading.Timer(BODY_S, stop)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()


def _json(request, body):
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise refuse(400, "body", "body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise refuse(400, "body", 'body must be a JSON object, such as {"from": "ann", "text": "hello"}.')
    for name, value in fields.items():
        if not isinstance(value, str):
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
        fields = request.POST
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
