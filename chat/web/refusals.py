"""Answers to requests that the chat refuses: JSON for programs, a page for people.

Here each error of the domain gets its status.
"""

import random
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any

from django.core.exceptions import TooManyFieldsSent, ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt

from chat import metrics
from chat.limits import OverLimit
from chat.messages.errors import (
    Banned,
    KeyConflict,
    MessageDeleted,
    MessageError,
    NameTaken,
    NoSuchMessage,
    NoSuchRoom,
    NotTheSender,
    OtherAccount,
    Paused,
    RoomLocked,
    RoomNotAllowed,
    UnknownSender,
)
from chat.naming import sentence

from . import outages, request_ids
from .page import render_page
from .place import is_for_programs, opens_stream

# The status and the field for each error of the domain.
MESSAGE_ERRORS: dict[type[MessageError], tuple[int, str]] = {
    KeyConflict: (409, "key"),
    NotTheSender: (403, "key"),
    OtherAccount: (403, "id"),
    MessageDeleted: (410, "id"),
    NoSuchMessage: (404, "id"),
    NameTaken: (403, "from"),
    RoomNotAllowed: (400, "room"),
    RoomLocked: (403, "room"),
    NoSuchRoom: (404, "room"),
    Banned: (403, "from"),
    UnknownSender: (409, "id"),
    Paused: (503, "pause"),
}
TITLES = {
    400: gettext_lazy("That request can't be read"),
    401: gettext_lazy("Please sign in"),
    403: gettext_lazy("Not allowed"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("Not that way"),
    429: gettext_lazy("Too fast"),
    500: gettext_lazy("Something broke here"),
    503: gettext_lazy("The database does not answer"),
}

TITLES_OF_FIELDS = {"pause": gettext_lazy("The chat is paused")}  # they say more than the status
PAUSE_RETRY_S = 30  # a page that hears that the chat goes on sends at once

View = Callable[..., Any]


class Refusal(Exception):
    """Makes the answer a 4xx or 5xx.

    Each of `errors` is {"field": str, "message": str} and, if there is a limit, {"limit": int}.
    """

    def __init__(self, status: int, errors: list[dict[str, Any]], headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}: {errors}")
        self.status, self.errors, self.headers = status, errors, headers or {}


def refuse(status: int, field: str, message: str, **more: Any) -> Refusal:
    """Return the Refusal with one error."""
    return Refusal(status, [{"field": field, "message": message, **more}])


def refuse_invalid(field: str, error: ValidationError) -> Refusal:
    """Return the Refusal, 400, for a ValidationError of the field."""
    return Refusal(400, list(_errors(field, error)))


def refuse_form(form: Form) -> Refusal:
    """Return the Refusal, 400, for a bound form with errors; each error names the field as the wire does."""
    named = form.errors.as_data().items()
    return Refusal(400, [e for name, found in named for error in found for e in _errors(form.add_prefix(name), error)])


def refuse_message_error(error: MessageError) -> Refusal:
    """Return the Refusal for an error of the domain."""
    status, field = MESSAGE_ERRORS[type(error)]
    if isinstance(error, Paused):
        refusal = refuse(status, field, str(error), paused=error.words)
        refusal.headers = {"Retry-After": str(PAUSE_RETRY_S)}
        return refusal
    return refuse(status, field, str(error))


def refuse_over_limit(error: OverLimit) -> Refusal:
    """Return the Refusal, 429: the limit is how much somebody may do at once."""
    errors = [{"field": error.limit.name, "message": str(error), "limit": error.limit.burst}]
    return Refusal(429, errors, {"Retry-After": str(error.wait_s)})


def _errors(field: str, error: ValidationError) -> Iterator[dict[str, Any]]:
    for single in error.error_list:
        limit = (single.params or {}).get("limit")
        yield {
            "field": field,
            "message": sentence(single, field),
            **({"limit": limit} if limit is not None else {}),
        }


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the response for the Refusal: {"errors": [...]}, or a page that says the same."""
    metrics.REFUSALS.labels(refusal.status, refusal.errors[0]["field"]).inc()
    response: HttpResponse
    if refusal.status >= 500 and refusal.status != 501 and opens_stream(request):
        return _come_back_soon(request)
    if is_for_programs(request):
        response = JsonResponse({"errors": refusal.errors}, status=refusal.status)
    else:
        title = TITLES_OF_FIELDS.get(refusal.errors[0]["field"]) or TITLES.get(refusal.status)
        context = {
            "status": refusal.status,
            "title": title or _("This did not work"),
            "detail": " ".join(error["message"] for error in refusal.errors),
            "number": _number() if refusal.status >= 500 else "",  # people can say it to the operator
        }
        response = render_page(request, "chat/error.html", context, refusal.status)
    for name, value in refusal.headers.items():
        response[name] = value
    response["Content-Length"] = str(len(response.content))
    return response


def _number() -> str:
    number = request_ids.current()
    return "" if number == request_ids.NONE else number


def answer_error(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return the answer for an error that a view has raised, None for a mistake of ours."""
    if isinstance(error, Refusal):
        return answer(request, error)
    if isinstance(error, OverLimit):
        return answer(request, refuse_over_limit(error))
    if isinstance(error, MessageError):
        return answer(request, refuse_message_error(error))
    if outages.is_outage(error):
        return outage(request, error)
    return None


def _come_back_soon(request: HttpRequest) -> HttpResponse:
    """Return a stream that ends at once and says when to reconnect.

    An EventSource gives up on any status but 200. It gets no id, so that it resumes at the last one it has. A next
    link keeps its 503: Pushpin asks again, where a 200 without a hold would end the streams of all readers.
    """
    request.grip.instruct = None  # type: ignore[attr-defined]
    retry_ms = random.randint(1_000, 10_000)
    response = HttpResponse(f"retry: {retry_ms}\n\n", content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    return response


def only(*methods: str) -> Callable[[View], View]:
    """Make the view answer every other method with 405 and a correct Allow header."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.method not in methods:
                allowed = ", ".join(methods)
                message = _("%(method)s is not allowed here. Use %(allowed)s.")
                words = message % {"method": request.method, "allowed": allowed}
                raise Refusal(405, [{"field": "method", "message": words}], {"Allow": allowed})
            return view(request, *args, **kwargs)

        if {*methods} <= {"GET", "HEAD"}:
            checked.csrf_exempt = True  # type: ignore[attr-defined]  # so that a POST gets this 405, not the CSRF 403
        return checked

    return decorate


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    has_too_many = isinstance(exception, TooManyFieldsSent)
    too_many = _("The request can't be read. Send fewer fields.")
    unreadable = _("The request can't be read. Check its address and its Host header.")
    return answer(request, refuse(400, "request", too_many if has_too_many else unreadable))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, refuse(403, "request", _("You may not do this.")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _(
        "This page is too old to be sent, or your browser has kept back its cookies. Load it again and try again."
    )
    return answer(request, refuse(403, "csrfmiddlewaretoken", message))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    lacks_slash = is_for_programs(request) and not request.path.endswith("/")
    misspelled = _("Nothing lives at this address. Check how it is spelled.")
    slashless = "Nothing lives at this address. Add a slash to the end of the path."  # only programs get this one
    return answer(request, refuse(404, "path", slashless if lacks_slash else misspelled))


def outage(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Return the answer while the database can't be used."""
    outages.note(error)
    # The database may have failed during our COMMIT, so nobody knows whether the message is saved.
    unsure = _("The database can't be used now. What you sent may not have been saved: look, then try again.")
    message = getattr(error, "words", unsure)
    return answer(request, Refusal(503, [{"field": "database", "message": message}], {"Retry-After": "2"}))


@csrf_exempt
def nowhere(request: HttpRequest) -> HttpResponse:
    """Answer a request for an address below one of ours."""
    return not_found(request)


def answer_status(request: HttpRequest, status: int, error: BaseException | None) -> HttpResponse:
    """Return the answer in place of another one with this status, after this error."""
    if error is not None and outages.is_outage(error):
        return outage(request, error)
    if status == 404:
        return not_found(request)
    if status == 403:
        return forbidden(request)
    if status < 500:
        return bad_request(request)
    return answer(request, refuse(500, "server", _("The server made a mistake. It has been logged; try again later.")))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an exception that no view's middleware caught; a middleware of Django may meet an outage too."""
    error = sys.exc_info()[1]
    if error is not None and outages.is_outage(error):
        return outage(request, error)
    return answer(request, refuse(500, "server", _("The server made a mistake. It has been logged; try again later.")))
