import re

from django import template
from django.forms import BoundField

from chat.naming import sentence

register = template.Library()

DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


@register.filter
def problems(field: BoundField, subject: str) -> list[str]:
    """Return what is wrong with the form's field, in sentences about the subject."""
    return [sentence(error, subject) for error in field.form.errors.as_data().get(field.name, [])]


@register.filter
def isolated(name: str) -> str:
    """Return the name such that it can't turn around the words near it, where <bdi> is not possible."""
    return name if name.isascii() else f"\u2068{DIRECTIONS.sub('', name)}\u2069"
