"""Messages as HTML, from the template that the page's script uses too."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString, mark_safe

from chat.models import MessageData
from chat.web.language import current_language

CACHED = 0 if settings.DEBUG else 5_000  # messages, most of 1 kB; in development the template may change
MAX_CACHED_CHARS = 1_000  # longer texts are rendered each time


def render_messages(messages: Iterable[MessageData]) -> SafeString:
    """Return the HTML of messages of the wire.

    It is the same for everybody with the same language: only a browser, which has the secret, knows which messages are
    its own.
    """
    language = current_language()
    return mark_safe("".join(_one(language, message) for message in messages))


def blank_message() -> str:
    """Return the HTML that the page's script fills in."""
    return _render_blank(current_language())


@lru_cache(CACHED)
def _render_blank(language: str) -> str:
    return render_to_string("chat/_message.html")


def _one(language: str, message: MessageData) -> str:
    render = _render if len(message["text"]) <= MAX_CACHED_CHARS else _render.__wrapped__
    return render(language, **message)


# The HTML depends on the arguments only, so a cached one is never out of date. Django translates to the language.
@lru_cache(CACHED)
def _render(language: str, **message: Any) -> str:
    date = parse_datetime(message["date"])
    assert date is not None
    # Django's own formatting of a date and a number would take as long as all the rest. With scripts, a browser shows
    # its own format and time zone.
    shown = {**message, "id": str(message["id"]), "said": f"{date:%Y-%m-%d %H:%M} UTC"}
    return render_to_string("chat/_message.html", {"message": shown})
