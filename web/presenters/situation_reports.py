"""Situation reports and briefings in words: fields, where values come from, what was changed, how late it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for

from web.i18n import gettext as _
from web.i18n import marked
from web.presenters.names import in_language, names_of
from web.presenters.people import actor_name, find_group_name, group_name, group_names
from web.presenters.times import exact, instant, now, span
from workflow_engine import REPORT_FIELDS, REPORT_FIGURES, REPORT_PARTS, DueReportRow, Lateness, ReportField

LABELS = {
    "situation": marked("Situation"), "size": marked("Size"), "contained_percent": marked("Contained, percent"),
    "deaths": marked("Deaths"), "serious": marked("Seriously injured"), "missing": marked("Missing persons"),
    "casualties_responders": marked("Casualties among responders"), "casualties_words": marked("Casualties in words"),
    "loss": marked("Direct loss, yuan"), "homes_out": marked("Homes cut off"), "outage_hours": marked("Hours cut off"),
    "loss_words": marked("Loss in words"), "evacuated": marked("Evacuated"), "sheltered": marked("Sheltered"),
    "significant_events": marked("Significant events"), "actions_taken": marked("Measures taken"),
    "weather": marked("Weather"), "threat_12h": marked("Threat within 12 hours"),
    "threat_24h": marked("Threat within 24 hours"), "threat_48h": marked("Threat within 48 hours"),
    "threat_72h": marked("Threat within 72 hours"), "needs_12h": marked("Resources needed within 12 hours"),
    "needs_24h": marked("Resources needed within 24 hours"), "needs_48h": marked("Resources needed within 48 hours"),
    "needs_72h": marked("Resources needed within 72 hours"), "needs_beyond": marked("Resources needed later"),
    "planned_actions": marked("Planned actions"), "public_information": marked("Public information"),
}  # fmt: skip
PARTS = {
    "state": marked("Situation"), "casualties": marked("Casualties"), "damage": marked("Damage and people"),
    "course": marked("Course of events"), "threat": marked("Threat outlook"),
    "needs": marked("Critical resource needs"), "next": marked("What comes next"),
}  # fmt: skip
SITUATIONS = {
    "worsening": marked("Worsening"), "stable": marked("Stable, not contained"), "contained": marked("Contained"),
    "lifted": marked("Danger lifted"),
}  # fmt: skip
KINDS = {
    "first": marked("First report"), "follow_up": marked("Follow-up report"), "final": marked("Final report"),
}  # fmt: skip
CHANNELS = {
    "phone": marked("over the phone"), "system": marked("through a system"), "fax": marked("by fax"),
    "mail": marked("by mail"), "courier": marked("by courier"),
}  # fmt: skip
VERSIONS = {
    "proposed": marked("waits for a second person"), "issued": marked("holds"), "refused": marked("refused"),
    "replaced": marked("replaced by a correction"),
}  # fmt: skip
WHY = {
    "activated": marked("the response was activated"), "raised": marked("the level was raised"),
    "lowered": marked("the level was lowered"), "shift": marked("change of shift"),
    "handed_up": marked("handed to the level above"),
}  # fmt: skip
TASK_STATES = {
    "ready": marked("not taken on yet"), "claimed": marked("at work"), "completed": marked("done"),
}  # fmt: skip
_ORIGINS = {
    "report": marked("report %(label)s"), "warning": marked("warning: %(label)s"),
    "request": marked("request %(label)s"), "resource": marked("resource request: %(label)s"),
    "alert": marked("alert %(label)s"), "case": marked("the case itself"),
}  # fmt: skip
_ENDPOINTS = {
    "task": ("tasks.page", "user_task_id"), "open_task": ("tasks.page", "user_task_id"),
    "warning": ("warnings.page", "warning_id"), "request": ("service_requests.page", "request_id"),
    "resource": ("resource_requests.page", "request_id"),
}  # fmt: skip
"""Kind of a source: its page, as far as this program has one, and the page's parameter."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, with the way to it."""

    words: str
    href: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of a document."""

    id: str
    label: str
    text: str
    """Empty: not stated."""
    is_long: bool
    origins: list[Origin]
    assembled: str
    """What the case itself would have said, where a person said something else or nothing."""
    is_changed: bool
    difference: str
    """Against the report before, of numbers."""
    before: str
    """What the report before said, of choices and lines that are others now."""
    corrected_from: str
    is_corrected: bool
    unconfirmed: str


@dataclass(frozen=True, slots=True)
class DueView:
    """A report that somebody has to make or approve."""

    row: DueReportRow
    name: str
    title: str
    holder: str
    late: Lateness


@dataclass(frozen=True, slots=True)
class Note:
    """What stands under a field of the form: where its value comes from, or what the case says instead."""

    origins: list[Origin]
    assembled: str
    """Set where another value stands in the field."""
    unconfirmed: str
    unconfirmed_origin: Origin | None
    is_unknown: bool
    """A figure that nobody has told yet; an empty field says so, 0 says none."""


def label_of(field_id: str) -> str:
    """A field's name."""
    return _(LABELS[field_id])


def kind_words(kind: str) -> str:
    """首报, 续报, 终报."""
    return _(KINDS[kind])


def late_words(late: Lateness) -> str:
    """How a report stands to its time, in a few words."""
    if late.state == "late":
        return _("%(span)s late", span=span(late.seconds))
    if late.state == "overdue":
        return _("overdue by %(span)s", span=span(late.seconds))
    if late.state == "due":
        return _("due in %(span)s", span=span(late.seconds))
    return _("on time") if late.state == "on_time" else _("no time is set")


def late_look(late: Lateness) -> str:
    """The colour and shape of the chip."""
    if late.state in ("late", "overdue"):
        return "overdue"
    return {"on_time": "good", "due": "soon" if late.seconds < 30 * 60 else "later"}.get(late.state, "")


def late_icon(late: Lateness) -> str:
    """Its shape, which says the same as its colour."""
    return {"on_time": "check", "late": "overdue", "overdue": "overdue", "due": "soon"}.get(late.state, "later")


def exact_text(text: str | None) -> str:
    """An instant of a document."""
    at = instant(text)
    return "—" if at is None else exact(at)


def value_text(field_id: str, value: Any) -> str:
    """A value as it reads."""
    if value is None or value == "":
        return ""
    if field_id == "situation":
        return _(SITUATIONS[value]) if value in SITUATIONS else str(value)
    if isinstance(value, (int, float)):
        return f"{value:,.10g}".replace(",", " ") + (" %" if field_id == "contained_percent" else "")
    return str(value)


def _figure_text(field_id: str, value: Any) -> str:
    """The same, of a figure that nobody knew as such."""
    return _("not known yet") if value is None and field_id in REPORT_FIGURES else value_text(field_id, value)


def origin_of(source: Mapping[str, Any], case_id: str) -> Origin:
    """A source in words, with the way to it."""
    kind, label = source["kind"], in_language(source["label"]) or source["label"]
    words = _(_ORIGINS[kind], label=label) if kind in _ORIGINS else label
    return Origin(words, _href(kind, source["ref"], case_id), instant(source.get("at")))


def _href(kind: str, ref: str, case_id: str) -> str | None:
    if kind == "report":
        return url_for("situation_reports.document", case_id=case_id, number=ref)
    if kind == "case":
        return url_for("cases.page", case_id=case_id)
    endpoint, name = _ENDPOINTS.get(kind, ("", ""))
    values: dict[str, Any] = {name: ref}
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def note_of(assembled: Mapping[str, Any], shown: str, case_id: str) -> Note | None:
    """Under a field of the form; ``shown`` is what stands in it."""
    is_unknown = assembled["value"] is None and assembled["id"] in REPORT_FIGURES and not shown.strip()
    value, field_id = assembled["value"], assembled["id"]
    unconfirmed = assembled.get("unconfirmed")
    text = value_text(field_id, value)
    differs = value is not None and shown.split() != str(value).split()
    if value is None and unconfirmed is None and not is_unknown:
        return None
    return Note(
        [origin_of(source, case_id) for source in assembled["sources"][:6]] if value is not None else [],
        text if differs else "",
        value_text(field_id, unconfirmed["value"]) if unconfirmed else "",
        origin_of(unconfirmed["source"], case_id) if unconfirmed else None, is_unknown,
    )


def parts_of(content: Mapping[str, Any], case_id: str) -> list[tuple[str, list[FieldView]]]:
    """The document by its parts: what is stated, and the figures that nobody knew."""
    stated = {one["id"]: one for one in content["fields"] if one["value"] is not None or "corrected_from" in one}
    unknown = (one for one in content["fields"] if one["id"] in REPORT_FIGURES and one.get("assembled") is None)
    stated = {one["id"]: one for one in unknown} | stated
    found = []
    for part in REPORT_PARTS:
        views = [_view(field, stated[field.id], case_id) for field in _in_part(part) if field.id in stated]
        if views:
            found.append((_(PARTS[part]), views))
    return found


def left_out(content: Mapping[str, Any], case_id: str) -> list[FieldView]:
    """What the case knew and the report does not state."""
    known = {field.id: field for field in REPORT_FIELDS}
    return [
        _view(known[one["id"]], one, case_id)
        for one in content["fields"]
        if one["value"] is None and one.get("assembled") is not None and "corrected_from" not in one
    ]


def _in_part(part: str) -> Iterable[ReportField]:
    return (field for field in REPORT_FIELDS if field.part == part)


def _view(field: ReportField, one: Mapping[str, Any], case_id: str) -> FieldView:
    value, assembled, before = one["value"], one.get("assembled"), one.get("before")
    unconfirmed = one.get("unconfirmed")
    return FieldView(
        field.id, label_of(field.id), _figure_text(field.id, value), field.kind == "text",
        [origin_of(source, case_id) for source in one.get("sources", ())],
        value_text(field.id, assembled) if value != assembled else "", bool(one.get("changed")),
        _difference(value, before) if field.is_number else "",
        value_text(field.id, before) if field.kind in ("choice", "line") and before not in (None, value) else "",
        value_text(field.id, one.get("corrected_from")), "corrected_from" in one,
        value_text(field.id, unconfirmed["value"]) if unconfirmed else "",
    )  # fmt: skip


def _difference(value: Any, before: Any) -> str:
    if not isinstance(value, (int, float)) or not isinstance(before, (int, float)):
        return ""
    return "±0" if value == before else f"{value - before:+g}".replace("-", "−")


def who(subject: str | None) -> str:
    """A person, unit or role in words, units also by their bare id; what is none of them stays as it is."""
    if not subject:
        return ""
    if ":" not in subject and find_group_name(f"unit:{subject}"):
        return group_name(f"unit:{subject}")
    return group_name(subject) if find_group_name(subject) else actor_name(subject, subject)


def task_views(tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Units' tasks of a briefing."""
    return [
        {
            "unit": in_language(one["who"]) or who(one["unit"]), "name": in_language(one["name"]),
            "state": _(TASK_STATES[one["state"]]), "late": one["late"], "done": one["state"] == "completed",
            "due_at": instant(one["due_at"]), "ended_at": instant(one["ended_at"]),
            "by": who(one["by"]), "href": url_for("tasks.page", user_task_id=one["ref"]),
        }
        for one in tasks
    ]  # fmt: skip


def briefing_view(content: Mapping[str, Any], case_id: str) -> dict[str, Any]:
    """A briefing in words, kept or of now."""
    level = content["level"] if isinstance(content["level"], Mapping) else {}
    command = content["command"] if isinstance(content["command"], Mapping) else {}
    head = content.get("head", {})
    return {
        "title": in_language(content["title"]), "level": level.get("roman") or head.get("level") or "",
        "level_reason": level.get("reason") or "", "since": instant(level.get("since")),
        "started_at": instant(content["started_at"]), "area": content["area"], "place": content["place"],
        "commander": command.get("commander") or head.get("commander") or "",
        "unit": who(command.get("unit") or head.get("unit_in_command")), "post": command.get("post") or "",
        "in_command_since": instant(command.get("since")),
        "log": [
            {"commander": entry.get("commander") or "", "level": entry.get("level") or "",
             "since": instant(entry.get("since")), "until": instant(entry.get("until")),
             "why": _(WHY[entry["why"]]) if entry.get("why") in WHY else entry.get("why") or "",
             "briefing": entry.get("briefing") or ""}
            for entry in content["command_log"]
        ],
        "figures": [_figure(one, case_id) for one in content["figures"]],
        "events": [_figure(one, case_id) for one in content["events"]],
        "units": task_views(content["units"]), "decisions": task_views(content["decisions"]),
        "resources": [{**one, "needed_by": instant(one["needed_by"])} for one in content["resources"]],
        "last_report": content["last_report"], "next_report_due_at": instant(content["next_report_due_at"]),
    }  # fmt: skip


def _figure(one: Mapping[str, Any], case_id: str) -> dict[str, Any]:
    origins = [origin_of(source, case_id) for source in one["sources"]]
    return {"label": label_of(one["id"]), "text": _figure_text(one["id"], one["value"]), "origins": origins}


def due_view(row: DueReportRow) -> DueView:
    """A report that waits, as it stands now."""
    name = names_of(row.definition_id).element(row.element_id, row.name)
    holder = actor_name(row.assignee) if row.assignee else ", ".join(group_names(row.candidate_groups))
    return DueView(row, name, in_language(row.case_title) or row.case_id, holder, row.lateness(now()))
