"""What the pages take from the product's settings."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from workflow_engine import Settings


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The web's share of the settings, with its own names."""

    demo: bool
    https: bool
    trusted_hosts: list[str] | None
    proxies: int
    time_zone: str
    language: str
    session_file: Path | None
    worker_tokens_file: Path | None
    metrics_token_file: Path | None
    open311_jurisdiction: str
    open311_contact: str
    open311_moderated: bool
    map_tiles: str
    map_credit: str
    tries_folder: Path
    """Where people try drafts; what lies there is nobody's record."""
    rehearsals_folder: Path
    """Where what is being rehearsed lies while it is played; what came of it stands in the database."""

    @classmethod
    def read(cls, settings: Settings) -> WebSettings:
        """Take the web's share."""
        return cls(
            demo=settings.demo,
            https=settings.https,
            trusted_hosts=list(settings.trusted_hosts) or None,
            proxies=settings.proxies,
            time_zone=settings.time_zone,
            language=settings.language,
            session_file=settings.session_file,
            worker_tokens_file=settings.worker_tokens_file,
            metrics_token_file=settings.metrics_token_file,
            open311_jurisdiction=settings.open311_jurisdiction,
            open311_contact=settings.open311_contact,
            open311_moderated=settings.open311_moderated,
            map_tiles=settings.map_tiles,
            map_credit=settings.map_credit,
            tries_folder=_beside(settings.session_file, "tries"),
            rehearsals_folder=_beside(settings.session_file, "rehearsals"),
        )


def _beside(session_file: Path | None, name: str) -> Path:
    """Beside the sessions, which are as short-lived; without such a file, among the machine's temporary ones."""
    if session_file is not None:
        return session_file.parent / name
    return Path(tempfile.gettempdir()) / f"liandong-{name}-{os.getuid()}"
