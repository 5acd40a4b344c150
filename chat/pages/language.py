"""The language of a page: the one that the person chose, or one of those that the browser asks for.

Programs get English. Our own scripts ask for the page's language, by the header Chat-Language.
"""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language_from_request
from django.views.i18n import JSONCatalog

from chat.web.refusals import is_for_programs

HEADER = "Chat-Language"
ENGLISH_PATHS = ("/admin/", settings.STATIC_URL)

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
        language = _language_for(request)
        if language is None:
            translation.deactivate()  # this thread's last request may have been for a page
        else:
            translation.activate(language)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if _is_page(request) and response.get("Content-Type", "").startswith("text/html"):
            response["Content-Language"] = current_language()
            patch_vary_headers(response, ["Accept-Language"])
        return response


def _language_for(request: HttpRequest) -> str | None:
    if _is_page(request):
        return get_language_from_request(request)
    asked = request.headers.get(HEADER) if is_for_programs(request) else None
    return asked if asked in PLURALS else None


def _is_page(request: HttpRequest) -> bool:
    return not is_for_programs(request) and not request.path.startswith(ENGLISH_PATHS)


def current_language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


@cache
def script_sentences(language: str) -> SafeString:
    """Return the element with the scripts' sentences in the language; see static/chat/lib/gettext.js."""
    if language == settings.LANGUAGE_CODE:
        return SafeString("")
    with translation.override(language):
        catalog = json.loads(JSONCatalog(packages=["chat"]).get(HttpRequest()).content)["catalog"]
    plurals = PLURALS[language]
    sentences = {
        sentence_key(english): dict(zip(plurals, sentence, strict=True)) if isinstance(sentence, list) else sentence
        for english, sentence in catalog.items()
    }
    return json_script(sentences, "sentences", encoder=_Utf8)


def sentence_key(english: str) -> str:
    """Return the short name of a sentence: the scripts have the English ones, and need not get them twice."""
    number = 0
    for char in english:
        number = (number * 31 + ord(char)) % 2**20
    return f"{number:x}"


class _Utf8(json.JSONEncoder):
    """Writes letters as they are: escaped as \\uXXXX, the Arabic ones alone would add half a kilobyte to each page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})
