"""Where a request comes from, in a form that tells nobody the address."""

import ipaddress
import logging
from collections import Counter
from threading import Lock

from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.crypto import salted_hmac

from .addresses import address_of, customer_of

log = logging.getLogger(__name__)

SOURCE_BYTES = 16
LOOKED_AT = 1_000  # writes
NEARLY_ALL = 0.95  # of them

_private: Counter[str] = Counter()
_others = 0
_has_said = False
_counting = Lock()


def source_of(request: HttpRequest) -> bytes | None:
    """Return 16 bytes that are the same for all requests from one address, with IPv6 from one /64 network.

    They are an HMAC with a key derived from SECRET_KEY, so without that key nobody finds out the address.
    """
    if address_of(request) is None:
        return None
    return salted_hmac("chat source", customer_of(request), algorithm="sha256").digest()[:SOURCE_BYTES]


def watch_for_proxies(request: HttpRequest) -> None:
    """Log it once if nearly all writes come from one private address: that may be a proxy that nobody has named."""
    global _others, _has_said
    address = address_of(request)
    with _counting:
        if address is not None and address.is_private and not _is_local(request):
            _private[str(address)] += 1
        else:
            _others += 1
        [(most, count)] = _private.most_common(1) or [("", 0)]
        if _private.total() + _others < LOOKED_AT:
            return
        _private.clear()
        _others = 0
    if count >= NEARLY_ALL * LOOKED_AT and not _has_said:
        _has_said = True
        log.warning(
            "Nearly all of %d writes came from %s, a private address. If that is a proxy of yours, add it to "
            "TRUSTED_PROXIES (CHAT_TRUSTED_PROXIES in the settings of a site of your own): now everybody behind it "
            "shares one limit, and a ban would hit them all.",
            LOOKED_AT,
            most,
        )


def _is_local(request: HttpRequest) -> bool:
    """Return whether somebody on the machine itself has asked: with a loopback address in the URL."""
    host = split_domain_port(request.headers.get("Host", ""))[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
