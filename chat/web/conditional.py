"""ETags for GET and HEAD: a client that has the newest version gets a 304 without a body."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from .refusals import refuse


def conditional(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view's answers a weak ETag, and answer 304 or 412 as the request's If-None-Match or If-Match asks.

    Django's decorator leaves HEAD out. A weak tag is the same with and without compression.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or response.status_code != 200:
            return response
        response["ETag"] = f'W/"{sha256(response.content).hexdigest()[:32]}"'
        answer = get_conditional_response(request, etag=response["ETag"], response=response) or response
        if answer.status_code == 412:
            raise refuse(412, "If-Match", "There is another version now. Fetch it again, without If-Match.")
        return answer

    return checked
