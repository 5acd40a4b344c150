"""Rules for every request."""

from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from chat import __version__, metrics
from chat.limits import OverLimit
from chat.messages.errors import MessageError, Paused
from chat.messages.pause import refuse_paused

from .body_reader import read_whole_body
from .foreign_pages import READS
from .outages import is_outage
from .refusals import Refusal, answer, outage, refuse, refuse_message_error, refuse_over_limit

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class ContentSecurityPolicy(MiddlewareMixin):
    """Let pages load our own files only, and run no inline script or style."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response["Content-Security-Policy"] = POLICY
        return response


class CookiesByScheme(MiddlewareMixin):
    """Mark all cookies Secure in an answer over https, and none over http.

    A browser drops a Secure cookie that came over http, so the admin would take no form there. SecurityMiddleware asks
    the same question, request.is_secure(), before it sends HSTS.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        for cookie in response.cookies.values():
            cookie["secure"] = request.is_secure()
        return response


class EveryAnswer(MiddlewareMixin):
    """Name the version of the chat in every response, and count it by view and status.

    A path that leads to no view, and a static file, count as `none`. One middleware costs less than two.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response["Chat-Version"] = __version__
        metrics.answers(
            request.resolver_match.view_name if request.resolver_match else "none", response.status_code
        ).inc()
        return response


class StrictUTF8(MiddlewareMixin):
    """Refuse addresses that are not UTF-8, and cookies that hold NUL, which no database can look up.

    Django replaces bad bytes, so without this check several addresses would mean the same room.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if any("\0" in value for value in request.COOKIES.values()):
            return answer(request, refuse(400, "Cookie", _("A cookie holds a NUL character. Delete it.")))
        try:
            unquote_to_bytes(_raw_address(request)).decode()
        except UnicodeDecodeError:
            return answer(
                request, refuse(400, "address", _("The address is not valid UTF-8. Percent-encode it as UTF-8."))
            )
        return None


def _raw_address(request: HttpRequest) -> bytes:
    """Return path and query as the client sent them: the server keeps them beside the decoded ones."""
    if hasattr(request, "scope"):
        return (request.scope.get("raw_path") or b"") + b"?" + request.META["QUERY_STRING"].encode()
    return request.META.get("RAW_URI", "").encode("latin-1")


class WholeBodies(MiddlewareMixin):
    """Read every body before other code can: the CSRF check, for one, would wait endlessly for a slow body."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.method in READS:
            return None
        try:
            read_whole_body(request)
        except Refusal as refusal:
            return answer(request, refusal)
        return None


class PausedAdmin(MiddlewareMixin):
    """Let nobody change anything in the admin, or sign in, while the chat is paused.

    The chat's own writes look for a pause too.
    """

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        if request.path.startswith(("/admin/", "/-/login/", "/-/logout/")) and request.method not in READS:
            try:
                refuse_paused()
            except Paused as paused:
                return answer(request, refuse_message_error(paused))
        return None


class RefusalsAndOutages(MiddlewareMixin):
    """Turn the views' errors into answers, and answer 503 while the database can't be used."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return answer(request, exception)
        if isinstance(exception, OverLimit):
            return answer(request, refuse_over_limit(exception))
        if isinstance(exception, MessageError):
            return answer(request, refuse_message_error(exception))
        if is_outage(exception):
            return outage(request, exception)
        return None
