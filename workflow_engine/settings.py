"""Every setting of the product: its default, what it is for, and where its value comes from.

A setting named ``port`` is read from the environment variable ``LIANDONG_PORT``, else from the key ``port`` of the
TOML file that ``LIANDONG_CONFIG`` names, else it has its default. ``docs/settings.md`` is made from this file.
"""

# ruff: noqa: RUF009

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any

PREFIX = "LIANDONG_"
CONFIG = "LIANDONG_CONFIG"
_DATABASES = ("sqlite:", "postgresql:", "postgresql+psycopg:")


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and says what was expected."""


def _setting(default: Any, text: str) -> Any:
    if isinstance(default, list | tuple | set):
        return field(default=tuple(default), metadata={"text": text})
    return field(default=default, metadata={"text": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; immutable. ``Settings.load()`` reads them, ``Settings()`` are the defaults."""

    database_url: str = _setting(
        "sqlite:///var/liandong.db",
        "Where cases are kept: `sqlite:///path` or `postgresql+psycopg://user@host/name`.",
    )
    host: str = _setting("127.0.0.1", "Address on which the pages are served.")
    port: int = _setting(8080, "Port on which the pages are served.")
    threads: int = _setting(48, "Threads that answer requests; open live pages hold none of them.")
    demo: bool = _setting(
        False, "Load demo people, units and processes, and let anybody sign in as one of them. Never on a real system."
    )
    https: bool = _setting(False, "The pages are reached over HTTPS: cookies are sent over it only.")
    trusted_hosts: tuple[str, ...] = _setting((), "Host names under which the pages may be asked for; empty: any.")
    proxies: int = _setting(0, "How many reverse proxies of yours stand in front and set X-Forwarded-For.")
    public_url: str = _setting(
        "http://127.0.0.1:8080", "Where people reach the pages; stands in mails."
    )
    time_zone: str = _setting("Asia/Shanghai", "Time zone in which pages show instants.")
    language: str = _setting("en", "Language of pages until a visitor chooses: `en` or `zh_CN`.")
    session_file: Path | None = _setting(
        Path("var/sessions.db"), "File of signed-in sessions; without it a restart signs everybody out."
    )
    secret_key_file: Path = _setting(
        Path("var/secret.key"), "File of the key that signs forms; made at the first start, readable by its owner only."
    )
    files_folder: Path = _setting(
        Path("var/files"), "Folder of attached files, by the digest of their content; never served as it is."
    )
    processes_folder: Path | None = _setting(
        None, "Folder of processes that a demo loads; by default those shipped with the product."
    )
    log_key_file: Path = _setting(
        Path("var/log.key"), "File of the key that signs checkpoints of the record's log (`liandong audit key new`)."
    )
    checkpoint_seconds: float = _setting(60.0, "How often the log is signed while it grows.")
    clock_enabled: bool = _setting(True, "Let this process fire timers, run jobs and deliver messages.")
    clock_tick_seconds: float = _setting(1.0, "How often the clock looks for what is due.")
    clock_batch: int = _setting(25, "How many due timers share one commit; few keep people waiting less.")
    batch_slice: int = _setting(25, "How many items of a batch share one commit; few keep people waiting less.")
    clock_offset_seconds: float = _setting(0.0, "Shift of the engine's clock, for rehearsals and tests.")
    job_queue: str = _setting(
        "", "How jobs reach other machines: `procrastinate` (PostgreSQL, extra `scale`); empty: each looks by itself."
    )
    wait_seconds: float = _setting(15.0, "How long a request waits for its turn at the database before it is told so.")
    pool_size: int = _setting(16, "Database connections kept open; as many again are opened in a rush.")
    hot_cases: int = _setting(2000, "Cases kept in memory between commands; 0 keeps none.")
    step_budget: int = _setting(20_000, "Steps that one command may make a case take before an incident stops it.")
    connectors_file: Path | None = _setting(
        None, "TOML file with the named HTTP connectors and webhooks that models may use (docs/operation.md)."
    )
    worker_tokens_file: Path | None = _setting(
        None, "TOML file with the workers outside that may use the API, and hashes of their tokens (docs/operation.md)."
    )
    open311_jurisdiction: str = _setting(
        "", "The city's jurisdiction_id in Open311, such as yunxi.example; empty: any that is asked for counts as ours."
    )
    open311_contact: str = _setting("", "Whom users of the Open311 interface turn to, as its discovery document says.")
    open311_moderated: bool = _setting(
        False, "Somebody reads what comes in by Open311 before it is public; apps get a token first (docs/open311.md)."
    )
    oidc_issuer: str = _setting(
        "", "Address of an OpenID Connect provider by which people may sign in (docs/identity.md); empty: none."
    )
    oidc_name: str = _setting("", "What the button for it is called; empty: “your organisation”.")
    oidc_client_id: str = _setting("liandong", "As what this product is registered there.")
    oidc_client_secret_file: Path | None = _setting(
        None, "File that holds the secret for it; none: a public client, protected by PKCE alone."
    )
    oidc_match: str = _setting(
        "email",
        "How a first sign-in finds its person: `email` (verified there), `name` (`preferred_username`) or `subject` "
        "(only those bound on the command line).",
    )
    ldap_url: str = _setting(
        "", "Directory against which passwords are checked too, as `ldaps://host` (extra `ldap`); empty: none."
    )
    ldap_starttls: bool = _setting(False, "Begin TLS on a plain `ldap://` connection.")
    ldap_ca_file: Path | None = _setting(None, "Certificates that the directory's is checked against.")
    ldap_bind_dn: str = _setting("", "As whom names are searched; empty: anonymously.")
    ldap_bind_password_file: Path | None = _setting(None, "File that holds the password for it.")
    ldap_base: str = _setting("", "Below which entry people are searched.")
    ldap_filter: str = _setting("(uid={name})", "Filter that finds one; `{name}` is what was typed, escaped.")
    metrics_token_file: Path | None = _setting(
        None, "File with the token that `/metrics` asks for; without it only this machine itself may read them."
    )
    http_allow: tuple[str, ...] = _setting(
        (), "Hosts that connectors and sources of alerts may be at, as `host`, `host:port` or `*.domain`; empty: none."
    )
    http_allow_networks: tuple[str, ...] = _setting(
        (), "Networks of your own, like `10.20.0.0/16`, that they may reach; empty: public addresses only."
    )
    http_timeout_seconds: float = _setting(
        10.0, "How long HTTP connectors and webhooks wait for an answer, if theirs is not set."
    )
    http_max_bytes: int = _setting(1_000_000, "How many bytes of an answer they accept, if theirs is not set.")
    smtp_host: str = _setting("", "Mail server of the e-mail connector; empty: no mail is sent.")
    smtp_port: int = _setting(25, "Port of the mail server.")
    smtp_user: str = _setting("", "Name at the mail server.")
    smtp_password_file: Path | None = _setting(None, "File that holds the password at the mail server.")
    smtp_starttls: bool = _setting(False, "Ask the mail server for encryption.")
    mail_from: str = _setting("liandong@localhost", "Sender of mails.")
    mail_domains: tuple[str, ...] = _setting((), "Domains to which mail may go; empty: any.")
    connectors: tuple[str, ...] = _setting(
        (), "Your own connectors as `topic=package.module:function`; the function takes a `Work` and returns a dict."
    )
    map_tiles: str = _setting(
        "",
        "Address of a tile server for maps, as `https://tiles.example.org/{z}/{x}/{y}.png`; empty: outlines of the "
        "city's own places only, and no request leaves for elsewhere.",
    )
    map_credit: str = _setting("", "Whom the tiles are from; stands in the map's corner.")
    log_level: str = _setting("INFO", "What is logged: DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = _setting(False, "Log one JSON object per line.")

    @classmethod
    def load(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read the settings; ``overrides`` (from a command line) win over everything.

        Raises:
            SettingsError: a value cannot be read, or the file names a setting that does not exist.
        """
        environment = os.environ if environment is None else environment
        file_name = environment.get(CONFIG)
        values = _from_file(Path(file_name)) if file_name else {}
        for item in fields(cls):
            text = environment.get(PREFIX + item.name.upper())
            if text is not None:
                values[item.name] = _parse(item, text)
        values.update({name: value for name, value in overrides.items() if value is not None})
        settings = cls(**values)
        if not settings.database_url.startswith(_DATABASES):
            expected = "an address such as sqlite:///path or postgresql+psycopg://user@host/name"
            raise SettingsError(f"Expected setting database_url ({PREFIX}DATABASE_URL) to be {expected}.")
        return settings


def _from_file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"Expected a TOML file with settings in {path}, but {error}.") from error
    known = {item.name: item for item in fields(Settings)}
    unknown = sorted(set(content) - set(known))
    if unknown:
        raise SettingsError(f"Expected only known settings in {path}, but found {', '.join(unknown)}.")
    return {name: _convert(known[name], value) for name, value in content.items()}


def _parse(item: Field[Any], text: str) -> Any:
    """A value from the environment: text, as the setting's type demands."""
    kind = str(item.type)
    if kind.startswith("tuple"):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if kind == "bool":
        word = text.strip().lower()
        if word in ("1", "true", "yes", "on"):
            return True
        if word in ("0", "false", "no", "off", ""):
            return False
        raise _unusable(item, text, "true or false")
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            raise _unusable(item, text, "a number") from None
    if kind.startswith("Path"):
        return Path(text) if text else None
    return text


def _convert(item: Field[Any], value: Any) -> Any:
    """A value from the TOML file."""
    kind = str(item.type)
    if kind.startswith("tuple") and isinstance(value, list):
        return tuple(map(str, value))
    if kind.startswith("Path") and isinstance(value, str):
        return Path(value) if value else None
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == type(value).__name__:
        return value
    raise _unusable(item, str(value), kind)


def _unusable(item: Field[Any], text: str, expected: str) -> SettingsError:
    return SettingsError(
        f"Expected setting {item.name} ({PREFIX}{item.name.upper()}) to be {expected}, but it is {text!r}."
    )


def settings_page() -> str:
    """The documentation of all settings as Markdown."""
    lines = [
        "# Settings",
        "",
        "Each setting comes from the environment variable, else from the TOML file named by `LIANDONG_CONFIG` (the key",
        "is the name in lower case without the prefix; lists are TOML lists), else it has its default. Lists in the",
        "environment are separated by commas; switches are `true` or `false`.",
        "",
        "| Environment variable | Default | What it is for |",
        "|---|---|---|",
    ]
    for item in fields(Settings):
        default = "" if item.default is MISSING else _shown(item.default)
        lines.append(f"| `{PREFIX}{item.name.upper()}` | {default} | {item.metadata['text']} |")
    return "\n".join(lines) + "\n"


def _shown(value: Any) -> str:
    if value is None or value == "" or value == ():
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`"
