"""What a room and a person may be called."""

import unicodedata

from django.core.exceptions import ValidationError

MAX_NAME_LENGTH = 64  # code points

# What leaves no mark: format characters (emoji joiners among them), separators, controls; and what Unicode counts
# among letters, marks and symbols but draws as nothing: fillers, the blank Braille pattern, variation selectors.
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}
BLANKS = {*"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0", *map(chr, range(0xFE00, 0xFE10))}
CONTROLS = {"Cc", "Zl", "Zp"}


def is_blank(text):
    """Tell whether nothing of `text` could be seen."""
    return all(unicodedata.category(char) in INVISIBLE or char in BLANKS for char in text)


def refuse_surrogates(text):
    """Raise ValidationError for half a surrogate pair: JSON can spell it, UTF-8 and databases can't."""
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValidationError("holds half of a surrogate pair. Send valid Unicode.", "surrogate")


def refuse_controls(text):
    """Raise ValidationError for characters that don't stand in a line."""
    if any(unicodedata.category(char) in CONTROLS for char in text):
        raise ValidationError("holds a control character. Use printable characters only.", "control")


def refuse_long(text, limit, cure):
    """Raise ValidationError for a text of more than `limit` code points."""
    if len(text) > limit:
        raise ValidationError(
            f"has %(length)d characters, at most %(limit)d are allowed. {cure}",
            "max_length",
            {"limit": limit, "length": len(text)},
        )


def validate_name(name):
    """Raise ValidationError unless `name` can stand in one line and be seen."""
    refuse_surrogates(name)
    refuse_controls(name)
    if is_blank(name):
        raise ValidationError("is blank. Use at least one visible character.", "blank")
    refuse_long(name, MAX_NAME_LENGTH, "Shorten it.")


def clean_room_name(text):
    """Return `text` as rooms are stored, in Unicode's form NFC; raise ValidationError if no room may be called so."""
    refuse_surrogates(text)
    name = unicodedata.normalize("NFC", text)
    validate_name(name)
    if "/" in name or name in (".", ".."):
        raise ValidationError("holds “/”, or is “.” or “..”. Use another name.", "path")
    if name != name.strip():
        raise ValidationError("begins or ends with a space. Remove it.", "space")
    return name
