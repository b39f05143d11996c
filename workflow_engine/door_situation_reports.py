"""Of the public door: situation reports and briefings of emergencies."""

from __future__ import annotations

from workflow_engine.domain.report_assembly import Assembled
from workflow_engine.domain.report_document import assembled_dict
from workflow_engine.domain.report_facts import Source
from workflow_engine.domain.situation_report_commands import (
    CHANNELS,
    ConfirmReportReceived,
    CorrectSituationReport,
    DecideReportCorrection,
    KeepBriefing,
    SendSituationReport,
)
from workflow_engine.domain.situation_reports import (
    EXPECTED,
    FIELDS,
    IN_WORDS,
    PARTS,
    SITUATIONS,
    Lateness,
    ReportField,
    lateness,
)
from workflow_engine.queries.situation_reports import (
    BriefingRow,
    DueReportRow,
    Prefill,
    SituationReportDetail,
    SituationReportRow,
    TransmissionRow,
)

REPORT_CHANNELS, REPORT_FIELDS, REPORT_IN_WORDS, REPORT_PARTS = CHANNELS, FIELDS, IN_WORDS, PARTS
REPORT_FIGURES = EXPECTED

__all__ = [
    "REPORT_CHANNELS",
    "REPORT_FIELDS",
    "REPORT_FIGURES",
    "REPORT_IN_WORDS",
    "REPORT_PARTS",
    "SITUATIONS",
    "Assembled",
    "BriefingRow",
    "ConfirmReportReceived",
    "CorrectSituationReport",
    "DecideReportCorrection",
    "DueReportRow",
    "KeepBriefing",
    "Lateness",
    "Prefill",
    "ReportField",
    "SendSituationReport",
    "SituationReportDetail",
    "SituationReportRow",
    "Source",
    "TransmissionRow",
    "assembled_dict",
    "lateness",
]
