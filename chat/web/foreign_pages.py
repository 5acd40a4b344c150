"""Refuses what a page of another site makes a browser send."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from .refusals import answer, refuse

READS = ("GET", "HEAD", "OPTIONS", "TRACE")
OURS = ("same-origin", "none")  # none: the person typed the address or opened a bookmark


class ForeignPages(MiddlewareMixin):
    """Answer 403 to a write that a page of another origin has made a browser send.

    Only browsers send these two headers, so curl, bots and apps notice nothing.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if request.method in READS or not _is_foreign(request):
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


def _host(origin: str) -> str:
    """Return the host with its port; of "null", which hides the page's origin, and of nonsense, an empty text."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
