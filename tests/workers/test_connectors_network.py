"""Where connectors may go: addresses inside, of clouds, and in disguise."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from workflow_engine.workers.connectors_exchange import Destination, exchange
from workflow_engine.workers.connectors_network import AddressRefusedError, NetworkRules

INSIDE = [
    "127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1", "169.254.1.1",
    "169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "::127.0.0.1", "::10.0.0.1",
    "2001:0:7f00:1::", "2001:db8::1", "64:ff9b:1::a00:1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("text", INSIDE)
def test_address_inside_is_refused(text: str) -> None:
    assert not NetworkRules().permits(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_public_address_is_permitted(text: str) -> None:
    assert NetworkRules().permits(ipaddress.ip_address(text))


def test_listed_network_is_permitted_and_nothing_beside_it() -> None:
    rules = NetworkRules(["10.20.0.0/16", "fd12::/32"])
    permitted = [
        text for text in ("10.20.3.4", "10.21.0.1", "fd12::5", "fd13::5") if rules.permits(ipaddress.ip_address(text))
    ]
    assert permitted == ["10.20.3.4", "fd12::5"]


def test_address_of_credentials_must_be_listed_by_itself() -> None:
    address = ipaddress.ip_address("169.254.169.254")
    assert not NetworkRules(["169.254.0.0/16"]).permits(address)
    assert NetworkRules(["169.254.169.254/32"]).permits(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "017700000001"])
def test_name_of_this_machine_in_any_spelling_is_refused(host: str) -> None:
    destination = Destination(f"http://{host}:1/", NetworkRules())
    with pytest.raises(AddressRefusedError, match="outside this network") as caught:
        exchange(destination, "GET", destination.url)
    assert caught.value.final


def test_name_with_one_inside_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, [["93.184.216.34", "10.0.0.7"]])
    with pytest.raises(AddressRefusedError, match=r"10\.0\.0\.7"):
        NetworkRules().resolve("two-faced.example", 443)


def test_name_is_looked_up_once_so_that_it_cannot_change_its_mind(monkeypatch: pytest.MonkeyPatch) -> None:
    lookups = _resolve_to(monkeypatch, [["127.0.0.1"], ["169.254.169.254"]])
    connected: list[Any] = []

    def refuse(address: Any, *_rest: Any, **_more: Any) -> Any:
        connected.append(address)
        raise OSError("no connection in this test")

    monkeypatch.setattr(socket, "create_connection", refuse)
    destination = Destination("http://rebinding.example/", NetworkRules(["127.0.0.1/32"]))
    with pytest.raises(Exception, match="no connection in this test"):
        exchange(destination, "GET", destination.url)
    assert connected == [("127.0.0.1", 80)]
    assert lookups == ["rebinding.example"]


def _resolve_to(monkeypatch: pytest.MonkeyPatch, answers: list[list[str]]) -> list[str]:
    asked: list[str] = []

    def lookup(host: str, port: int, *_rest: Any, **_more: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, port)) for text in answers[len(asked) - 1]]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked
