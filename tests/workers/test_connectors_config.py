"""Settings of connectors: every mistake is named when the product starts."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from workflow_engine.domain.clock import SystemClock
from workflow_engine.settings import Settings
from workflow_engine.workers.connectors import ConnectorError, ConnectorSettingsError, Registry, Work
from workflow_engine.workers.connectors_config import build_registry

HOSTS = ("api.example.org", "*.city.example", "inside.example:8443")


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Registry]:
    """Makes the registry of these settings, the text being the connectors' file."""

    def made(text: str = "", **settings: Any) -> Registry:
        file = tmp_path / "connectors.toml"
        file.write_text(text)
        return build_registry(Settings(connectors_file=file, http_allow=HOSTS, **settings), SystemClock().now)

    return made


def _http(line: str = "", url: str = "https://api.example.org/v1") -> str:
    return f'[http.weather]\nurl = "{url}"\n{line}\n'


def test_topics_follow_the_names_in_the_settings(build: Callable[..., Registry], tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of sixteen bytes or more\n")
    text = _http() + f'[webhook.city]\nurl = "https://hooks.city.example/in"\nsecret = "file:{secret}"\n'
    registry = build(text, smtp_host="mail.city.example", connectors=("fax=builtins:dict", "bad=no_such_module_here:x"))
    assert registry.topics == ("email", "fax", "http:weather", "webhook:city")
    assert "no_such_module_here" in registry.warnings[0]


def test_without_settings_nothing_goes_out() -> None:
    assert build_registry(Settings(), SystemClock().now).topics == ()


def test_host_may_be_listed_with_its_port(build: Callable[..., Registry]) -> None:
    assert build(_http(url="https://inside.example:8443/")).topics == ("http:weather",)
    with pytest.raises(ConnectorSettingsError, match="does not list"):
        build(_http(url="https://inside.example/"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[htpp.weather]", r"connectors_file\.htpp; there is no such setting"),
        (_http("utl = 1"), r"http\.weather\.utl"),
        (_http(url="https://other.example/"), "does not list other.example"),
        (_http(url="https://api.example.org.evil.example/"), "does not list"),
        (_http(url="https://city.example/"), "does not list city.example"),
        (_http(url="ftp://api.example.org/"), "https://host/path"),
        (_http(url="https://user:pw@api.example.org/"), "without user"),
        (_http(url="https://api.example.org/?key=1"), "without user, query"),
        (_http(url="https://api.example.org:99999/"), "url"),
        (_http(url=""), "url to be text"),
        (_http("timeout_seconds = 0"), "from 0.1 to 120"),
        (_http("timeout_seconds = true"), "a number"),
        (_http("max_bytes = 1000000000"), "max_bytes"),
        (_http('headers = { Host = "x" }'), "not 'Host'"),
        (_http('headers = { X-A = "a\\nb" }'), "one line"),
        (_http('headers = { X-A = "env:LIANDONG_NOT_SET_ANYWHERE" }'), "LIANDONG_NOT_SET_ANYWHERE is not set"),
        (_http('headers = { X-A = "file:/nonexistent/secret" }'), "a readable file"),
        ('[http."Ünsinn"]', "small letters"),
        ("http = 3", "a table"),
        ("http = {", "readable TOML"),
        ('[webhook.w]\nurl = "https://api.example.org/"\nsecret = "plain"', "never the secret itself"),
    ],
)  # fmt: skip
def test_mistake_in_the_file_is_named(build: Callable[..., Registry], text: str, said: str) -> None:
    with pytest.raises(ConnectorSettingsError, match=said):
        build(text)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"http_allow_networks": ("10.0.0.1/8",)}, "http_allow_networks"),
        ({"connectors": ("fax",)}, "topic=package.module:function"),
        ({"connectors": ("fax=builtins:dict", "fax=builtins:list")}, "there are two"),
        ({"smtp_host": "mail.example", "smtp_user": "u"}, "smtp_password_file"),
        ({"connectors_file": Path("/nonexistent.toml")}, "readable TOML"),
    ],
)
def test_mistake_in_the_settings_is_named(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConnectorSettingsError, match=said):
        build_registry(Settings(**settings), SystemClock().now)


def test_short_webhook_secret_is_refused(build: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORT", "short")
    with pytest.raises(ConnectorSettingsError, match="at least 16 bytes"):
        build('[webhook.w]\nurl = "https://api.example.org/"\nsecret = "env:SHORT"')


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
