"""Settings: environment before file before default; every mistake named; the documentation current."""

from __future__ import annotations

from pathlib import Path

import pytest

from workflow_engine import Settings, SettingsError, settings_page

ROOT = Path(__file__).resolve().parents[2]


def test_defaults_without_anything() -> None:
    settings = Settings.load({})
    assert settings == Settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)


def test_environment_wins_over_file_and_command_line_over_both(tmp_path: Path) -> None:
    file = tmp_path / "liandong.toml"
    file.write_text('port = 9000\nhost = "0.0.0.0"\nhttp_allow = ["a.example", "b:8443"]\nclock_tick_seconds = 2\n')
    settings = Settings.load({"LIANDONG_CONFIG": str(file), "LIANDONG_PORT": "9001"}, host="::1", demo=None)
    assert (settings.host, settings.port, settings.clock_tick_seconds) == ("::1", 9001, 2.0)
    assert settings.http_allow == ("a.example", "b:8443")
    assert settings.demo is False


def test_every_kind_of_value_is_read_from_the_environment() -> None:
    settings = Settings.load(
        {
            "LIANDONG_DEMO": "Yes", "LIANDONG_TRUSTED_HOSTS": "a, b ,", "LIANDONG_SESSION_FILE": "",
            "LIANDONG_SECRET_KEY_FILE": "/k", "LIANDONG_CLOCK_OFFSET_SECONDS": "-3600.5",
        }
    )  # fmt: skip
    assert settings.demo is True
    assert settings.trusted_hosts == ("a", "b")
    assert settings.session_file is None
    assert settings.secret_key_file == Path("/k")
    assert settings.clock_offset_seconds == -3600.5


@pytest.mark.parametrize(
    "environment",
    [
        {"LIANDONG_PORT": "http"}, {"LIANDONG_DEMO": "maybe"}, {"LIANDONG_CLOCK_TICK_SECONDS": "x"},
        {"LIANDONG_DATABASE_URL": "var/liandong.db"},
    ],
)  # fmt: skip
def test_values_that_cannot_be_read_name_their_setting(environment: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environment))):
        Settings.load(environment)


@pytest.mark.parametrize("content", ["prot = 1", "port = ", 'port = "8080"', "demo = 1"])
def test_files_that_cannot_be_used_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "liandong.toml"
    file.write_text(content)
    with pytest.raises(SettingsError):
        Settings.load({"LIANDONG_CONFIG": str(file)})
    with pytest.raises(SettingsError, match="missing"):
        Settings.load({"LIANDONG_CONFIG": str(tmp_path / "missing.toml")})


def test_the_documentation_is_current() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == settings_page(), "write settings_page() to docs/settings.md"
