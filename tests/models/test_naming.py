"""The names that a room may have."""

import unicodedata

import pytest

from chat.models import ChatRoom
from tests.helpers.posting import assert_refused, post, url_of

ACCEPTED = [
    "default",
    "two words",
    "Köln",
    "日本",
    "\U0001f600",
    "\U0001f469\u200d\U0001f680",
    "100%",
    "%2F",
    "O'Neil",
    "a,b",
    "a:b",
    "s;x",
    "what?",
    "#1",
    "a+b&c=d",
    "~",
    "...",
    "-",
    "events!",
    "Admin",
    "\u0915\u094d\u200d\u0937",
    "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
    "\u2764\ufe0f",
    "1\ufe0f\u20e3",
    "Z" + "\u0301" * 4,
    'back\\slash "quoted"',
    "\u0301",
    "x" * 64,
    "\U0001f600" * 64,
    "e\u0301" * 64,
]

REFUSED = {
    "a dot": ".",
    "two dots": "..",
    "a slash": "a/b",
    "a space in front": " a",
    "a space behind": "a ",
    "an ideographic space behind": "a\u3000",
    "a no-break space in front": "\u00a0a",
    "a NUL": "a\0b",
    "a line end": "a\n",
    "a line feed inside": "a\nb",
    "a tab": "a\tb",
    "an escape": "\x1b[1m",
    "a next line": "a\u0085b",
    "a line separator": "a\u2028b",
    "a space alone": " ",
    "a zero-width space alone": "\u200b",
    "a joiner alone": "\u200d",
    "a Hangul filler alone": "\u3164",
    "a blank Braille pattern alone": "\u2800",
    "a variation selector alone": "\ufe0f",
    "a byte order mark alone": "\ufeff",
}


@pytest.mark.django_db
@pytest.mark.parametrize("room", ACCEPTED)
def test_a_room_may_be_named(client, room):
    assert post(client, room=room).status_code == 200
    assert len(client.get(url_of(room)).json()["messages"]) == 1
    assert ChatRoom.objects.get().eid == unicodedata.normalize("NFC", room)


@pytest.mark.django_db
@pytest.mark.parametrize("what", REFUSED)
def test_a_room_name_is_refused_if_it_is_or_has(client, what):
    room = REFUSED[what]
    status = 404 if "/" in room else 400
    field = "path" if "/" in room else "room"
    assert_refused(client.get(url_of(room)), status, field)
    assert_refused(post(client, room=room), status, field)


@pytest.mark.django_db
@pytest.mark.parametrize("room", ["x" * 65, "\u0958" * 33, "\U0001f600" * 65])
def test_a_name_over_64_code_points_is_refused(client, room):
    """In form NFC, U+0958 becomes two code points."""
    assert_refused(post(client, room=room), 400, "room", limit=64)
