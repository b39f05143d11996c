"""The after-action report of an emergency: what happened, who was late and by how much, its key figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from web.context import engine
from web.i18n import gettext as _
from web.presenters.after_findings import told_finding
from web.presenters.emergency_cards import card_of
from web.presenters.emergency_replay import told_marks, told_reigns
from web.presenters.names import names_of
from web.presenters.people import actor_name, group_names
from web.presenters.times import span
from workflow_engine import Actor, Film, Share, key_figures, late_tasks


@dataclass(frozen=True, slots=True)
class ToldLate:
    """Somebody was late, in words."""

    what: str
    who: str
    due_at: datetime | None
    done_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure in words."""

    name: str
    value: str
    is_bad: bool = False


def report_page(film: Film, actor: Actor) -> dict[str, Any]:
    """The template's values."""
    case_id = film.case.case_id
    detail = engine().queries.get_case(case_id, actor)
    facts = film.facts_at(max(film.end, engine().clock.now()))
    view = film.view_at(max(film.end, engine().clock.now()))
    findings = [told_finding(row) for row in engine().queries.findings.of_case(case_id, actor)]
    names = names_of(detail.case.definition_id)
    late = [
        ToldLate(
            names.element(one.task.element_id), _who(one.task.completed_by or one.task.assignee, one.task.groups),
            one.task.due_at, one.task.completed_at, span(one.by.total_seconds()),
        )
        for one in late_tasks(facts)
    ]  # fmt: skip
    return {
        "case_id": case_id,
        "card": card_of(view),
        "view": view,
        "detail": detail,
        "marks": told_marks(film),
        "reigns": told_reigns(film),
        "late": late,
        "late_reports": [report for report in view.reports.filed if report.is_late],
        "figures": _figures(film, view, facts, findings),
        "findings": findings,
        "why_not": film.why_not,
        "is_redacted": film.is_redacted,
        "last": film.frames[-1],
        "head": film.head,
        "made_at": engine().clock.now(),
    }


def _who(person: str | None, groups: Any) -> str:
    return actor_name(person) if person else ", ".join(group_names(groups))


def _figures(film: Film, view: Any, facts: Any, findings: list[Any]) -> list[Figure]:
    fills = [taken for line in film.resources if (taken := line.filled_in) is not None]
    closed = Share(sum(one.row.state == "closed" for one in findings), len(findings))
    found = key_figures(facts, view, fills, closed)
    return [
        Figure(_("First report in time"), _yes(found.first_report_on_time), found.first_report_on_time is False),
        Figure(_("From alert to activation"), _span(found.to_activate)),
        Figure(_("Acknowledged, median"), _span(found.to_acknowledge)),
        Figure(_("Tasks in time"), _share(found.tasks_on_time)),
        Figure(_("Resources found"), _share(found.resources_filled)),
        Figure(_("Until all was found, median"), _span(found.to_fill)),
        Figure(_("Situation reports in time"), _share(found.reports_on_time)),
        Figure(_("Warnings to the public"), str(found.warnings)),
        Figure(_("Review within 30 days"), _yes(found.review_in_time), found.review_in_time is False),
        Figure(_("Findings closed"), _share(found.findings_closed)),
    ]


def _yes(value: bool | None) -> str:
    return "–" if value is None else _("yes") if value else _("no")


def _span(value: timedelta | None) -> str:
    return "–" if value is None else span(value.total_seconds())


def _share(share: Share) -> str:
    return "–" if share.percent is None else f"{share.good} / {share.all} · {share.percent} %"
