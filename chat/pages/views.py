"""The pages for people; frames.py has those of one room alone."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.vary import vary_on_headers
from django.views.i18n import set_language

from chat.messages.forms import JoinForm
from chat.policy import asking
from chat.web.language import current_language
from chat.web.place import is_for_programs
from chat.web.refusals import not_found, only
from chat.web.theme import chosen_theme

from .app_manifest import app_manifest
from .joining import join_form, join_page, signed_in
from .plain_form import say_by_form
from .room_page import Shown, room_page


@only("GET", "HEAD")
@signed_in
def join(request: HttpRequest) -> HttpResponse:
    """Ask who you are and where you want to go; with ?user= (and ?room=) go there.

    Where a policy says who you are, ?room= is enough. With ?read= too: then nobody asks for a name.
    """
    if "read" in request.GET:
        return _go_and_read(request)
    name = asking.name_of(request)
    if "user" not in request.GET and (name is None or "room" not in request.GET):
        return join_page(request, JoinForm(), name=name)
    given = {} if name is None else {"user": name}
    form = join_form(request, {**request.GET.dict(), **given, "room": _room_in(request)})
    if not form.is_valid():
        return join_page(request, form, name=name, status=400)
    query = request.GET.copy()
    query.pop("room", None)
    if name is not None:
        query.pop("user", None)
    return redirect(Shown("room", form.cleaned_data["room"], "", query.urlencode()).address)


def _go_and_read(request: HttpRequest) -> HttpResponse:
    form = join_form(request, {**request.GET.dict(), "room": _room_in(request)}, ignored=["user"])
    if form.errors:
        return join_page(request, form, status=400)
    return redirect("chat:read", form.cleaned_data["room"])


def _room_in(request: HttpRequest) -> str:
    return request.GET.get("room", "").strip() or "default"


# No CSRF token, for the reason that api/views.py gives.
@csrf_exempt
@only("GET", "HEAD", "POST")
# Browsers must ask before they show an old page, and shared caches must not keep it. But no-store would keep the page
# out of the back-forward cache, which shows it at once; it then catches up by itself.
@cache_control(no_cache=True, private=True)
@gzip_page
@signed_in
def room(request: HttpRequest, room: str) -> HttpResponse:
    """Show the room to ?user=, or to whom the policy knows, or save the message that a plain form sends."""
    if is_for_programs(request):
        return not_found(request)
    form = join_form(request, {"room": room, "user": request.GET.get("user", "")})
    valid = form.is_valid()
    if "room" in form.errors:
        return join_page(request, form, status=400)
    eid = form.cleaned_data["room"]
    asking.refuse_reader(request, eid)
    name = asking.name_of(request, eid)
    if name is None:
        if "user" not in request.GET and request.method != "POST":
            return join_page(request, JoinForm(), eid)
        if not valid:
            return join_page(request, form, eid, status=400)
    user = form.cleaned_data["user"] if name is None else name
    # Where a policy knows the name, the page's own addresses say nothing of it.
    shown = Shown("room", eid, user, urlencode({"user": user}) if name is None else "", name is not None)
    if request.method != "POST":
        return room_page(request, shown)
    asking.refuse_writer(request, eid)
    return say_by_form(request, shown)


# No CSRF token, for the reason that api/views.py gives.
@csrf_exempt
@only("POST")
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the form's language in a cookie and show the page `next` again."""
    return set_language(request)


@only("GET", "HEAD")
@cache_control(no_cache=True, private=True)
@vary_on_headers("Cookie", "Accept-Language")
def manifest(request: HttpRequest) -> HttpResponse:
    """Tell browsers how to install the chat, in the person's language and colours."""
    return JsonResponse(
        app_manifest(current_language(), chosen_theme(request)), content_type="application/manifest+json"
    )
