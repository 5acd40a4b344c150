"""Who the client is, and whether it uses https: only our own proxies may say so.

Pushpin passes strangers' headers on to us, and connects from the same address as a proxy on this machine. So for a
request that Pushpin has signed, the address of the connection proves nothing. Pushpin has added the address that
connected to it at the end of X-Forwarded-For, and we use that one.
"""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from chat.conf import conf
from chat.web.addresses import is_in, parsed

from .middleware import GripRequest

CLIENT, SCHEME = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
UNKNOWN = ""
PASSED_ON = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP")  # what other proxies add
PRIVATE = ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
INSIDE = "chat.inside"  # no header of a client can have this name in META
SENDERS = "chat.senders"  # the addresses in X-Forwarded-For, as it came


class TrustedProxies(MiddlewareMixin):
    """Set REMOTE_ADDR to the client's address, and drop what strangers say about it.

    X-Forwarded-Proto stays only if one of conf.trusted_proxies has sent it: SECURE_PROXY_SSL_HEADER names it. A host
    that names no proxies (None) has its own rules about headers, and they stay as they are.
    """

    def process_request(self, request: GripRequest) -> None:
        meta = request.META
        senders = _addresses(meta.get(CLIENT, ""))
        meta[SENDERS] = tuple(senders)
        peer = meta.get("REMOTE_ADDR", "")
        passed_on = request.grip.signed or any(header in meta for header in PASSED_ON) or bool(senders)
        if request.grip.signed:
            peer = senders.pop() if senders else UNKNOWN
        if conf.trusted_proxies is not None:
            meta.pop(CLIENT, None)
            if not is_trusted(peer):
                meta.pop(SCHEME, None)
        while is_trusted(peer) and senders:
            peer = senders.pop()
        if peer != UNKNOWN:
            meta["REMOTE_ADDR"] = peer
        meta[INSIDE] = not passed_on and is_in(parsed(peer), PRIVATE)


def is_inside(request: HttpRequest) -> bool:
    """Return whether the request comes from our own machines, and not through the front that the public uses.

    Any proxy names its client in X-Forwarded-For, also one that is not in TRUSTED_PROXIES.
    """
    return bool(request.META.get(INSIDE))


def _addresses(header: str) -> list[str]:
    """Return the addresses in X-Forwarded-For: each proxy has added its own peer at the end."""
    return [address.strip() for address in header.split(",") if address.strip()]


def is_trusted(address: str) -> bool:
    """Return whether the address is one of TRUSTED_PROXIES."""
    return is_in(parsed(address), conf.trusted_proxies or ())
