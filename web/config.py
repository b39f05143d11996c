"""What the pages take from the product's settings."""

from __future__ import annotations

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
        )
