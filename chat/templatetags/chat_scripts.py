from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from chat.pages.joined_files import are_bundled
from chat.pages.js_bundles import ENTRIES

register = template.Library()


@register.simple_tag
def script(bundle: str) -> SafeString:
    """Return the element that loads the page's script. It runs when the browser has read the whole page."""
    if are_bundled():
        return format_html('<script defer src="{}"></script>', static(bundle))
    return format_html('<script type="module" src="{}"></script>', static(ENTRIES[bundle]))
