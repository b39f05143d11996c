"""What happened to the city's own warnings."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPublished(Event):
    """Everybody can read it; the digest is that of the CAP message."""

    KIND = "warning.published"
    warning_id: str
    origin_case_id: str
    msg_type: str
    colour: str
    replaces: str | None
    expires_at: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningEnded(Event):
    """It no longer holds: lifted (with the digest of the Cancel), or its time was over."""

    KIND = "warning.ended"
    warning_id: str
    state: str
    reason: str
    digest: str | None


EVENT_KINDS.update({kind.KIND: kind for kind in (WarningPublished, WarningEnded)})
