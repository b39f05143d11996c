"""An emergency as data for programs: plain values, no words of any language but those that people wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workflow_engine import DutyLine, EmergencyView


def data_of(view: EmergencyView) -> dict[str, Any]:
    """Everything the board shows."""
    level, command, reports = view.level, view.command, view.reports
    return {
        "case_id": view.case.case_id, "title": view.case.title, "exercise": view.exercise, "phase": view.phase,
        "outcome": view.outcome, "started_at": _iso(view.case.started_at), "overdue": view.overdue,
        "level": None if level is None else {
            "rank": level.rank, "roman": level.roman, "reasons": list(level.reasons), "since": _iso(level.since),
        },
        "command": None if command is None else {
            "commander": command.commander, "unit": command.unit, "post": command.post, "groups": list(command.groups),
            "superior": list(command.superior), "reports_to": command.reports_to,
        },
        "units": [_unit(line) for line in view.duties],
        "tasks": [
            {
                "user_task_id": line.task.user_task_id, "element_id": line.task.element_id, "state": line.state,
                "overdue": line.overdue, "due_at": _iso(line.task.due_at), "groups": list(line.task.groups),
            }
            for line in view.tasks
        ],
        "reports": {
            "next": reports.next_kind, "due_at": _iso(reports.next_due_at), "late": reports.is_late,
            "filed": [
                {"kind": one.kind, "number": one.number, "at": _iso(one.at), "due_at": _iso(one.due_at),
                 "late": one.is_late}
                for one in reports.filed
            ],
        },
        "resources": [
            {"name": one.name, "requested": one.requested, "assigned": one.assigned, "missing": one.missing,
             "unit_of_measure": one.unit_of_measure, "state": one.state}
            for one in view.resources
        ],
        "area": {
            "polygons": view.area.polygons, "point": view.area.point, "place_codes": list(view.area.place_codes),
            "circles": [{"lat": one.lat, "lon": one.lon, "km": one.km} for one in view.area.circles],
            "words": view.area.words,
        },
        "figures": dict(view.figures),
        "warnings": [{"warning_id": one.warning_id, "state": one.state, "colour": one.colour} for one in view.warnings],
    }  # fmt: skip


def _unit(line: DutyLine) -> dict[str, Any]:
    return {
        "unit": line.unit, "group": line.group, "task": line.task, "subject": line.subject, "status": line.status,
        "state": line.state, "called_at": _iso(line.called_at), "acknowledged_at": _iso(line.acknowledged_at),
        "done_at": _iso(line.done_at), "due_at": _iso(line.due_at), "late": line.late, "rung": line.rung,
        "calls": line.calls, "called_again_at": _iso(line.called_again_at),
        "user_task_id": line.user_task_id, "assignee": line.assignee,
    }  # fmt: skip


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()
