"""The forms that every request goes through. An error names the limit and says what to do."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from chat.models import MAX_KEY_LENGTH, MAX_PAGE_SIZE, MAX_TAG_LENGTH, MAX_TEXT_LENGTH, PAGE_SIZE
from chat.naming import (
    clean_person_name,
    clean_room_name,
    is_blank,
    refuse_controls,
    refuse_long,
    refuse_surrogates,
)

from .moderation import LONGEST_BAN_H, SLOWEST_S

MIN_AUTHOR_KEY_LENGTH = 16  # code points
TEXT_TOO_LONG = gettext_noop(
    "%(field)s has %(length)d characters, at most %(limit)d are allowed. Shorten it or send it in parts."
)


class VerbatimField(forms.CharField):
    """A text that the database keeps exactly as the client sent it; the checks raise ValidationError."""

    def __init__(self, *checks: Callable[[str], None], **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)
        self.validators = [*checks]  # without Django's own, which would report NUL a second time


class PersonField(VerbatimField):
    """A person's name."""

    default_error_messages = {"required": _("%(field)s is missing. Say who you are.")}

    def clean(self, value: Any) -> str:
        return clean_person_name(super().clean(value))


class RoomField(VerbatimField):
    """A room's name; the cleaned value has the form that the database stores."""

    default_error_messages = {"required": _("%(field)s is missing. Name a room.")}

    def clean(self, value: Any) -> str:
        return clean_room_name(super().clean(value))


class TextField(VerbatimField):
    """The text of a message."""

    default_error_messages = {"required": _("%(field)s is missing. Write something.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate_text, **kwargs)


def validate_text(text: str) -> None:
    refuse_surrogates(text)
    if "\0" in text:
        raise ValidationError(_("%(field)s holds a NUL character. Remove it."), "nul")
    if is_blank(text):
        raise ValidationError(_("%(field)s is blank. Write something that can be seen."), "blank")
    refuse_long(text, MAX_TEXT_LENGTH, TEXT_TOO_LONG)


def validate_tag(tag: str) -> None:
    refuse_surrogates(tag)
    refuse_controls(tag)
    refuse_long(tag, MAX_TAG_LENGTH)


class KeyField(forms.Field):
    """The secret key that the sender gave to a message, or None."""

    def to_python(self, value: str | None) -> str | None:
        # A script whose variable is empty must not believe that its message has a key.
        if value == "":
            raise ValidationError(
                f"%(field)s is empty. Use 1 to {MAX_KEY_LENGTH} printable characters, or leave it out.", "empty"
            )
        return value

    def validate(self, value: str | None) -> None:
        if value is not None:
            if not value.isprintable():
                raise ValidationError("%(field)s holds a character that can't be printed. Use others.", "printable")
            refuse_long(value, MAX_KEY_LENGTH)


class AuthorKeyField(forms.Field):
    """The secret by which a person proves to be the same as before, or None."""

    def validate(self, value: str | None) -> None:
        if value is not None and not (value.isprintable() and MIN_AUTHOR_KEY_LENGTH <= len(value) <= MAX_KEY_LENGTH):
            raise ValidationError(
                f"%(field)s must have {MIN_AUTHOR_KEY_LENGTH} to %(limit)d printable characters, all of them random.",
                "author_key",
                {"limit": MAX_KEY_LENGTH},
            )


class NumberField(forms.Field):
    """A number in ASCII digits, or `initial` if there is none."""

    def to_python(self, value: str | None) -> int | None:
        if value is None:
            return self.initial
        if not re.fullmatch("[0-9]{1,18}", value):
            raise ValidationError("%(field)s is not a number. Write 1 to 18 digits.", "number")
        return int(value)


def validate_limit(limit: int) -> None:
    if not 1 <= limit <= MAX_PAGE_SIZE:
        raise ValidationError(
            "%(field)s is %(value)d. Ask for 1 to %(limit)d messages at once.",
            "range",
            {"value": limit, "limit": MAX_PAGE_SIZE},
        )


def within(least: int, limit: int) -> Callable[[int], None]:
    def validate(number: int) -> None:
        if not least <= number <= limit:
            message = f"%(field)s is %(value)d. Send {least} to %(limit)d."
            raise ValidationError(message, "range", {"value": number, "limit": limit})

    return validate


class ChoiceField(forms.ChoiceField):
    """One of a few words."""

    def __init__(self, words: Iterable[str], **kwargs: Any) -> None:
        super().__init__(choices=[(word, word) for word in words], **kwargs)
        message = f"%(field)s must be one of {', '.join(words)}."
        self.error_messages |= {"required": message, "invalid_choice": message}


class JoinForm(forms.Form):
    room = RoomField()
    user = PersonField()


class MessageForm(forms.Form):
    sender = PersonField()
    text = TextField()
    key = KeyField(required=False)
    tag = VerbatimField(validate_tag, required=False)
    author_key = AuthorKeyField(required=False)

    def add_prefix(self, field_name: str) -> str:
        return "from" if field_name == "sender" else field_name  # Python reserves `from`


class EditForm(forms.Form):
    text = TextField()
    key = KeyField(required=False)
    author_key = AuthorKeyField(required=False)


class DeleteForm(forms.Form):
    key = KeyField(required=False)
    author_key = AuthorKeyField(required=False)


class AuthorForm(forms.Form):
    author_key = AuthorKeyField(required=False)

    def add_prefix(self, field_name: str) -> str:
        return "Author-Key"  # a list has it in this header


class PageForm(forms.Form):
    """The part of a room's messages, of its changes, or of both, that a client asks for; `channel` is the room's."""

    after = NumberField(required=False)
    before = NumberField(required=False)
    since = forms.Field(required=False)
    limit = NumberField(required=False, initial=PAGE_SIZE, validators=[validate_limit])

    def __init__(self, data: Mapping[str, Any], channel: str | None = None) -> None:
        super().__init__(data)
        self._channel = channel

    def clean_since(self) -> int | None:
        """Return the event's number."""
        event_id = self.cleaned_data["since"]
        if event_id is None:
            return None
        found = re.fullmatch("([^:,]*):([0-9]{1,18})", event_id)
        if not found or unquote(found[1]) != self._channel:
            raise ValidationError("%(field)s is no event id of this room. Send a last-event-id of it.", "event_id")
        return int(found[2])

    def clean(self) -> None:
        if self.cleaned_data.get("before") is None:
            return
        for name in ("after", "since"):
            if self.cleaned_data.get(name) is not None:
                self.add_error(name, "%(field)s can't be combined with before. Send one of them.")


class ModerationForm(forms.Form):
    """What a moderator does; each action needs some of the fields."""

    NEEDED = {
        "delete": ["message"],
        "remove": ["message", "span"],
        "ban": ["message", "hours"],
        "lock": [],
        "unlock": [],
        "slow": ["seconds"],
        "clear": [],
    }
    SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "all": None}

    action = ChoiceField(NEEDED)
    room = RoomField()
    message = NumberField(required=False)
    span = ChoiceField(SPANS, required=False)
    hours = NumberField(required=False, validators=[within(1, LONGEST_BAN_H)])
    seconds = NumberField(required=False, validators=[within(0, SLOWEST_S)])

    def clean(self) -> None:
        given = self.cleaned_data
        action = given.get("action", "")
        for name in self.NEEDED.get(action, []):
            if given.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, f"%(field)s is missing. {action} needs it.")
