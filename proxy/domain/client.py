"""The browser that sends a request: its address, its user agent and its known device."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Client:
    ip: str
    user_agent: str = ""
    device: str | None = None  # the id in the cookie of a known device, with a valid signature

    def __post_init__(self) -> None:
        address = _address(self.ip)
        object.__setattr__(self, "ip", str(address) if address else self.ip)

    @cached_property
    def network(self) -> str:
        """The address, or its /64 for IPv6: one subscriber owns a whole /64 (S1)."""
        return _network(self.ip, 32, 64, "unknown")

    @property
    def site(self) -> str:
        """The /24, or the /48 of IPv6: the most that a single line can have."""
        return _network(self.ip, 24, 48, "unknown")


def network_of(ip: str) -> str:
    return _network(ip, 24, 64, "desconocida")


def _network(ip: str, of_ipv4: int, of_ipv6: int, unknown: str) -> str:
    address = _address(ip)
    if address is None:
        return unknown
    length = of_ipv6 if isinstance(address, IPv6Address) else of_ipv4
    return str(ip_network((address, length), strict=False)).removesuffix("/32")


def _address(ip: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    # A server that listens on IPv6 writes an IPv4 address as `::ffff:203.0.113.7`.
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
