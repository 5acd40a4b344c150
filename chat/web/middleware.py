"""Rules for every request."""

import sys
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit

from django.conf import settings
from django.core.signals import got_request_exception
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from chat import __version__, metrics
from chat.conf import conf
from chat.messages.errors import Paused
from chat.messages.pause import refuse_paused

from .body_reader import read_whole_body
from .foreign_pages import READS
from .language import activate_language
from .place import is_for_programs
from .refusals import Refusal, answer, answer_error, answer_status, refuse, refuse_message_error

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class ContentSecurityPolicy(MiddlewareMixin):
    """Let pages load our own files only, and run no inline script or style."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response["Content-Security-Policy"] = conf.csp or _policy(settings.STATIC_URL)
        return response


@lru_cache(maxsize=8)
def _policy(static_url: str) -> str:
    """Return the header; the static files may be on another host."""
    parts = urlsplit(static_url)
    return POLICY.replace("'self'", f"'self' {parts.scheme or 'https'}://{parts.netloc}") if parts.netloc else POLICY


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
        metrics.answers(_view_name(request.resolver_match), response.status_code).inc()
        return response


def _view_name(match: ResolverMatch | None) -> str:
    """Return the name of a view of ours without `chat:`, so that a query for the metrics stays short."""
    if match is None:
        return "none"
    return match.url_name or "none" if match.app_names[-1:] == ["chat"] else match.view_name


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
    """Do for the site's other views, as the admin's, what `serve` does for ours."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer_error(request, exception)


class ErrorsForPrograms(MiddlewareMixin):
    """Give programs JSON also where the answer to their request is the site's own error page.

    The CSRF check, a missing host name and a database that fails in the site's other middleware end in such a page.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.chat_error = None  # type: ignore[attr-defined]

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code < 400 or settings.DEBUG or not is_for_programs(request):
            return response
        if response.get("Content-Type", "").startswith(("application/json", "text/event-stream")):
            return response
        activate_language(request)
        return answer_status(request, response.status_code, request.chat_error)  # type: ignore[attr-defined]


@receiver(got_request_exception)
def _keep_error(request: HttpRequest | None = None, **_: object) -> None:
    if hasattr(request, "chat_error"):
        request.chat_error = sys.exc_info()[1]  # type: ignore[union-attr]
