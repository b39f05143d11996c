"""What happened to situation reports and briefings. What they say is not here: the digest holds it, and it can go."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.events import EVENT_KINDS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationReportIssued(Event):
    """A numbered document: whether it was late follows from its two instants."""

    KIND = "situation_report.issued"
    report_id: str
    origin_case_id: str
    number: int
    kind: str
    level: str
    due_at: str | None
    issued_at: str
    prepared_by: str
    approved_by: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCorrectionProposed(Event):
    """Another version waits for a second person."""

    KIND = "situation_report.correction_proposed"
    PRIVATE = ("reason",)
    report_id: str
    version: int
    digest: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCorrectionDecided(Event):
    """It replaces the version before, or was refused."""

    KIND = "situation_report.correction_decided"
    report_id: str
    version: int
    agreed: bool
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationReportSent(Event):
    """It went up."""

    KIND = "situation_report.sent"
    transmission_id: str
    report_id: str
    version: int
    recipient: str
    channel: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SituationReportReceived(Event):
    """It arrived."""

    KIND = "situation_report.received"
    PRIVATE = ("received_by",)
    transmission_id: str
    report_id: str
    received_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingKept(Event):
    """Who took over the command was told where things stand; the digest is that of what they were shown."""

    KIND = "briefing.kept"
    briefing_id: str
    origin_case_id: str
    number: int
    outgoing: str
    incoming: str
    digest: str


EVENT_KINDS.update({
    kind.KIND: kind
    for kind in (
        SituationReportIssued, ReportCorrectionProposed, ReportCorrectionDecided, SituationReportSent,
        SituationReportReceived, BriefingKept,
    )
})  # fmt: skip
