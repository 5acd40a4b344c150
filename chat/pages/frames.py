"""The pages of one room alone: to read it without a name, and for a frame in another site's page."""

from typing import NoReturn

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from chat.messages.forms import JoinForm
from chat.naming import sentence
from chat.policy import asking
from chat.web.refusals import Refusal, only, refuse
from chat.web.theme import THEMES

from .joining import join_form, join_page, signed_in
from .plain_form import say_by_form
from .room_page import Shown, room_page

KEPT = ("user", "token", "theme")  # a frame has no cookies, so its address says it all


@only("GET", "HEAD")
@cache_control(no_cache=True, private=True)
@gzip_page
@signed_in
def read(request: HttpRequest, room: str) -> HttpResponse:
    """Show the room to somebody who only reads."""
    form = join_form(request, {"room": room}, ignored=["user"])
    if form.errors:
        return join_page(request, form, status=400)
    eid = form.cleaned_data["room"]
    asking.refuse_reader(request, eid)
    return room_page(request, Shown("read", eid, ""))


# No CSRF token, for the reason that api/views.py gives.
@csrf_exempt
@only("GET", "HEAD", "POST")
@cache_control(no_cache=True, private=True)
@gzip_page
@xframe_options_exempt  # the Content-Security-Policy says which sites may have frames
def frame(request: HttpRequest, room: str) -> HttpResponse:
    """Show the room in a frame: to ?user= or whom the policy knows, else only to read; or save what a plain form sends.

    Nobody is led to where people sign in: no frame can show that.
    """
    form = join_form(request, {"room": room, "user": request.GET.get("user", "")})
    if "room" in form.errors:
        _refuse_name(form, "room", gettext("The room’s name"))  # noqa: RUF001
    eid = form.cleaned_data["room"]
    asking.refuse_reader(request, eid)
    if request.method == "POST":
        asking.refuse_writer(request, eid)
    name = _known_name(request, eid)
    wants_to_write = "user" in request.GET or request.method == "POST"
    if name is None and wants_to_write and "user" in form.errors:
        _refuse_name(form, "user", gettext("Your name"))
    user = form.cleaned_data.get("user", "") if name is None else name
    shown = Shown("frame", eid, user, _query_of(request), bool(name), _theme_of(request))
    return say_by_form(request, shown) if request.method == "POST" else room_page(request, shown)


def _refuse_name(form: JoinForm, field: str, subject: str) -> NoReturn:
    found = form.errors.as_data()[field]
    raise refuse(400, field, " ".join(sentence(error, subject) for error in found))


def _known_name(request: HttpRequest, eid: str) -> str | None:
    """Return the name under which the policy lets this client write, "" if it only reads.

    None: people give their own.
    """
    try:
        name = asking.name_of(request, eid)
    except Refusal as refusal:
        if refusal.status != 401:
            raise
        return ""
    return name if name is None or asking.may_write(request, eid) else ""


def _query_of(request: HttpRequest) -> str:
    return urlencode({name: request.GET[name] for name in KEPT if name in request.GET})


def _theme_of(request: HttpRequest) -> str:
    """Return the theme in the address, "" for the device's own."""
    theme = request.GET.get("theme", "")
    return theme if theme in THEMES else ""
