"""Who is at the other end, and how wide their network is: S1, S51."""

import pytest

from proxy.domain.client import Client, network_of


def test_an_ipv6_subscriber_is_one_network() -> None:
    """S1: who has a /64 has 18 trillion addresses."""
    assert Client("2001:db8::1").network == Client("2001:db8::ffff").network == "2001:db8::/64"
    assert Client("203.0.113.7").network == "203.0.113.7"
    assert Client("testclient").network == "unknown"


def test_an_ipv4_address_written_as_ipv6_is_that_address() -> None:
    """S1: all of them lie in one /64, so that one stranger would use up the limits of a country."""
    assert Client("::ffff:203.0.113.7") == Client("203.0.113.7")
    assert Client("::ffff:203.0.113.7").network == "203.0.113.7"
    assert Client("::FFFF:CB00:7108").ip == "203.0.113.8"
    assert network_of("::ffff:203.0.113.77") == "203.0.113.0/24"


@pytest.mark.parametrize(
    ("ip", "site"),
    [
        ("2001:db8:1:ff01::1", "2001:db8:1::/48"),
        ("203.0.113.7", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
        ("testclient", "unknown"),
    ],
)
def test_all_the_networks_of_one_line_are_one_site(ip: str, site: str) -> None:
    """A line of fibre is given 256 networks, a small firm 65,536: S30."""
    assert Client(ip).site == site


@pytest.mark.parametrize("ip", ["", "203.0.113", "2001:db8::g", "203.0.113.7, 198.51.100.1"])
def test_what_is_no_address_is_one_network(ip: str) -> None:
    assert Client(ip).network == Client(ip).site == "unknown"
    assert network_of(ip) == "desconocida"
