from django import template
from django.template.context import Context
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from chat.pages.tokens import colors
from chat.web.theme import THEMES

register = template.Library()


@register.simple_tag(takes_context=True)
def theme_color(context: Context, name: str) -> SafeString:
    """Return the elements that colour the browser's own bar. static/chat/status/theme.js changes which one counts."""
    chosen = context.get("theme")
    return format_html_join(
        "\n  ",
        '<meta name="theme-color" content="{}" media="{}" data-theme="{}">',
        [(colors()[name][theme], _media(theme, chosen), theme) for theme in THEMES],
    )


def _media(theme: str, chosen: str | None) -> str:
    if not chosen:
        return f"(prefers-color-scheme: {theme})"
    return "all" if theme == chosen else "not all"
