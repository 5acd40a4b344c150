"""What surrounds each view of the chat, inside all middleware of the site that it is part of."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from .language import activate_language
from .refusals import answer_error

# Our answer carries its instructions for the proxy past a host's own GripMiddleware, which would write them too.
INSTRUCT = "chat_instruct"


def serve(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the view its language, and turn its errors into answers before other middleware can report them.

    The policy says who has to be signed in, and not a host's LoginRequiredMiddleware: it would send the proxy away.

    With ATOMIC_REQUESTS a transaction would be around the view. Then a room's lock would be held until all the site's
    middleware is done, and what the view reads after a write could be undone.
    """

    @login_not_required
    @transaction.non_atomic_requests
    @wraps(view)
    def served(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        activate_language(request)
        request._cache_update_cache = False  # type: ignore[attr-defined]  # no cache of the whole site keeps our answers
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:
            answered = answer_error(request, error)
            if answered is None:
                raise
            response = answered
        grip = getattr(request, "grip", None)
        if grip and grip.instruct:
            setattr(response, INSTRUCT, grip.instruct)
            grip.instruct = None
        return response

    return served
