"""Who could come in through a port decides whether a token is needed."""

from typing import Any

import pytest
from twisted.internet.address import HostnameAddress, IPv4Address, IPv6Address, UNIXAddress

from pollinations.web.door import is_local


@pytest.mark.parametrize(
    "address",
    [
        IPv4Address("TCP", "127.0.0.1", 10001),
        IPv4Address("TCP", "127.8.9.10", 10001),
        IPv6Address("TCP", "::1", 10001),
        IPv6Address("TCP", "::1%lo", 10001),
        IPv6Address("TCP", "::ffff:127.0.0.1", 10001),
        UNIXAddress(b"/run/pollinations.sock"),
    ],
)
def test_this_machine_alone(address: Any) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    [
        IPv4Address("TCP", "0.0.0.0", 10001),
        IPv4Address("TCP", "", 10001),
        IPv4Address("TCP", "192.168.1.5", 10001),
        IPv6Address("TCP", "::", 10001),
        IPv6Address("TCP", "::ffff:0.0.0.0", 10001),
        IPv6Address("TCP", "fe80::1%eth0", 10001),
        HostnameAddress(b"abcdefgh.onion", 80),
        None,
    ],
)
def test_others_too(address: Any) -> None:
    """What is not known to be local is not."""
    assert not is_local(address)
