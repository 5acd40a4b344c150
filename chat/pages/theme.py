"""The colours that a person chose: a cookie holds them, so that the first paint has them already."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

COOKIE = "theme"
THEMES = ("light", "dark")


def theme(request: HttpRequest) -> dict[str, str]:
    """Give every template the theme, "" for the device's own."""
    return {"theme": chosen_theme(request)}


def chosen_theme(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COOKIE, "")
    return chosen if chosen in THEMES else ""


class VaryByTheme(MiddlewareMixin):
    """Keep caches from showing one person's colours to another."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response
