"""Where a connector may go: addresses are looked up once, judged, and then connected to as they are.

Nothing else in the way can change the destination: no redirects, no proxies from the environment, no second lookup
between the check and the connection. The whole exchange ends at its deadline, however slowly the other side drips.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore

from workflow_engine.workers.connectors import ConnectorError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(text)
    for text in ("169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "192.0.0.192", "168.63.129.16")
)
"""Where clouds hand out credentials to whoever asks; one of them lies among public addresses."""
PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


def is_allowed(url: str, patterns: Iterable[str]) -> bool:
    """Whether the address is at a host that is listed, as ``host``, ``host:port`` or ``*.domain``."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        return False
    host, port = parts.hostname, parts.port or PORTS[parts.scheme]
    for pattern in (one.lower() for one in patterns):
        if host.endswith(pattern[1:]) if pattern.startswith("*.") else pattern in _names(host, port):
            return True
    return False


def _names(host: str, port: int) -> tuple[str, ...]:
    return host, f"{host}:{port}", f"[{host}]:{port}"


class AddressRefusedError(ConnectorError):
    """The destination lies where connectors do not go."""

    def __init__(self, message: str) -> None:
        super().__init__(message, final=True)


class NetworkRules:
    """Public addresses may be reached; others only inside a network that the operator listed.

    An address at which a cloud hands out credentials must be listed by itself, not only inside a wider network.
    """

    def __init__(self, allowed_networks: Iterable[str] = ()) -> None:
        self._allowed: tuple[Network, ...] = tuple(ipaddress.ip_network(text) for text in allowed_networks)

    def permits(self, address: Address) -> bool:
        """Whether a connector may connect to this address."""
        return all(self._permits_one(one) for one in _meant_addresses(address))

    def _permits_one(self, address: Address) -> bool:
        if address in METADATA_ADDRESSES:
            return any(net.num_addresses == 1 and address in net for net in self._allowed)
        if address.is_global and not address.is_multicast and not address.is_reserved:
            return True
        return any(address in net for net in self._allowed)

    def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a host, looked up once.

        Raises:
            AddressRefusedError: one of them may not be reached.
            ConnectorError: the name is not known now.
        """
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ConnectorError(f"Expected to find the address of {host}, but got: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for text in addresses:
            if not self.permits(ipaddress.ip_address(text.partition("%")[0])):
                raise AddressRefusedError(
                    f"Expected {host} to lie outside this network, but it is at {text}. "
                    "If connectors may go there, list its network in the setting http_allow_networks."
                )
        return addresses


def _meant_addresses(address: Address) -> list[Address]:
    """Every address that a connection to this one may reach: IPv6 has many disguises for IPv4."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    last_bits = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped is not None or address in _NAT64:
        return [last_bits]
    meant: list[Address | None] = [address, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64_LOCAL:
        meant.append(last_bits)
    return [one for one in meant if one is not None]


class Deadline:
    """The end of one exchange, counted from now."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self.seconds = seconds

    def left(self) -> float:
        """Seconds left. Raises ConnectorError when there are none."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise ConnectorError(f"Expected an answer within {self.seconds:g} seconds, but it took longer.")
        return left


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and never beyond the deadline."""

    def __init__(self, rules: NetworkRules, deadline: Deadline) -> None:
        self._rules = rules
        self._deadline = deadline
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._rules.resolve(host, port)
        for last, address in enumerate(addresses, 1 - len(addresses)):
            try:
                made = self._backend.connect_tcp(address, port, self._deadline.left(), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not last:
                    raise
            else:
                return _TimedStream(made, self._deadline)
        raise ConnectorError(f"Expected {host} to have an address, but it has none.")


class _TimedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@cache
def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the machine's own store."""
    return ssl.create_default_context()
