"""Alerts shipped with the processes, to try on a demo: each under its headline in the visitor's language."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from flask import current_app

from web.context import settings
from web.i18n import current_language
from web.words import in_words
from workflow_engine import EngineError, read_alert_file

SHIPPED = Path(__file__).resolve().parents[2] / "processes"


def sample_files() -> dict[str, Path]:
    """File name to file; empty anywhere but on a demo."""
    if not current_app.extensions["web_settings"].demo:
        return {}
    folder = settings().processes_folder or SHIPPED
    return {path.name: path for path in sorted(folder.glob("*/alerts/*.xml"))}


def samples() -> list[tuple[str, str]]:
    """File name and headline of each."""
    language = current_language().key
    return [(name, _headline(path, language)) for name, path in sample_files().items()]


@lru_cache(maxsize=64)
def _headline(path: Path, language: str) -> str:
    try:
        alerts = read_alert_file(path.read_bytes()).alerts
    except (EngineError, OSError):
        return in_words(path.stem)
    infos = [info for alert in alerts for info in alert.get("infos", ())]
    mine = [info for info in infos if str(info.get("language") or "").lower().startswith(language)]
    return next((str(info["headline"]) for info in mine if info.get("headline")), in_words(path.stem))
