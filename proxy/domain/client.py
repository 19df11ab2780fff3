"""Who is at the other end of a request, as far as the network can tell."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network


@dataclass(frozen=True)
class Client:
    ip: str
    user_agent: str = ""
    device: str | None = None  # what the cookie of a known device says, its signature checked

    @property
    def network(self) -> str:
        """The address, or its /64 for IPv6: one subscriber owns a whole /64 (SECURITY A1)."""
        try:
            address = ip_address(self.ip)
        except ValueError:
            return "unknown"
        if isinstance(address, IPv6Address):
            return str(ip_network(f"{address}/64", strict=False))
        return str(address)


def network_of(ip: str) -> str:
    """Roughly where an address is, as its owner may see it: the /24, or the /64 of IPv6."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "desconocida"
    length = 64 if isinstance(address, IPv6Address) else 24
    return str(ip_network(f"{address}/{length}", strict=False))
