"""Who sends the request."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chat.messages.writer import Writer

from .addresses import address_of, is_in
from .sources import source_of, watch_for_proxies


def writer_of(
    request: HttpRequest,
    author_key: str | None = None,
    staff: bool | None = None,
    account: Any = None,
    author: str | None = None,
) -> Writer:
    """Return who writes; the last three are what a policy says, see Writer."""
    watch_for_proxies(request)
    staff = is_staff(request) if staff is None else staff
    return Writer(source_of(request), is_limited(request), author_key, staff, account, author)


def is_limited(request: HttpRequest) -> bool:
    """Return whether the client's address has limits."""
    address = address_of(request)
    return settings.LIMITS and address is not None and not is_in(address, settings.LIMITS_FREE)


def is_staff(request: HttpRequest) -> bool:
    """Return whether a moderator is logged in. Without a session's cookie this needs no database."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.has_perm("chat.moderate")
