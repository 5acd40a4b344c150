"""Clients' addresses."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.http import HttpRequest


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Return the client's address, which TrustedProxies has found; None if there is none."""
    try:
        found = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    # A socket for both versions calls 10.0.0.5 ::ffff:10.0.0.5.
    return getattr(found, "ipv4_mapped", None) or found


def customer_of(request: HttpRequest) -> str:
    """Return what belongs to one customer of a network: an IPv4 address, or the first 64 bits of an IPv6 address."""
    address = address_of(request)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)
