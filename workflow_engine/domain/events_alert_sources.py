"""What happened to sources of alerts."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSourceSet(Event):
    """Alerts are fetched from the address from now on, in this way."""

    KIND = "alert_source.set"
    source_id: str
    name: str
    url: str
    every_seconds: int
    categories: list[str]
    least_severity: str
    codes: list[str]
    words: list[str]
    box: str
    signature: str
    certificates: str
    exercise: bool
    unit_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSourcePaused(Event):
    """It is not asked for now."""

    KIND = "alert_source.paused"
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSourceResumed(Event):
    """It is asked again."""

    KIND = "alert_source.resumed"
    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSourceRemoved(Event):
    """It is never asked again."""

    KIND = "alert_source.removed"
    source_id: str


ALERT_SOURCE_EVENTS: tuple[type[Event], ...] = (
    AlertSourceSet, AlertSourcePaused, AlertSourceResumed, AlertSourceRemoved,
)  # fmt: skip
EVENT_KINDS.update({kind.KIND: kind for kind in ALERT_SOURCE_EVENTS})
