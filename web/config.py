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
    session_file: Path | None

    @classmethod
    def read(cls, settings: Settings) -> WebSettings:
        """Take the web's share."""
        return cls(
            demo=bool(getattr(settings, "demo", False)),
            https=bool(getattr(settings, "https", False)),
            trusted_hosts=list(getattr(settings, "trusted_hosts", ()) or ()) or None,
            proxies=int(getattr(settings, "proxies", 0) or 0),
            time_zone=str(getattr(settings, "time_zone", "") or "Asia/Shanghai"),
            session_file=getattr(settings, "session_file", None),
        )
