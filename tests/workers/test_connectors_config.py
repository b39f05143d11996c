"""Settings of connectors: every mistake is named when the product starts."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from workflow_engine.domain.clock import SystemClock
from workflow_engine.workers.connectors import ConnectorError, ConnectorSettingsError, Registry, Work
from workflow_engine.workers.connectors_config import build_registry

HOSTS = ["api.example.org", "*.city.example"]


def _build(config: dict[str, Any]) -> Registry:
    return build_registry(config, SystemClock().now, installed=False)


def _http(**table: Any) -> dict[str, Any]:
    return {"allowed_hosts": HOSTS, "http": {"weather": {"url": "https://api.example.org/v1", **table}}}


def test_topics_follow_the_names_in_the_settings(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of sixteen bytes or more\n")
    registry = _build(
        {
            **_http(), "webhook": {"city": {"url": "https://hooks.city.example/in", "secret": f"file:{secret}"}},
            "email": {"host": "mail.city.example", "sender": "a@city.example"},
        }
    )  # fmt: skip
    assert registry.topics == ("email", "http:weather", "webhook:city")


def test_without_settings_nothing_goes_out() -> None:
    assert _build({}).topics == ()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"htpp": {}}, r"connectors\.htpp; there is no such setting"),
        (_http(utl="x"), r"connectors\.http\.weather\.utl"),
        (_http(url="https://other.example/"), "does not list other.example"),
        (_http(url="https://api.example.org.evil.example/"), "does not list"),
        (_http(url="https://city.example/"), "does not list city.example"),
        (_http(url="ftp://api.example.org/"), "https://host/path"),
        (_http(url="https://user:pw@api.example.org/"), "without user"),
        (_http(url="https://api.example.org/?key=1"), "without user, query"),
        (_http(url="https://api.example.org:99999/"), "url"),
        (_http(url=""), "url to be text"),
        (_http(timeout_seconds=0), "from 0.1 to 120"),
        (_http(timeout_seconds=True), "a number"),
        (_http(max_bytes=10**9), "max_bytes"),
        (_http(headers={"Host": "x"}), "not 'Host'"),
        (_http(headers={"X-A": "a\nb"}), "one line"),
        (_http(headers={"X-A": "env:LIANDONG_NOT_SET_ANYWHERE"}), "LIANDONG_NOT_SET_ANYWHERE is not set"),
        (_http(headers={"X-A": "file:/nonexistent/secret"}), "a readable file"),
        ({"allowed_networks": ["10.0.0.1/8"]}, "allowed_networks"),
        ({"allowed_hosts": "api.example.org"}, "a list of text"),
        ({"http": {"Ünsinn": {}}}, "small letters"),
        ({"http": []}, "a table"),
        (
            {"allowed_hosts": HOSTS, "webhook": {"w": {"url": "https://api.example.org/", "secret": "plain"}}},
            "never the",
        ),
        ({"email": {"host": "a", "sender": "b@c.example", "security": "maybe"}}, "one of starttls, tls, none"),
        ({"email": {"host": "a", "sender": "b@c.example", "user": "u"}}, "password"),
    ],
)
def test_mistake_in_the_settings_is_named(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ConnectorSettingsError, match=said):
        _build(config)


def test_short_webhook_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORT", "short")
    with pytest.raises(ConnectorSettingsError, match="at least 16 bytes"):
        _build({"allowed_hosts": HOSTS, "webhook": {"w": {"url": "https://api.example.org/", "secret": "env:SHORT"}}})


def test_installed_connectors_are_found_and_broken_ones_are_told() -> None:
    registry = Registry()
    registry.add_installed(
        (
            EntryPoint("count", "builtins:len", "liandong.connectors"),
            EntryPoint("broken", "no_such_module_at_all:run", "liandong.connectors"),
            EntryPoint("number", "math:pi", "liandong.connectors"),
        )
    )
    assert registry.topics == ("count",)
    assert [warning.split("'")[1] for warning in registry.warnings] == ["broken", "number"]


def test_unknown_topic_says_which_there_are() -> None:
    with pytest.raises(ConnectorError, match="these are set up: none"):
        Registry().get("fax")
    assert Work("k", "t", "c", "e").parameters == {}
