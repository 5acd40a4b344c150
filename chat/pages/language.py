"""The sentences of the page's scripts, in the page's language."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.views.i18n import JSONCatalog

from chat.web.language import ENGLISH, PLURALS


@cache
def script_sentences(language: str) -> SafeString:
    """Return the element with the scripts' sentences in the language; see static/chat/lib/gettext.js."""
    if language == ENGLISH:
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
        number = (number * 31 + ord(char)) % 2**16
    return f"{number:x}"


class _Utf8(json.JSONEncoder):
    """Writes letters as they are: escaped as \\uXXXX, the Arabic ones alone would add half a kilobyte to each page."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})
