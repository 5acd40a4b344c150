"""manage.py doctor sends a message along the whole way, so it passes every policy, in the one room that it makes up.

Nobody else can sign the room's name with our SECRET_KEY.
"""

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest

HEADER = "Doctor"
VALID_S = 600

_signer = TimestampSigner(salt="chat.doctor.room")


def proof(room: str) -> dict[str, str]:
    """Return the header by which the doctor may read and write in its room."""
    return {HEADER: _signer.sign(room)}


def is_doctor(request: HttpRequest, room: str) -> bool:
    if HEADER not in request.headers:
        return False
    try:
        return _signer.unsign(request.headers[HEADER], max_age=VALID_S) == room
    except BadSignature:
        return False
