"""Who is at the other end of a request, as far as the network can tell."""

from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Client:
    ip: str
    user_agent: str = ""
    device: str | None = None  # what the cookie of a known device says, its signature checked

    def __post_init__(self) -> None:
        address = _address(self.ip)
        object.__setattr__(self, "ip", str(address) if address else self.ip)

    @cached_property
    def network(self) -> str:
        """The address, or its /64 for IPv6: one subscriber owns a whole /64 (S1)."""
        return _network(self.ip, 32, 64, "unknown")

    @property
    def site(self) -> str:
        """All that one line may be given: the /24, or the /48 of IPv6."""
        return _network(self.ip, 24, 48, "unknown")


def network_of(ip: str) -> str:
    """Roughly where an address is, as its owner may see it: the /24, or the /64 of IPv6."""
    return _network(ip, 24, 64, "desconocida")


def _network(ip: str, of_ipv4: int, of_ipv6: int, unknown: str) -> str:
    address = _address(ip)
    if address is None:
        return unknown
    length = of_ipv6 if isinstance(address, IPv6Address) else of_ipv4
    return str(ip_network((address, length), strict=False)).removesuffix("/32")


def _address(ip: str) -> IPv4Address | IPv6Address | None:
    """Also an IPv4 address that a server which listens on IPv6 writes as `::ffff:203.0.113.7`."""
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
