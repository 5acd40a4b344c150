"""Where in its site the chat is: at the root, or below a prefix as in /community/chat/."""

from functools import lru_cache
from urllib.parse import unquote

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

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


def is_frame(request: HttpRequest) -> bool:
    """Return whether the address is that of a frame in a page of another site. It may hold a token."""
    return path_in_chat(request).startswith(FRAMES)
