"""What only a site with the chat at its root has: the two files that browsers and robots ask for there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static

from chat.web.refusals import only


@only("GET", "HEAD")
def favicon(request: HttpRequest) -> HttpResponse:
    return redirect(static("chat/favicon.svg"))


@only("GET", "HEAD")
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")
