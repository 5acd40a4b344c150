"""The colours that a person has chosen: in a cookie, so that the first paint has them already."""

from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

COOKIE = "theme"
THEMES = ("light", "dark")


def theme(request):
    """Tell every template the theme, "" for the one of the device."""
    chosen = request.COOKIES.get(COOKIE)
    return {"theme": chosen if chosen in THEMES else ""}


class VaryByTheme(MiddlewareMixin):
    """Keep caches from showing one person's colours to another."""

    def process_response(self, request, response):
        if response.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response
