"""Refuses what a page of another site makes a browser send."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from chat.origins import is_listed

from .place import path_in_chat
from .refusals import answer, refuse

READS = ("GET", "HEAD", "OPTIONS", "TRACE")
LISTED_MAY_USE = ("/rooms/", "/events/")  # CORS_URLS_REGEX says the same
OURS = ("same-origin", "none")  # none: the person typed the address or opened a bookmark


class ForeignPages(MiddlewareMixin):
    """Answer 403 to a write that a page of another origin has made a browser send, unless CHAT_ORIGINS lists that.

    What it reads or writes at an address for listed sites comes without cookies. Only browsers send these two headers,
    so curl, bots and apps notice nothing.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not _is_foreign(request):
            return None
        is_for_listed = path_in_chat(request).startswith(LISTED_MAY_USE)
        if is_for_listed:
            _forget_cookies(request)
        if request.method in READS or (is_for_listed and is_listed(request.headers.get("Origin", ""))):
            return None
        message = _("A page of another site made your browser send this. Open this chat's own page and write there.")
        return answer(request, refuse(403, "Origin", message))


def _is_foreign(request: HttpRequest) -> bool:
    """Return whether the browser says so.

    Sec-Fetch-Site is the browser's own judgement (https://www.w3.org/TR/fetch-metadata/). Browsers leave it out on
    plain http, except to the machine itself. There, Origin must name the host that the request was sent to.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in OURS
    origin = request.headers.get("Origin")
    return origin is not None and _host(origin) != request.headers.get("Host", "").lower()


def _forget_cookies(request: HttpRequest) -> None:
    """Let another site's page read and write, but not as the person who is signed in here.

    If both sites are below one domain, its requests bring this person's cookies along.
    """
    request.COOKIES = {}


def _host(origin: str) -> str:
    """Return the host with its port; of "null", which hides the page's origin, and of nonsense, an empty text."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
