"""What people do with situation reports once they are issued, and with the briefing of a hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.commands import Command

CHANNELS = ("phone", "system", "fax", "mail", "courier")


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSituationReport(Command):
    """Note that the report goes up now: to whom, and how. The instant is the command's own, nobody types it."""

    NAME = "situation_report.send"
    report_id: str
    recipient: str
    channel: str
    """phone, system, fax, mail or courier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmReportReceived(Command):
    """Note that it arrived, and who took it."""

    NAME = "situation_report.confirm_receipt"
    PRIVATE = ("received_by",)
    transmission_id: str
    received_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectSituationReport(Command):
    """Propose another version of a report; it counts once another person agrees."""

    NAME = "situation_report.correct"
    PRIVATE = ("fields", "reason")
    report_id: str
    fields: Mapping[str, Any]
    """Those that are to say something else; null empties one."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideReportCorrection(Command):
    """Agree to a correction, which replaces the version before it, or refuse it."""

    NAME = "situation_report.decide_correction"
    report_id: str
    version: int
    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepBriefing(Command):
    """Keep the briefing of an emergency as it stands now, as a document for whoever takes over the command."""

    NAME = "briefing.keep"
    PRIVATE = ("note",)
    case_id: str
    incoming: str
    """A person's id."""
    note: str = ""
