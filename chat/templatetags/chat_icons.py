"""Icons as elements of the page: a request for each would cost more than their few bytes."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# Lines in a square of 24, drawn with a round pen two wide.
PATHS = {
    "check": "M5 12.5l5 5L19.5 7",
    "close": "M6 6l12 12M18 6L6 18",
    "delete": "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
    "down": "M12 5v14M6 13l6 6 6-6",
    "edit": "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
    "info": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.5h.01",
    "link": "M9.5 14.5l5-5M11 7.5L12.5 6a4 4 0 0 1 5.6 5.6L16.5 13M13 16.5L11.5 18a4 4 0 0 1-5.6-5.6L7.5 11",
    "menu": "M4 7h16M4 12h16M4 17h10",
    "more": "M5 12h.01M12 12h.01M19 12h.01",
    "offline": "M4 4l16 16M4 10.5A12 12 0 0 1 8 8M12 6.5a12 12 0 0 1 8 4M7.5 14a7 7 0 0 1 4-2M12 18h.01",
    "open": "M9 6l6 6-6 6",
    "refused": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM6 6l12 12",
    "search": "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4 4",
    "send": "M12 19V5M6 11l6-6 6 6",
    "share": "M12 15V4M8 7l4-4 4 4M6 11H5v9h14v-9h-1",
    "up": "M12 19V5M6 11l6-6 6 6",
    "warning": "M12 4L3 20h18zM12 10v4.5M12 17h.01",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the icon. It says nothing to screen readers, so its button needs a name."""
    return format_html(
        '<svg class="icon-{}" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>', name, PATHS[name]
    )
