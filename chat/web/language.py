"""The language of a page: the one that the person chose, or one of those that the browser asks for.

Programs get English. Our own scripts ask for the page's language, by the header Chat-Language.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import get_language_from_request

from .place import is_for_programs, path_in_chat

HEADER = "Chat-Language"
ENGLISH = "en"
ENGLISH_PATHS = ("/admin/", "/-/api/", settings.STATIC_URL)

# The names that Intl.PluralRules gives to the plural forms of each catalogue, in the order of its Plural-Forms.
PLURALS = {
    "ar": ["zero", "one", "two", "few", "many", "other"],
    "de": ["one", "other"],
    "en": ["one", "other"],
    "es": ["one", "many", "other"],
    "fr": ["one", "other"],
}


class PageLanguage(MiddlewareMixin):
    """Let Django translate what the answer to this request says to a person.

    Django's LocaleMiddleware would translate the errors that programs get.
    """

    def process_request(self, request: HttpRequest) -> None:
        activate_language(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if _is_page(request) and response.get("Content-Type", "").startswith("text/html"):
            response["Content-Language"] = current_language()
            patch_vary_headers(response, ["Accept-Language"])
        return response


def activate_language(request: HttpRequest) -> None:
    """Let Django translate into the language of the answer to this request, until another one is activated.

    A host's LocaleMiddleware may have activated another one, and this thread's last request may have been for a page.
    """
    translation.activate(_language_for(request))


def _language_for(request: HttpRequest) -> str:
    if _is_page(request):
        return _ours(get_language_from_request(request))
    asked = request.headers.get(HEADER) if is_for_programs(request) else None
    return asked if asked in PLURALS else ENGLISH


def _ours(code: str) -> str:
    """Return our language for one of the site's, which may have many more: de for de-at, en for those we lack."""
    base = code.partition("-")[0]
    return base if base in PLURALS else ENGLISH


def _is_page(request: HttpRequest) -> bool:
    return not is_for_programs(request) and not path_in_chat(request).startswith(ENGLISH_PATHS)


def current_language() -> str:
    return _ours(translation.get_language() or ENGLISH)


def choices() -> list[str]:
    """Return the languages that the site has and that the chat is translated to."""
    return [code for code, _ in settings.LANGUAGES if code in PLURALS]
