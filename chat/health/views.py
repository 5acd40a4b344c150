"""Whether this server answers, and whether it is of use. docs/operations.md says who asks."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from chat.grip import signature
from chat.grip.config import proxies
from chat.streams import arrival
from chat.streams.middleware import GripRequest
from chat.streams.proxies import is_inside
from chat.web.refusals import only

from . import database, proxy


@only("GET", "HEAD")
def live(request: GripRequest) -> HttpResponse:
    """Say that the process answers. The supervisor of each Pushpin asks, so a wrong clock shows without any reader."""
    if "Grip-Sig" in request.headers and not request.grip.proxied:
        signature.refuse(request.headers["Grip-Sig"], proxies())
    return _answer({"ok": True})


@only("GET", "HEAD")
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether all parts work. It is a 503 only if another server would do better than this one.

    All servers share a sick proxy: with a 503 for it, one dead Pushpin would take every web server out.
    """
    data, streams = database.probe.ask(), proxy.look()
    said: dict[str, object] = {"ok": data.ok and streams.ok}
    if is_inside(request):
        said |= {"database": data.database, "migrations": data.migrations, "proxy": streams.words}
    return _answer(said, 200 if data.ok else 503)


@only("GET")
def seen(request: HttpRequest) -> HttpResponse:
    """Say how this request has arrived, to manage.py doctor alone."""
    if not arrival.is_asked(request):
        raise Http404
    return arrival.report(request)


def _answer(said: dict[str, object], status: int = 200) -> HttpResponse:
    return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})
