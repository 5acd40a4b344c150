"""Clients' addresses."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.http import HttpRequest


@lru_cache(maxsize=1024)
def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """Return the address, None if it is none. A socket for both versions calls 10.0.0.5 ::ffff:10.0.0.5."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def address_of(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Return the client's address, which TrustedProxies has found; None if there is none."""
    return parsed(request.META.get("REMOTE_ADDR", ""))


def customer_of(request: HttpRequest) -> str:
    """Return what belongs to one customer of a network: an IPv4 address, or the first 64 bits of an IPv6 address."""
    address = address_of(request)
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address)


def is_in(address: IPv4Address | IPv6Address | None, networks: Iterable[str]) -> bool:
    return address is not None and any(address in network for network in _networks(tuple(networks)))


@lru_cache(maxsize=8)
def _networks(written: tuple[str, ...]) -> list[IPv4Network | IPv6Network]:
    return [ip_network(network) for network in written]
