"""What the host's site can do without the chat."""

import hashlib
import io

from django.contrib.auth import get_user_model
from django.db import OperationalError, connection, transaction
from django.http import FileResponse, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django_eventstream import get_current_event_id, send_event

from notes.templatetags.icons import icon


def home(request):
    """A page with an inline script, in the visitor's language, and with a session."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return render(request, "home.html", {"words": gettext("Yes"), "icon": icon("home")})


@csrf_exempt
def upload(request):
    body = request.body
    return JsonResponse(
        {
            "bytes": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
            "address": request.META["REMOTE_ADDR"],
            "forwarded": request.headers.get("X-Forwarded-For"),
            "scheme": request.headers.get("X-Forwarded-Proto"),
            "accepts": request.headers.get("Accept-Encoding"),
            "in transaction": connection.in_atomic_block,
        }
    )


def download(request):
    return FileResponse(io.BytesIO(bytes(range(256)) * 64), filename="bytes.bin")


def lines(request):
    return HttpResponse("a line that repeats\n" * 500, content_type="text/plain")


def fails(request):
    raise OperationalError("the host's own database is down")


def mistake(request):
    raise ZeroDivisionError


@csrf_exempt
def half_done(request):
    """Writes, and then fails: ATOMIC_REQUESTS takes the write back."""
    get_user_model().objects.create(username="half")
    raise ZeroDivisionError


def people(request):
    return JsonResponse({"people": [*get_user_model().objects.values_list("username", flat=True)]})


@csrf_exempt
def announce(request):
    """Sends an event of the host in the channel that the address names."""
    with transaction.atomic():
        send_event(request.GET["channel"], "note", {"text": request.GET["text"]})
    return JsonResponse({"id": get_current_event_id([request.GET["channel"]])})
