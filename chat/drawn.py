"""Messages as HTML, by the template that the page's script uses too."""

from functools import lru_cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe

# Pieces of HTML, mostly of 1 kB. In development the template may change meanwhile.
KEPT = 0 if settings.DEBUG else 5_000
MAX_KEPT_CHARS = 1_000  # longer texts are drawn each time


def drawn(messages, user):
    """Return the HTML of messages of the wire (dict), as `user` sees them."""
    return mark_safe("".join(_one(message, message["from"] == user) for message in messages))


@lru_cache(KEPT)
def blank():
    """Return the HTML that the page's script fills in."""
    return render_to_string("chat/_message.html")


def _one(message, own):
    draw = _draw if len(message["text"]) <= MAX_KEPT_CHARS else _draw.__wrapped__
    return draw(own, **message)


# It depends on nothing but what it is given, so it can't be out of date.
@lru_cache(KEPT)
def _draw(own, **message):
    date = parse_datetime(message["date"])
    # As texts: Django's own ways to write a date and a number take as long as all the rest.
    shown = {**message, "id": str(message["id"]), "said": f"{date.day} {date:%b %Y, %H:%M} UTC"}
    return render_to_string("chat/_message.html", {"message": shown, "own": own})
