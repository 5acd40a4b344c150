"""Rules for the names of rooms and people, and the checks that texts share with them."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

MAX_NAME_LENGTH = 64  # code points
MAX_UNNORMALIZED = 20 * MAX_NAME_LENGTH  # a name may have more code points before it is normalized

# Categories that leave no mark: format characters (emoji joiners, for example), separators and controls.
INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}
# Characters that Unicode counts among letters, marks and symbols, but that fonts draw as nothing: fillers, the blank
# Braille pattern, variation selectors.
BLANKS = {
    *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\U00016fe4",
    *map(chr, range(0xFE00, 0xFE10)),
    *map(chr, range(0xE0100, 0xE01F0)),
}
CONTROLS = {"Cc", "Zl", "Zp"}
JOINERS = "\u200c\u200d"  # Persian and Indian words need them, and emoji of several parts
MAX_MARKS = 4  # combining marks in a row; no language needs more, and many hide the lines above and below
OUR_WORDS = {"admin", "static", "events", "rooms"}  # what our addresses begin with
STAFF_NAMES = {"system", "admin", "moderator", "chat"}
# Letters that look like the Latin ones in STAFF_NAMES: Cyrillic, Greek, then others.
LOOK_ALIKES = str.maketrans(
    "\u0430\u0441\u0501\u0435\u04bb\u0456\u04cf\u043c\u043e\u0433\u0455\u0442\u0443\u043f"
    "\u03b1\u03f2\u03b5\u03b9\u03bf\u03c1\u03c4\u03c5\u03bd\u03b7"
    "\u0131\u1d00\u1d04\u1d05\u1d07\u029c\u026a\u1d0d\u0274\u1d0f\u0280\ua731\u1d1b\u028f",
    "acdehilmorstynaceioptyvniacdehimnorsty",
)
FOR_STAFF = gettext_noop("%(field)s is a name that only moderators may use. Choose another one.")
TOO_LONG = gettext_noop("%(field)s has %(length)d characters, at most %(limit)d are allowed. Shorten it.")

# English keeps the names that programs know; the other languages have nouns, “your text” for example.
FIELDS = {
    "channel": pgettext_lazy("field", "channel"),
    "from": pgettext_lazy("field", "from"),
    "room": pgettext_lazy("field", "room"),
    "text": pgettext_lazy("field", "text"),
    "user": pgettext_lazy("field", "user"),
}


def sentence(error: ValidationError, field: str) -> str:
    """Return what a single error says about the field: all our messages have a place for %(field)s."""
    return str(error.message) % {**(error.params or {}), "field": FIELDS.get(field, field)}


def is_blank(text: str) -> bool:
    """Return whether a reader would see nothing of `text`."""
    return all(unicodedata.category(char) in INVISIBLE or char in BLANKS for char in text)


def refuse_surrogates(text: str) -> None:
    """Raise ValidationError for half a surrogate pair: JSON can spell it, UTF-8 and databases cannot."""
    if any(0xD800 <= ord(char) <= 0xDFFF for char in text):
        raise ValidationError(_("%(field)s holds half of a surrogate pair. Send valid Unicode."), "surrogate")


def refuse_controls(text: str) -> None:
    """Raise ValidationError for control characters and line ends."""
    if any(unicodedata.category(char) in CONTROLS for char in text):
        raise ValidationError(_("%(field)s holds a control character. Use printable characters only."), "control")


def refuse_long(text: str, limit: int, message: str = TOO_LONG) -> None:
    """Raise ValidationError for a text of more than `limit` code points."""
    if len(text) > limit:
        raise ValidationError(gettext(message), "max_length", {"limit": limit, "length": len(text)})


def validate_name(name: str) -> None:
    """Raise ValidationError unless `name` fits in one line and a reader can see it."""
    refuse_surrogates(name)
    refuse_controls(name)
    if is_blank(name):
        raise ValidationError(_("%(field)s is blank. Use at least one visible character."), "blank")
    refuse_long(name, MAX_NAME_LENGTH)


def clean_person_name(text: str) -> str:
    """Return the name without spaces around it; raise ValidationError for a name that nobody new may have."""
    validate_name(text)  # before anything is cut off, so that the error says what was sent
    name = text.strip()
    _validate_new(name)
    return name


def validate_new_room(name: str) -> None:
    """Raise ValidationError if no new room may have this name. Rooms that exist keep theirs."""
    _validate_new(name)
    if name in OUR_WORDS:
        raise ValidationError(
            _("%(field)s is a word that this site's own addresses begin with. Use another name."), "reserved"
        )


def _validate_new(name: str) -> None:
    """Raise ValidationError for characters by which a name could look like another one, or disturb what is near it."""
    for place, char in enumerate(name):
        if char in JOINERS:
            if not (_is_joinable(name[:place][-1:]) and _is_joinable(name[place + 1 :][:1])):
                raise ValidationError(_("%(field)s holds a joiner that joins nothing. Remove it."), "invisible")
        elif unicodedata.category(char) == "Cf":
            raise ValidationError(
                _("%(field)s holds a character that nobody sees, or that turns the text. Remove it."), "invisible"
            )
        elif char in BLANKS and not _is_variation(name, place):
            raise ValidationError(_("%(field)s holds a character that nobody sees. Remove it."), "invisible")
    if _marks_in_a_row(name) > MAX_MARKS:
        raise ValidationError(
            _("%(field)s holds more than %(limit)d accents on one letter. Use fewer."), "marks", {"limit": MAX_MARKS}
        )


def _is_joinable(char: str) -> bool:
    """Return whether a joiner may stand beside it: letters of other alphabets, their marks, emoji."""
    return bool(char) and not char.isascii() and unicodedata.category(char)[0] in "LMS"


def _is_variation(name: str, place: int) -> bool:
    """Return whether the character chooses a form of the emoji before it, or of a digit on a key."""
    before, after = name[:place][-1:], name[place + 1 :][:1]
    is_emoji = bool(before) and unicodedata.category(before)[0] == "S"
    return name[place] in "\ufe0e\ufe0f" and (is_emoji or after == "\u20e3")


def _marks_in_a_row(name: str) -> int:
    most = now = 0
    for char in name:
        now = now + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        most = max(most, now)
    return most


def is_for_staff(name: str) -> bool:
    """Return whether only moderators may have this name, or one that looks like it."""
    seen = (char for char in name if char not in BLANKS and unicodedata.category(char) not in ("Mn", "Cf"))
    return unicodedata.normalize("NFKC", "".join(seen)).casefold().translate(LOOK_ALIKES).strip() in STAFF_NAMES


def clean_room_name(text: str) -> str:
    """Return the room's name as the database stores it, in Unicode's form NFC; raise ValidationError for a bad name."""
    if len(text) > MAX_UNNORMALIZED:  # normalizing a long text takes seconds
        refuse_long(text, MAX_NAME_LENGTH)
    refuse_surrogates(text)
    name = unicodedata.normalize("NFC", text)
    validate_name(name)
    if "/" in name or name in (".", ".."):
        raise ValidationError(_("%(field)s holds “/”, or is “.” or “..”. Use another name."), "path")
    if name != name.strip():
        raise ValidationError(_("%(field)s begins or ends with a space. Remove it."), "space")
    return name
