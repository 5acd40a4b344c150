"""Which requests a GRIP proxy makes by itself, for a stream that it holds."""

import re
from typing import Any

from django.http import HttpRequest

from .place import path_in_chat

NEXT_LINK = re.compile("/events/[^/]+/")


def is_next_link(request: HttpRequest) -> bool:
    """Return whether the request continues a stream, or ends it. It never opens one, whatever its query says.

    A reader may send the like. chat/streams/next_links.py says which of them get something.
    """
    grip: Any = getattr(request, "grip", None)
    return bool(NEXT_LINK.fullmatch(path_in_chat(request))) or bool(grip and grip.proxied and grip.last)
