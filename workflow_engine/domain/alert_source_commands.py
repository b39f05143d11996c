"""What administrators do to sources of alerts, and what the poller does with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSourceCommand(Command):
    """A command to one source of alerts."""

    source_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAlertSource(AlertSourceCommand):
    """Ask an address for alerts from now on, or change how that is done."""

    NAME = "alert_source.set"
    name: str
    url: str
    """Of one CAP message or of an Atom feed; at a host that the operator allows."""
    every_seconds: int = 300
    categories: Sequence[str] = ()
    least_severity: str = "Unknown"
    codes: Sequence[str] = ()
    words: Sequence[str] = ()
    box: str = ""
    """South, west, north, east in degrees; see ``domain.alert_sources.AlertFilter``."""
    signature: str = "present"
    certificates: str = ""
    """PEM; whose signatures count."""
    exercise: bool = False
    """Whatever comes from there is an exercise."""
    unit_id: str | None = None
    """The unit that answers for cases that its alerts start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseAlertSource(AlertSourceCommand):
    """Do not ask for now."""

    NAME = "alert_source.pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeAlertSource(AlertSourceCommand):
    """Ask again, at once."""

    NAME = "alert_source.resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveAlertSource(AlertSourceCommand):
    """Never ask again, and forget what was asked; the alerts that came stay."""

    NAME = "alert_source.remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAlertSource(AlertSourceCommand):
    """Ask now instead of when it is due."""

    NAME = "alert_source.poll"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAlertSources(Command):
    """Hand sources that are due to one poller for a while (sent by the engine itself)."""

    NAME = "alert_source.take"
    most: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleAlertPoll(AlertSourceCommand):
    """Say what asking gave (sent by the engine itself)."""

    NAME = "alert_source.settle"
    PRIVATE = ("error", "entries")
    etag: str = ""
    modified: str = ""
    """Given back with the next question, so that what did not change is not sent again."""
    error: str | None = None
    entries: Sequence[Mapping[str, Any]] = ()
    """``digest``, ``entry_id``, ``title``, ``alert_key``, ``outcome``, ``reason``, ``case_id`` of each that was new."""
    again_in_seconds: float | None = None
    """None: as often as the source is asked."""
