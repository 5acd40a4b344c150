"""The chat's middleware, for a site in which every address is the chat's or must follow its rules.

It is in two parts, so that Django's own middleware for security, static files and lengths stands between them: refusals
get its headers too.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from chat.middleware import FOR_ANSWERS, FOR_REQUESTS, ChatMiddleware


class ForAnswers(ChatMiddleware):
    rules: tuple[Callable[..., Any], ...] = FOR_ANSWERS

    def __call__(self, request: HttpRequest) -> Any:
        return self.chat(request)


class ForRequests(ForAnswers):
    rules = FOR_REQUESTS
