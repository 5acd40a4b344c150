"""Says how a request has arrived, to manage.py doctor: nobody else can sign its header with our SECRET_KEY.

The doctor asks twice, at /-/seen and at /events/: a proxy in front may send only the streams through the GRIP proxy.
"""

import os

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse, JsonResponse

from chat.grip import signature
from chat.grip.config import proxies

from .proxies import SENDERS, is_trusted

DOCTOR = Signer(salt="chat.doctor")
HEADER = "Doctor"


def is_asked(request: HttpRequest) -> bool:
    """Return whether the doctor asks how this request has arrived."""
    if HEADER not in request.headers:
        return False
    try:
        DOCTOR.unsign(request.headers[HEADER])
    except BadSignature:
        return False
    return True


def report(request: HttpRequest) -> HttpResponse:
    """Return JSON: our process, the number of proxies, what the signature says, and which addresses it named."""
    found = signature.look(request.headers.get("Grip-Sig"), proxies())
    client = request.META.get("REMOTE_ADDR", "")
    said = {
        "process": os.getpid(),
        "proxies": len(proxies()),
        "signature": found.kind,
        "behind": found.behind_s,
        "senders": request.META[SENDERS],
        "client": client,
        "trusted": is_trusted(client),
    }
    return JsonResponse(said, headers={"Cache-Control": "no-store"})
