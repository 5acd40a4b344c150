"""Who sends the request."""

from django.conf import settings
from django.http import HttpRequest

from chat.messages.writer import Writer

from .addresses import address_of, is_in
from .sources import source_of, watch_for_proxies


def writer_of(request: HttpRequest) -> Writer:
    watch_for_proxies(request)
    return Writer(source=source_of(request), limited=is_limited(request))


def is_limited(request: HttpRequest) -> bool:
    """Return whether the client's address has limits."""
    address = address_of(request)
    return settings.LIMITS and address is not None and not is_in(address, settings.LIMITS_FREE)
