"""Who counts as one: an IPv4 address, or the /64 that a provider gives one customer of IPv6."""

from __future__ import annotations

import ipaddress

_ONE_CUSTOMER = 64


def network_of(address: str) -> str:
    """Name what an address counts for; what is no address stands for itself."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found) >> _ONE_CUSTOMER << _ONE_CUSTOMER, _ONE_CUSTOMER)))


def is_among(address: str, named: tuple[str, ...]) -> bool:
    """Tell whether an address is one of those that are named: addresses, networks, or `*` for all."""
    if "*" in named or address in named:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for one in named if (network := _network(one)) is not None)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
