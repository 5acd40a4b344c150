"""The description of what programs can ask of the chat, for machines and as a page. openapi.yaml is its source."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page

from chat.web.conditional import conditional
from chat.web.page import render_page
from chat.web.refusals import only

from . import description_parts

YAML = "application/yaml"  # RFC 9512
# What openapi.yaml has in place of the chat's own address.
SERVER = "  - url: /\n"
EXAMPLE = "http://127.0.0.1:8000/"


@only("GET", "HEAD")
@cache_control(no_cache=True)
@gzip_page
@conditional
def yaml(request: HttpRequest) -> HttpResponse:
    """Return the description with this chat's address, which may be below a prefix."""
    text = description_parts.source()
    text = text.replace(SERVER, f"  - url: {reverse('chat:join').rstrip('/') or '/'}\n", 1)
    return HttpResponse(text.replace(EXAMPLE, _address(request)), content_type=YAML)


@only("GET", "HEAD")
@cache_control(no_cache=True)
@gzip_page
@conditional
def page(request: HttpRequest) -> HttpResponse:
    """Show the description. It stays English, like all that programs get."""
    return render_page(request, "chat/api/page.html", {"api": description_parts.parts(), "address": _address(request)})


def _address(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("chat:join"))
