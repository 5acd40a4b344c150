"""The chat's middleware, for a site in which every address is the chat's or must follow its rules.

It is in two parts, so that Django's own middleware for security, static files and lengths stands between them: refusals
get its headers too.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils.deprecation import MiddlewareMixin

from chat.middleware import FOR_ANSWERS, FOR_REQUESTS, ChatMiddleware
from chat.policy import asking
from chat.web.place import is_stream


class ForAnswers(ChatMiddleware):
    rules: tuple[Callable[..., Any], ...] = FOR_ANSWERS

    def __call__(self, request: HttpRequest) -> Any:
        return self.chat(request)


class ForRequests(ForAnswers):
    rules = FOR_REQUESTS


class OpenStreams(MiddlewareMixin):
    """Answer requests for streams without the middleware behind this one, if everybody may read everything.

    After a restart all readers open their streams at the same time.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        if not (is_stream(request) and asking.is_open()):
            return None
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
        return response
