"""The form of a room's page, as a browser without scripts sends it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_noop

from chat.limits import OverLimit
from chat.messages.actions import say
from chat.messages.errors import KeyConflict, MessageError
from chat.messages.forms import MessageForm
from chat.messages.write_lock import one_at_a_time
from chat.naming import sentence
from chat.policy import asking
from chat.web.fields import read_fields
from chat.web.refusals import Refusal, refuse_message_error

from .room_page import Shown, Tried, room_page

SENT_BEFORE = gettext_noop("This form has sent another text already. To say this one too, send it again.")


@one_at_a_time
def say_by_form(request: HttpRequest, shown: Shown) -> HttpResponse:
    """Save the message and show the room, or show the text again and what is wrong."""
    fields = read_fields(request)
    if "text" in fields:
        fields["text"] = fields["text"].replace("\r\n", "\n")  # a form sends every line end like this
    text = fields.get("text", "")
    form = MessageForm({**fields, "from": shown.user})
    try:
        if not form.is_valid():
            return room_page(request, shown, Tried(text, _problem_of(form), 400))
        by = asking.writer_of(request, shown.eid)
        message = say(shown.eid, shown.user, form.cleaned_data["text"], form.cleaned_data["key"], by=by)
        if message.text != form.cleaned_data["text"]:  # the message was changed since
            raise KeyConflict
    except KeyConflict as conflict:  # the person went back to a form that was sent already
        return room_page(request, shown, Tried(text, gettext(SENT_BEFORE), refuse_message_error(conflict).status))
    except MessageError as error:
        return room_page(request, shown, Tried(text, str(error), refuse_message_error(error).status))
    except OverLimit as over:
        return room_page(request, shown, Tried(text, str(over), 429))
    except Refusal as refusal:
        problem = " ".join(error["message"] for error in refusal.errors)
        return room_page(request, shown, Tried(text, problem, refusal.status))
    return SeeOther(f"{shown.address}#m{message.id}")


def _problem_of(form: MessageForm) -> str:
    errors = form.errors.as_data()
    return " ".join(
        sentence(error, gettext("Your text") if field == "text" else field)
        for field, found in errors.items()
        for error in found
    )


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was saved: a reload of the next page sends nothing twice."""

    status_code = 303
