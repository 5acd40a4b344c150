"""What holds for every request."""

import logging
import time
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import django_grip
from django.db import InterfaceError, OperationalError
from django.utils.deprecation import MiddlewareMixin
from django_grip import GripData

from .errors import Refusal, answer, refuse
from .whole_body import read_whole_body

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


# Pushpin signs all that it passes on within a second alike: checking it once saves 7 % of the opening of a stream.
_is_valid = django_grip.validate_sig


@lru_cache(maxsize=64)
def _was_valid(second, token, key, iss):
    return _is_valid(token, key, iss)


def _is_valid_now(token, key, iss=None):
    return _was_valid(int(time.time()), token, key, iss)


django_grip.validate_sig = _is_valid_now


class GripMiddleware(django_grip.GripMiddleware):
    """django-grip's middleware, for streams over HTTP: WebSocket messages it would read, and answer in its own way."""

    def process_request(self, request):
        if request.content_type == "application/websocket-events":
            request.grip = GripData()
            return answer(request, refuse(415, "Content-Type", "WebSocket messages are not served here."))
        super().process_request(request)

    def process_response(self, request, response):
        response = super().process_response(request, response)
        if request.method == "HEAD" and not response.streaming:
            response.content = b""
        return response


class ContentSecurityPolicy(MiddlewareMixin):
    """Let pages use our own files only, and no inline script or style."""

    def process_response(self, request, response):
        response["Content-Security-Policy"] = POLICY
        return response


class StrictUTF8(MiddlewareMixin):
    """Refuse addresses that are not UTF-8, and cookies that no database can look up.

    Django replaces the bad bytes, so that different addresses would mean the same room.
    """

    def process_request(self, request):
        if any("\0" in value for value in request.COOKIES.values()):
            return answer(request, refuse(400, "Cookie", "A cookie holds a NUL character. Delete it."))
        try:
            unquote_to_bytes(_raw_address(request)).decode()
        except UnicodeDecodeError:
            return answer(
                request, refuse(400, "address", "The address is not valid UTF-8. Percent-encode it as UTF-8.")
            )


def _raw_address(request):
    """Return path and query as bytes, as they came: the server keeps them beside the decoded ones."""
    if hasattr(request, "scope"):
        return (request.scope.get("raw_path") or b"") + b"?" + request.META["QUERY_STRING"].encode()
    return request.META.get("RAW_URI", "").encode("latin-1")


class WholeBodies(MiddlewareMixin):
    """Read every body before anything else can, the CSRF check for one, which would wait for a slow one for ever."""

    def process_request(self, request):
        if request.method in ("GET", "HEAD", "OPTIONS", "TRACE"):
            return None
        try:
            read_whole_body(request)
        except Refusal as refusal:
            return answer(request, refusal)


class RefusalsAndOutages(MiddlewareMixin):
    """Answer what the views refuse, and 503 while the database can't be used."""

    def process_exception(self, request, exception):
        if isinstance(exception, Refusal):
            return answer(request, exception)
        if isinstance(exception, (OperationalError, InterfaceError)):
            log.error("The database failed: %s", exception)
            # It may have failed while it answered our COMMIT, so nobody knows what became of a message.
            message = "The database can't be used now. What you sent may not have been saved: look, then try again."
            return answer(request, Refusal(503, [{"field": "database", "message": message}], {"Retry-After": "2"}))
