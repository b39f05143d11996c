"""Made-up content for the pattern page: every component in each of its states."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from web.forms.fields import Choice, Field
from web.forms.shown import ShownField
from web.i18n import gettext as _
from web.presenters.case_lines import CaseLine
from web.presenters.case_parts import Participant, RelatedLine
from web.presenters.copies import CopyLine
from web.presenters.foresight import ForeseenTask, ForesightLines
from web.presenters.inbox_page import InboxLine, QueueLine
from web.presenters.story import Moment
from web.presenters.times import due_of, now
from web.presenters.values import Fact
from web.ui.wishes import Wish
from workflow_engine import InvalidStateError, Problem, ViewRow

ELSEWHERE = {
    "desk.html": "/service-requests",
    "indicators.html": "/portal/indicators",
    "map.html": "/portal/requests",
    "portal.html": "/portal",
    "supervision.html": "/supervision",
    "printed.html": "/emergency/reports",
    "warnings.html": "/warnings",
    "alert_sources.html": "/alerts/sources",
    "around.html": "/inbox?queue=mine",
    "verbs.html": "/inbox?queue=mine",
    "analysis.html": "/analysis",
    "analysis_cases.html": "/analysis/paths",
    "ballots.html": "/decisions",
    "changes.html": "/models",
    "consultations.html": "/consultations",
    "deadlines.html": "/cases",
    "deputies.html": "/organisation",
    "model_parts.html": "/models",
    "operating.html": "/operations",
    "operations.html": "/cases",
    "papers.html": "/decisions",
    "settings.html": "/organisation",
    "emergency.html": "/emergency",
    "replanning.html": "/emergency/replan-table",
    "briefing.html": "/emergency/reports",
    "situation_reports.html": "/emergency/reports",
    "findings.html": "/emergency/findings",
    "exercise_banner.html": "/exercises",
    "show.html": "/exercises",
    "resources.html": "/resources",
}
"""Components that belong to one area alone: they are shown where they work, with real content."""


def samples() -> dict[str, Any]:
    """The template's values."""
    later, late = now() + timedelta(days=2), now() - timedelta(hours=3)
    return {
        "dues": [due_of(later), due_of(now() + timedelta(minutes=10)), due_of(late)],
        "clocks": [
            SimpleNamespace(stands_since=late, is_provisional=False, cause=_("Emergency"), reason="R-7"),
            SimpleNamespace(stands_since=None, is_provisional=True),
        ],
        "error": InvalidStateError("Expected to complete user task 17, but it was completed already."),
        "fields": list(_fields()),
        "givens_list": [ShownField(Field("area", "text", _("Area"), readonly=True), "f.area", "Xidong")],
        "problems": [
            Problem(
                severity=severity, code="sample", message=_("A sequence flow leads nowhere."), mend=_("Connect it.")
            )
            for severity in ("error", "warning", "info")
        ],
        "facts": [
            Fact("area", _("Area"), "Xidong"),
            Fact("object", _("Place"), inside=[Fact("object.street", _("Street"), "Dock Road 3")]),
        ],
        "days": [(now().date(), [
            Moment(number, now(), tone, Markup("<b>{}</b>").format(tone))  # type: ignore[arg-type]
            for number, tone in enumerate(("person", "clock", "system", "stop", "end"), 1)
        ])],
        "queues": [
            QueueLine("pattern-mine", _("Mine"), "person", "#queues", "3", True),
            QueueLine("pattern-offered", _("For my units"), "people", "#queues", "99+", False),
        ],
        "view": ViewRow("pattern", "inbox", _("Fires of this week"), {}, False),
        "wish": Wish("inbox", {"queue": "offered"}),
        "task_lines": [_task(1, True, due_of(late)), _task(2, False, due_of(later))],
        "copy_line": CopyLine(
            "", "pattern", "Smoke at Dock 3", "#queues", "Li Qiang", _("copied this to you"), "", late, True
        ),
        "case_lines": [_case(state, stops) for state, stops in (
            ("active", 0), ("active", 2), ("suspended", 0), ("completed", 0), ("cancelled", 0))],
        "foresight": ForesightLines(
            [ForeseenTask(_("Verify"), _("Duty room"), due_of(later), 2)], [_("Weather service")], False, None, False
        ),
        "refused_foresight": ForesightLines([], [], False, None, True),
        "participants": [
            Participant("Wang Fang", False, [_("started it")]),
            Participant(_("Fire brigade"), True, [_("has a task on offer")]),
        ],
        "related": [RelatedLine(_case("active", 0), _("Same number"))],
        "elsewhere": sorted(ELSEWHERE.items()),
    }  # fmt: skip


def _fields() -> Any:
    choices = (Choice(_("yes"), "yes"), Choice(_("no"), "no"))
    for kind in ("text", "long_text", "number", "date", "time", "datetime", "boolean", "select", "radio", "checklist"):
        field = Field(f"p_{kind}", kind, kind, hint=_("A hint"), choices=choices)
        yield ShownField(field, f"f.{field.key}")
    wrong = Field("p_wrong", "text", _("With an error"), required=True)
    yield ShownField(wrong, "f.p_wrong", error=_("This is needed."))
    yield ShownField(Field("p_fixed", "text", _("Fixed"), readonly=True), "f.p_fixed", "42")


def _task(number: int, unread: bool, due: Any) -> InboxLine:
    row = SimpleNamespace(user_task_id=f"pattern.{number}", exercise=number == 2, state="ready", assignee=None)
    task = SimpleNamespace(
        row=row, name=_("Verify"), case_title="Smoke at Dock 3", process_name=_("Emergency"), due=due, holder="",
        offered_to=[_("Duty room")],
    )  # fmt: skip
    return InboxLine(task, unread, True)  # type: ignore[arg-type]


def _case(state: str, stops: int) -> CaseLine:
    row = SimpleNamespace(
        case_id=f"pattern-{state}-{stops}", state=state, incident_count=stops, business_key="R-7", exercise=stops > 0,
        started_at=now(), ended_at=now() if state in ("completed", "cancelled") else None,
    )  # fmt: skip
    return CaseLine(row, "Smoke at Dock 3", _("Emergency"), "Wang Fang")  # type: ignore[arg-type]
