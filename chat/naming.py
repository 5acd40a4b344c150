"""Rules for the names of rooms and people, and the checks that texts share with them."""

import unicodedata

from django.core.exceptions import ValidationError

MAX_NAME_LENGTH = 64  # code points
MAX_UNNORMALIZED = 20 * MAX_NAME_LENGTH  # a name may have more code points before it is normalized

# Categories that leave no mark: format characters (emoji joiners, for example), separators and controls.
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}
# Characters that Unicode counts among letters, marks and symbols, but that fonts draw as nothing: fillers, the blank
# Braille pattern, variation selectors.
BLANKS = {*"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0", *map(chr, range(0xFE00, 0xFE10))}
CONTROLS = {"Cc", "Zl", "Zp"}


def is_blank(text: str) -> bool:
    """Return whether a reader would see nothing of `text`."""
    return all(unicodedata.category(char) in INVISIBLE or char in BLANKS for char in text)


def refuse_surrogates(text: str) -> None:
    """Raise ValidationError for half a surrogate pair: JSON can spell it, UTF-8 and databases cannot."""
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValidationError("holds half of a surrogate pair. Send valid Unicode.", "surrogate")


def refuse_controls(text: str) -> None:
    """Raise ValidationError for control characters and line ends."""
    if any(unicodedata.category(char) in CONTROLS for char in text):
        raise ValidationError("holds a control character. Use printable characters only.", "control")


def refuse_long(text: str, limit: int, cure: str) -> None:
    """Raise ValidationError for a text of more than `limit` code points."""
    if len(text) > limit:
        raise ValidationError(
            f"has %(length)d characters, at most %(limit)d are allowed. {cure}",
            "max_length",
            {"limit": limit, "length": len(text)},
        )


def validate_name(name: str) -> None:
    """Raise ValidationError unless `name` fits in one line and a reader can see it."""
    refuse_surrogates(name)
    refuse_controls(name)
    if is_blank(name):
        raise ValidationError("is blank. Use at least one visible character.", "blank")
    refuse_long(name, MAX_NAME_LENGTH, "Shorten it.")


def clean_room_name(text: str) -> str:
    """Return the room's name as the database stores it, in Unicode's form NFC; raise ValidationError for a bad name."""
    if len(text) > MAX_UNNORMALIZED:  # normalizing a long text takes seconds
        refuse_long(text, MAX_NAME_LENGTH, "Shorten it.")
    refuse_surrogates(text)
    name = unicodedata.normalize("NFC", text)
    validate_name(name)
    if "/" in name or name in (".", ".."):
        raise ValidationError("holds “/”, or is “.” or “..”. Use another name.", "path")
    if name != name.strip():
        raise ValidationError("begins or ends with a space. Remove it.", "space")
    return name
