"""The colours that a person chose: a cookie holds them, so that the first paint has them already."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from .place import prefix

COOKIE = "theme"
BELOW_A_PREFIX = "chat_theme"  # a host may have a theme of its own
THEMES = ("light", "dark")


def chosen_theme(request: HttpRequest) -> str:
    """Return the person's theme, "" for the device's own."""
    chosen = request.COOKIES.get(COOKIE if prefix() == "/" else BELOW_A_PREFIX, "")
    return chosen if chosen in THEMES else ""


class VaryByTheme(MiddlewareMixin):
    """Keep caches from showing one person's colours to another."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response
