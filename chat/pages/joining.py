"""How people come into a room: the join page, its form, and where the policy lets them sign in."""

from collections.abc import Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from chat.messages.forms import JoinForm
from chat.naming import FOR_STAFF, is_for_staff
from chat.policy import asking
from chat.web.page import render_page
from chat.web.refusals import Refusal, View


def signed_in(view: View) -> View:
    """Lead people whom the policy does not know to where they sign in. A form that was sent is not lost by that."""

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            if refusal.status == 401 and request.method != "POST" and (url := asking.sign_in_url(request)):
                return redirect(url)
            raise

    return led


def join_form(request: HttpRequest, fields: dict[str, str], ignored: Iterable[str] = ()) -> JoinForm:
    """Return the form with these fields, checked. What is wrong with the `ignored` ones does not count."""
    form = JoinForm(fields)
    room = fields["room"] if "room" in form.errors else form.cleaned_data["room"]
    if is_for_staff(form.data.get("user", "")) and not asking.may_moderate(request, room):
        form.add_error("user", gettext_lazy(FOR_STAFF))
    for field in ignored:
        form.errors.pop(field, None)
    return form


def join_page(
    request: HttpRequest, form: JoinForm, room: str | None = None, name: str | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "room": room, "name": name, "open": asking.is_open()}
    return render_page(request, "chat/join.html", context, status=status)
