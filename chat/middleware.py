"""The chat's one middleware. It does what a host's settings can't, for the chat's own addresses alone.

Every other request of the host passes through it unchanged.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest
from django.urls import Resolver404, resolve

from . import maintenance
from .conf import conf
from .streams.middleware import GripMiddleware
from .streams.proxies import TrustedProxies
from .web.foreign_pages import ForeignPages
from .web.language import PageLanguage
from .web.middleware import ContentSecurityPolicy, ErrorsForPrograms, EveryAnswer, StrictUTF8, WholeBodies
from .web.place import prefix
from .web.theme import VaryByTheme

# The first is the outermost.
FOR_ANSWERS = (
    GripMiddleware,  # first: it turns our answer into instructions for the proxy
    TrustedProxies,  # second: it decides who the client is and whether it uses https
    EveryAnswer,
    ContentSecurityPolicy,
    VaryByTheme,
    PageLanguage,
)
FOR_REQUESTS = (StrictUTF8, WholeBodies, ForeignPages, ErrorsForPrograms)


class ChatMiddleware:
    """Put it first in MIDDLEWARE: it turns our answer into instructions for the proxy, and nobody may change those."""

    sync_capable = async_capable = True
    rules: tuple[Callable[..., Any], ...] = (*FOR_ANSWERS, *FOR_REQUESTS)

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = self.chat = get_response
        for rule in reversed(self.rules):
            self.chat = convert_exception_to_response(rule(self.chat))
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if not is_ours(request):
            return self.get_response(request)
        if conf.maintenance:
            maintenance.start_once()
        return self.chat(request)


def is_ours(request: HttpRequest) -> bool:
    """Return whether the request is for the chat. The site may have pages of its own below the chat's prefix."""
    before = prefix()
    if before is None or not request.path.startswith(before):
        return False
    try:
        return "chat" in resolve(request.path_info).app_names
    except Resolver404:
        return False
