"""Who sends the request."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from chat.conf import conf
from chat.messages.writer import Writer

from .addresses import address_of, is_in
from .sources import source_of, watch_for_proxies


def writer_of(request: HttpRequest, author_key: str | None, staff: bool, account: Any, author: str | None) -> Writer:
    """Return who writes; the last three are what a policy says, see Writer."""
    watch_for_proxies(request)
    return Writer(source_of(request), is_limited(request), author_key, staff, account, author)


def is_limited(request: HttpRequest) -> bool:
    """Return whether the client's address has limits."""
    address = address_of(request)
    return conf.limits and address is not None and not is_in(address, conf.limits_free)


def is_staff(request: HttpRequest) -> bool:
    """Return whether a moderator is logged in. Without a session's cookie this needs no database."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False
    user = getattr(request, "user", None)  # a site may have no users
    return user is not None and user.has_perm("chat.moderate")
