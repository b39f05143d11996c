"""What programs may ask and tell about situation reports and briefings of emergencies."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import (
    ConfirmReportReceived,
    CorrectSituationReport,
    DecideReportCorrection,
    KeepBriefing,
    SendSituationReport,
)

_CASE, _REPORT = "/cases/{case_id}", "/situation-reports/{report_id}"

SITUATION_REPORTS: tuple[Ask | Tell, ...] = (
    Ask("list_due_reports", "/situation-reports/due", "cases:read", "situation_reports.due"),
    Ask("list_issued_reports", "/situation-reports", "cases:read", "situation_reports.issued"),
    Ask("get_situation_report", _REPORT, "cases:read", "situation_reports.get"),
    Ask("list_situation_reports", f"{_CASE}/situation-reports", "cases:read", "situation_reports.list"),
    Ask("assemble_situation_report", f"{_CASE}/situation-reports/next", "cases:read", "situation_reports.assemble"),
    Ask("brief_on_case", f"{_CASE}/briefing", "cases:read", "situation_reports.brief"),
    Ask("list_briefings", f"{_CASE}/briefings", "cases:read", "situation_reports.list_briefings"),
    Ask("get_briefing", f"{_CASE}/briefings/{{number}}", "cases:read", "situation_reports.get_briefing"),
    Tell("send_situation_report", f"{_REPORT}/send", "cases:write", SendSituationReport),
    Tell("confirm_report_received", "/report-transmissions/{transmission_id}/confirm", "cases:write",
         ConfirmReportReceived),
    Tell("correct_situation_report", f"{_REPORT}/correct", "cases:write", CorrectSituationReport),
    Tell("decide_report_correction", f"{_REPORT}/decide-correction", "cases:write", DecideReportCorrection),
    Tell("keep_briefing", f"{_CASE}/briefings", "cases:write", KeepBriefing),
)  # fmt: skip
