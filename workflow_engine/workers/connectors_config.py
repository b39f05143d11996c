"""From settings to connectors. Every key is checked at start, so that a mistake shows before the first job does.

HTTP connectors and webhooks are named in the TOML file ``connectors_file``::

    [http.weather]                                  # topic "http:weather"
    url = "https://api.weather.example/v2"          # its host must be listed in the setting http_allow
    headers = { Authorization = "env:WEATHER_KEY" } # a secret is named, never written down: env:NAME or file:PATH
    timeout_seconds = 20
    max_bytes = 1000000

    [webhook.city]                                  # topic "webhook:city"
    url = "https://hooks.city.example/liandong"
    secret = "file:/run/secrets/city"

The topic ``email`` is served when ``smtp_host`` is set.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workflow_engine.settings import Settings
from workflow_engine.workers.connectors import ENTRY_POINT_GROUP, ConnectorSettingsError, Registry
from workflow_engine.workers.connectors_email import EmailConnector, MailServer
from workflow_engine.workers.connectors_exchange import Destination
from workflow_engine.workers.connectors_http import HttpConnector, WebhookConnector, webhook_secret
from workflow_engine.workers.connectors_network import PORTS, NetworkRules, is_allowed

LONGEST_TIMEOUT_SECONDS = 120.0
LARGEST_ANSWER_BYTES = 10_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_OWN = re.compile(r"([^=\s]{1,80})=([A-Za-z_][\w.]*:[A-Za-z_]\w*)")
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})


def build_registry(settings: Settings, now: Callable[[], datetime]) -> Registry:
    """The connectors that the settings name, and those of installed packages.

    Raises:
        ConnectorSettingsError: a key is unknown or its value does not fit; the message names it.
    """
    top = _Table("connectors_file", _read(settings.connectors_file))
    rules = _network_rules(settings)
    registry = Registry()
    for name, table in top.tables("http"):
        registry.add(f"http:{name}", HttpConnector(_destination(table, rules, settings)))
        table.finish()
    for name, table in top.tables("webhook"):
        registry.add(
            f"webhook:{name}", WebhookConnector(_destination(table, rules, settings), _webhook_secret(table), now)
        )
        table.finish()
    top.finish()
    if settings.smtp_host:
        registry.add("email", EmailConnector(_mail_server(settings), now))
    registry.add_installed(tuple(_own_connector(text) for text in settings.connectors))
    registry.add_installed()
    return registry


def _read(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConnectorSettingsError(f"Expected connectors_file to be a readable TOML file, but: {error}.") from error


def _network_rules(settings: Settings) -> NetworkRules:
    for text in settings.http_allow_networks:
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise ConnectorSettingsError(
                f"Expected http_allow_networks to list networks like 10.20.0.0/16, but: {error}."
            ) from error
    return NetworkRules(settings.http_allow_networks)


def _own_connector(text: str) -> EntryPoint:
    found = _OWN.fullmatch(text)
    if found is None:
        raise ConnectorSettingsError(f"Expected connectors to list topic=package.module:function, but found {text!r}.")
    return EntryPoint(found[1], found[2], ENTRY_POINT_GROUP)


def _destination(table: _Table, rules: NetworkRules, settings: Settings) -> Destination:
    url = table.text("url")
    try:
        parts = urlsplit(url)
        known = parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise table.error("url", f"an address ({error})") from error
    if not known or parts.username or parts.query or parts.fragment:
        raise table.error("url", "https://host/path without user, query and fragment")
    if not url.isascii() or any(character.isspace() for character in url):
        raise table.error("url", "ASCII without spaces (international names in their xn-- form)")
    if not is_allowed(url, settings.http_allow):
        raise table.error("url", f"at a host of the setting http_allow, which does not list {parts.netloc}")
    timeout = table.number("timeout_seconds", settings.http_timeout_seconds, 0.1, LONGEST_TIMEOUT_SECONDS)
    return Destination(
        url=url,
        rules=rules,
        headers=_headers(table),
        timeout_seconds=timeout,
        max_bytes=int(table.number("max_bytes", settings.http_max_bytes, 1, LARGEST_ANSWER_BYTES)),
    )


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


def _mail_server(settings: Settings) -> MailServer:
    password = None
    if settings.smtp_user:
        try:
            password = (settings.smtp_password_file or Path("missing")).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise ConnectorSettingsError(f"Expected smtp_password_file to be readable, but: {error}.") from error
    implicit = settings.smtp_port == 465
    return MailServer(
        host=settings.smtp_host,
        sender=settings.mail_from,
        port=settings.smtp_port,
        security="tls" if implicit else "starttls" if settings.smtp_starttls else "none",
        user=settings.smtp_user or None,
        password=password,
        recipient_domains=tuple(domain.lower() for domain in settings.mail_domains),
    )


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
