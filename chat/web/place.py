"""Where in its site the chat is, at the root or below a prefix as in /community/chat/, and what an address is for."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

FOR_PROGRAMS = ("/rooms/", "/events/", "/-/moderate/", "/-/live", "/-/ready", "/-/seen")
STREAM = re.compile("/events/|/rooms/[^/]+/events/$")
NEXT_LINK = re.compile("/events/[^/]+/")
FRAMES = "/-/frame/"


def prefix() -> str | None:
    """Return the path of the chat's start page, which ends in a slash; None if the site has no chat."""
    return _prefix(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=64)
def _prefix(urlconf: str, script: str) -> str | None:
    try:
        return unquote(reverse("chat:join", urlconf))
    except NoReverseMatch:
        return None


def path_in_chat(request: HttpRequest) -> str:
    """Return the request's path as it would be with the chat at the root."""
    before = prefix() or "/"
    return request.path if before == "/" else "/" + request.path.removeprefix(before)


def is_for_programs(request: HttpRequest) -> bool:
    """Return whether the client wants JSON. Without ?channel=, /events is the page of the room "events"."""
    path = path_in_chat(request)
    return path.startswith(FOR_PROGRAMS) or (path == "/events" and "channel" in request.GET)


def is_stream(request: HttpRequest) -> bool:
    """Return whether the address is that of a stream."""
    return bool(STREAM.match(path_in_chat(request)))


def opens_stream(request: HttpRequest) -> bool:
    """Return whether a reader opens a stream; the proxy's next links continue one."""
    return is_stream(request) and request.method == "GET" and not is_next_link(request)


def is_next_link(request: HttpRequest) -> bool:
    """Return whether the request continues a stream, or ends it. It never opens one, whatever its query says.

    A GRIP proxy makes it by itself, for a stream that it holds. A reader may send the like: chat/streams/next_links.py
    says which of them get something.
    """
    grip: Any = getattr(request, "grip", None)
    return bool(NEXT_LINK.fullmatch(path_in_chat(request))) or bool(grip and grip.proxied and grip.last)


def is_frame(request: HttpRequest) -> bool:
    """Return whether the address is that of a frame in a page of another site. It may hold a token."""
    return path_in_chat(request).startswith(FRAMES)
