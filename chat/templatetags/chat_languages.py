"""The languages that a person can choose."""

from django import template

from chat.web.language import choices

register = template.Library()


@register.simple_tag
def language_codes() -> list[str]:
    """Return those that the site has and the chat is translated to."""
    return choices()
