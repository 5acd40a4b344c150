"""Pages: what each of our templates gets."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chat.conf import conf

from .place import is_frame
from .theme import chosen_theme


def render_page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Return the page. A host's context processors need not know anything of ours."""
    ours = {
        "request": request,
        "site_name": conf.site_name,
        "theme": chosen_theme(request),
        "framed": is_frame(request),
    }
    return render(request, template, {**ours, **context}, status=status)
