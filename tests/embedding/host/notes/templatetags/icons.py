"""The host has a library of this name too."""

from django import template

register = template.Library()


@register.simple_tag
def icon(name):
    return f"[{name}]"
