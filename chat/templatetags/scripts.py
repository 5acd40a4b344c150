from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join

from chat.pages import js_bundles
from chat.pages.static_storage import are_bundled

register = template.Library()


@register.simple_tag
def scripts(bundle):
    """Return the elements that load the page's scripts, in their order, once the page is there."""
    names = [bundle] if are_bundled() else js_bundles.parts(bundle)
    return format_html_join("\n  ", '<script defer src="{}"></script>', ((static(name),) for name in names))
