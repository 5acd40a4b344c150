from django import forms
from django.core.exceptions import ValidationError

from .models import MAX_TEXT_LENGTH
from .names import clean_room_name, is_blank, refuse_long, refuse_surrogates, validate_name


class VerbatimField(forms.CharField):
    """A text that is kept as it was sent; the checks raise ValidationError for what can't be."""

    def __init__(self, *checks, **kwargs):
        super().__init__(strip=False, **kwargs)
        self.validators = [*checks]  # not Django's own: it says a second time, in other words, that NUL won't do


class PersonField(VerbatimField):
    """A person's name."""

    default_error_messages = {"required": "is missing. Say who you are."}

    def __init__(self, **kwargs):
        super().__init__(validate_name, **kwargs)


class RoomField(VerbatimField):
    """A room's name, in the form that rooms are stored under."""

    default_error_messages = {"required": "is missing. Name a room."}

    def clean(self, value):
        return clean_room_name(super().clean(value))


class TextField(VerbatimField):
    """The text of a message."""

    default_error_messages = {"required": "is missing. Write something."}

    def __init__(self, **kwargs):
        super().__init__(validate_text, **kwargs)


def validate_text(text):
    refuse_surrogates(text)
    if "\0" in text:
        raise ValidationError("holds a NUL character. Remove it.", "nul")
    if is_blank(text):
        raise ValidationError("is blank. Write something that can be seen.", "blank")
    refuse_long(text, MAX_TEXT_LENGTH, "Shorten it or send it in parts.")


class JoinForm(forms.Form):
    room = RoomField(initial="default")
    user = PersonField()


class MessageForm(forms.Form):
    sender = PersonField()
    text = TextField()

    def add_prefix(self, field_name):
        return "from" if field_name == "sender" else field_name  # `from` can't be a name in Python
