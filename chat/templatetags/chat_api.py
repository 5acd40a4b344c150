"""Texts of the description of the API, which mark names as `code`."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def codes(text: str) -> SafeString:
    """Return the text as HTML, with <code> in place of the backticks."""
    return mark_safe(re.sub("`([^`]+)`", r"<code>\1</code>", escape(text.strip())))


@register.filter
def paragraphs(text: str) -> SafeString:
    """Return the same in paragraphs, which empty lines separate."""
    return mark_safe("".join(f"<p>{codes(part)}</p>" for part in text.split("\n\n") if part.strip()))


@register.filter
def at(command: str, address: str) -> str:
    """Return the command with the chat's own address in place of the example's."""
    return command.replace("http://127.0.0.1:8000/", address)
