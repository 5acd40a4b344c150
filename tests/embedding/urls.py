"""The addresses of a host: the chat at a prefix, a page of its own below that prefix, and others."""

from django.http import HttpResponse, JsonResponse
from django.urls import include, path


def report(request):
    """Say what has been done to the request."""
    return JsonResponse({"attributes": sorted(vars(request)), "address": request.META["REMOTE_ADDR"]})


def failing(request):
    raise RuntimeError


urlpatterns = [
    path("", report),
    path("süß/chat/help/", report),
    path("süß/chat/", include("chat.urls")),
    path("failing/", failing),
]


def handler404(request, exception):
    return HttpResponse("the host's own page", status=404)


def handler500(request):
    return HttpResponse("the host's own mistake", status=500)


def csrf_failure(request, reason=""):
    return HttpResponse("the host's own refusal", status=403)
