import re

from django import template

register = template.Library()

DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


@register.filter
def isolated(name: str) -> str:
    """Return the name such that it can't turn around the words near it, where <bdi> is not possible."""
    return name if name.isascii() else f"\u2068{DIRECTIONS.sub('', name)}\u2069"
