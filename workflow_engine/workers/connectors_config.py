"""From settings to connectors. Every key is checked at start, so that a mistake shows before the first job does.

::

    [connectors]
    allowed_hosts = ["api.weather.example", "*.city.example"]   # hosts that http and webhook connectors may name
    allowed_networks = ["10.20.0.0/16"]                         # networks inside that they may reach beside the public

    [connectors.http.weather]                                   # topic "http:weather"
    url = "https://api.weather.example/v2"
    headers = { Authorization = "env:WEATHER_TOKEN" }           # a secret is named, never written down
    timeout_seconds = 20
    max_bytes = 1000000

    [connectors.webhook.city]                                   # topic "webhook:city"
    url = "https://hooks.city.example/liandong"
    secret = "file:/run/secrets/city"

    [connectors.email]                                          # topic "email"
    host = "mail.city.example"
    sender = "liandong@city.example"
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workflow_engine.workers.connectors import Connector, ConnectorSettingsError, Registry
from workflow_engine.workers.connectors_email import EmailConnector, MailServer
from workflow_engine.workers.connectors_exchange import Destination
from workflow_engine.workers.connectors_http import HttpConnector, WebhookConnector, webhook_secret
from workflow_engine.workers.connectors_network import NetworkRules

LONGEST_TIMEOUT_SECONDS = 120.0
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})
_SECURITY = ("starttls", "tls", "none")


def build_registry(config: Mapping[str, Any], now: Callable[[], datetime], *, installed: bool = True) -> Registry:
    """The connectors that the settings name, and those of installed packages.

    Raises:
        ConnectorSettingsError: a key is unknown or its value does not fit; the message names it.
    """
    top = _Table("connectors", config)
    rules, hosts = _network_rules(top), top.texts("allowed_hosts")
    found: dict[str, Connector] = {}
    for name, table in top.tables("http"):
        found[f"http:{name}"] = HttpConnector(_destination(table, rules, hosts))
        table.finish()
    for name, table in top.tables("webhook"):
        secret = _webhook_secret(table)
        found[f"webhook:{name}"] = WebhookConnector(_destination(table, rules, hosts), secret, now)
        table.finish()
    mail = top.table("email")
    if mail is not None:
        found["email"] = EmailConnector(_mail_server(mail), now)
        mail.finish()
    top.finish()
    registry = Registry(found)
    if installed:
        registry.add_installed()
    return registry


def _network_rules(top: _Table) -> NetworkRules:
    texts = top.texts("allowed_networks")
    for text in texts:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise top.error("allowed_networks", f"networks like 10.20.0.0/16 ({error})") from error
    return NetworkRules(texts)


def _destination(table: _Table, rules: NetworkRules, hosts: tuple[str, ...]) -> Destination:
    url = table.text("url")
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise table.error("url", f"an address ({error})") from error
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.query or parts.fragment:
        raise table.error("url", "https://host/path without user, query and fragment")
    if not url.isascii() or any(character.isspace() for character in url):
        raise table.error("url", "ASCII without spaces (international names in their xn-- form)")
    if not any(_matches(host, pattern) for pattern in hosts):
        raise table.error("url", f"a host of connectors.allowed_hosts, which does not list {host}")
    return Destination(
        url=url,
        rules=rules,
        headers=_headers(table),
        timeout_seconds=_timeout(table),
        max_bytes=int(table.number("max_bytes", 1_000_000, 1, 10_000_000)),
    )


def _matches(host: str, pattern: str) -> bool:
    return host == pattern.lower() or (pattern.startswith("*.") and host.endswith(pattern[1:].lower()))


def _headers(table: _Table) -> dict[str, str]:
    found = {}
    for name, value in table.mapping("headers").items():
        if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
            raise table.error("headers", f"names of headers that are not set here already, not {name!r}")
        if not isinstance(value, str) or not value.isprintable():
            raise table.error("headers", f"one line of text for {name}")
        found[name] = table.secret_in(f"headers.{name}", value) if value.startswith(("env:", "file:")) else value
    return found


def _webhook_secret(table: _Table) -> bytes:
    try:
        secret = webhook_secret(table.secret("secret"))
    except ValueError as error:
        raise table.error("secret", f"base64 after whsec_ ({error})") from error
    if len(secret) < 16:
        raise table.error("secret", "at least 16 bytes")
    return secret


def _mail_server(table: _Table) -> MailServer:
    security = table.text("security", "starttls")
    if security not in _SECURITY:
        raise table.error("security", f"one of {', '.join(_SECURITY)}")
    user = table.text("user", "") or None
    return MailServer(
        host=table.text("host"),
        sender=table.text("sender"),
        port=int(table.number("port", 465 if security == "tls" else 587, 1, 65535)),
        security=security,  # type: ignore[arg-type]
        user=user,
        password=table.secret("password") if user else None,
        timeout_seconds=_timeout(table),
        recipient_domains=tuple(domain.lower() for domain in table.texts("recipient_domains")),
    )


def _timeout(table: _Table) -> float:
    return table.number("timeout_seconds", 20.0, 0.1, LONGEST_TIMEOUT_SECONDS)


class _Table:
    """One table of settings; whatever nobody asked for by ``finish`` is a mistake."""

    def __init__(self, place: str, values: Any) -> None:
        self._place = place
        if not isinstance(values, Mapping):
            raise ConnectorSettingsError(f"Expected {place} to be a table, but got {values!r}.")
        self._values = dict(values)

    def error(self, key: str, expected: str) -> ConnectorSettingsError:
        return ConnectorSettingsError(f"Expected {self._place}.{key} to be {expected}.")

    def finish(self) -> None:
        if self._values:
            raise ConnectorSettingsError(
                f"Expected no key {self._place}.{min(self._values)}; there is no such setting."
            )

    def table(self, key: str) -> _Table | None:
        value = self._values.pop(key, None)
        return None if value is None else _Table(f"{self._place}.{key}", value)

    def tables(self, key: str) -> list[tuple[str, _Table]]:
        found = []
        for name, value in sorted(self.mapping(key).items()):
            if not _NAME.fullmatch(name):
                raise self.error(f"{key}.{name}", "named by small letters, digits, - and _")
            found.append((name, _Table(f"{self._place}.{key}.{name}", value)))
        return found

    def mapping(self, key: str) -> Mapping[str, Any]:
        value = self._values.pop(key, {})
        if not isinstance(value, Mapping):
            raise self.error(key, "a table")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self._values.pop(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self.error(key, "text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(key, "a list of text")
        return tuple(value)

    def number(self, key: str, default: float, least: float, most: float) -> float:
        value = self._values.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise self.error(key, f"a number from {least:g} to {most:g}")
        return value

    def secret(self, key: str) -> str:
        return self.secret_in(key, self.text(key))

    def secret_in(self, key: str, reference: str) -> str:
        """What ``env:NAME`` or ``file:PATH`` refers to."""
        kind, _, where = reference.partition(":")
        if kind == "env":
            if where in os.environ:
                return os.environ[where].strip()
            raise self.error(key, f"the name of an environment variable; {where} is not set")
        if kind == "file":
            try:
                return Path(where).read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as error:
                raise self.error(key, f"a readable file ({error})") from error
        raise self.error(key, "a reference to a secret: env:NAME or file:PATH, never the secret itself")
