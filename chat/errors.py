"""Answers to requests that can't be served: JSON for programs, a page for people."""

from functools import wraps

from django.http import JsonResponse
from django.shortcuts import render

PROGRAM_PATHS = ("/rooms/", "/events/")


class Refusal(Exception):
    """A request that is answered with a 4xx or 5xx, and why.

    Each of `errors` is {"field": str, "message": str} and, where there is one, {"limit": int}.
    """

    def __init__(self, status, errors, headers=None):
        super().__init__(f"{status}: {errors}")
        self.status, self.errors, self.headers = status, errors, headers or {}


def refuse(status, field, message, **more):
    """Return the Refusal with a single error."""
    return Refusal(status, [{"field": field, "message": message, **more}])


def refuse_invalid(field, error):
    """Return the Refusal, 400, for a ValidationError of the field."""
    return Refusal(400, list(_errors(field, error)))


def refuse_form(form):
    """Return the Refusal, 400, for a bound form with errors, each under the field's name on the wire."""
    named = form.errors.as_data().items()
    return Refusal(400, [e for name, found in named for error in found for e in _errors(form.add_prefix(name), error)])


def _errors(field, error):
    for single in error.error_list:
        limit = (single.params or {}).get("limit")
        yield {
            "field": field,
            "message": f"{field} {single.messages[0]}",
            **({"limit": limit} if limit is not None else {}),
        }


def answer(request, refusal):
    """Return the response for the Refusal: {"errors": [...]}, or a page that says the same."""
    if request.path.startswith(PROGRAM_PATHS):
        response = JsonResponse({"errors": refusal.errors}, status=refusal.status)
    else:
        context = {
            "status": refusal.status,
            "title": TITLES.get(refusal.status, "This did not work"),
            "detail": " ".join(error["message"] for error in refusal.errors),
        }
        response = render(request, "error.html", context, status=refusal.status)
    for name, value in refusal.headers.items():
        response[name] = value
    return response


TITLES = {
    400: "That request can't be read",
    403: "Not allowed",
    404: "There is nothing here",
    405: "Not that way",
    500: "Something broke here",
    503: "The database does not answer",
}


def only(*methods):
    """Make the view answer 405, with a true Allow, to every other method."""

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if request.method not in methods:
                allowed = ", ".join(methods)
                raise Refusal(
                    405,
                    [{"field": "method", "message": f"{request.method} is not allowed here. Use {allowed}."}],
                    {"Allow": allowed},
                )
            return view(request, *args, **kwargs)

        if {*methods} <= {"GET", "HEAD"}:
            checked.csrf_exempt = True  # or a POST would hear of a missing CSRF token (403) instead of its method
        return checked

    return decorate


def bad_request(request, exception=None):
    return answer(request, refuse(400, "request", "The request can't be read. Check its address and its Host header."))


def forbidden(request, exception=None):
    return answer(request, refuse(403, "request", "You may not do this."))


def not_found(request, exception=None):
    return answer(request, refuse(404, "path", "Nothing lives at this address. Check how it is spelled."))


def server_error(request):
    return answer(request, refuse(500, "server", "The server made a mistake. It has been logged; try again later."))
