"""Situation reports: their fields (those of ICS-209), what makes one late, and what must be said of each.

A report is a numbered document of one emergency. It is issued once two persons stand behind it; whether it was late
follows from two instants, the one it was due at and the one it was issued at, and nobody types it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal

from workflow_engine.domain.errors import InvalidVariablesError, RejectedError
from workflow_engine.domain.timing import parse_instant

MESSAGE = "situation_report.issue"
"""What a case sends to have a report issued, or a briefing kept."""
BRIEFING = "briefing"
KINDS: Mapping[str, str] = {"first": "initial", "follow_up": "update", "final": "final"}
"""首报, 续报, 终报, and the version of ICS-209 that each is."""
VERSION = {
    "proposed": frozenset({"issued", "refused"}),
    "issued": frozenset({"replaced"}),
    "refused": frozenset(),
    "replaced": frozenset(),
}  # fmt: skip
"""States of one version of a report. The first is issued at once; a correction waits for a second person."""
SITUATIONS = ("worsening", "stable", "contained", "lifted")
PREPARING = ("report_by_phone", "report_in_writing", "situation_report", "correct_report", "final_report")
AGAIN = {"correct_report": "situation_report"}
"""Elements at which a report that was not approved is prepared again, and where it was prepared first."""
IN_WORDS = {
    "report_summary": "significant_events", "report_measures": "actions_taken", "report_casualties": "casualties_words",
    "report_loss": "loss_words", "final_summary": "significant_events", "final_casualties": "casualties_words",
}  # fmt: skip
"""Questions of first and final reports, which tell in words what others count, and the fields they fill."""
APPROVING = ("approve_first_report", "approve_situation_report", "approve_final_report")
REPORT_TASKS = (*PREPARING, *APPROVING)
"""Elements of a model whose open tasks are reports that are due."""
LONGEST_LINE, LONGEST_TEXT = 200, 8_000
_MOST = 10**12

Kind = Literal["count", "percent", "amount", "choice", "line", "text"]


@dataclass(frozen=True, slots=True)
class ReportField:
    """One field; its id is the variable of the forms."""

    id: str
    kind: Kind
    part: str
    """Of the document in which it stands."""

    @property
    def is_number(self) -> bool:
        """Whether two of its values can be subtracted."""
        return self.kind in ("count", "percent", "amount")


def _fields(part: str, kind: Kind, *ids: str) -> tuple[ReportField, ...]:
    return tuple(ReportField(one, kind, part) for one in ids)


FIELDS: tuple[ReportField, ...] = (
    *_fields("state", "choice", "situation"),
    *_fields("state", "line", "size"),
    *_fields("state", "percent", "contained_percent"),
    *_fields("casualties", "count", "deaths", "serious", "missing", "casualties_responders"),
    *_fields("casualties", "text", "casualties_words"),
    *_fields("damage", "amount", "loss"),
    *_fields("damage", "count", "homes_out"),
    *_fields("damage", "amount", "outage_hours"),
    *_fields("damage", "text", "loss_words"),
    *_fields("damage", "count", "evacuated", "sheltered"),
    *_fields("course", "text", "significant_events", "actions_taken", "weather"),
    *_fields("threat", "text", "threat_12h", "threat_24h", "threat_48h", "threat_72h"),
    *_fields("needs", "text", "needs_12h", "needs_24h", "needs_48h", "needs_72h", "needs_beyond"),
    *_fields("next", "text", "planned_actions", "public_information"),
)
FIELD = {field.id: field for field in FIELDS}
PARTS = ("state", "casualties", "damage", "course", "threat", "needs", "next")
CASUALTIES = frozenset({"deaths", "serious", "missing", "casualties_responders"})
"""Counted by health alone; whatever others say of them is told as not confirmed."""
EXPECTED = (
    "deaths", "serious", "missing", "casualties_responders", "loss", "homes_out", "evacuated", "sheltered",
)  # fmt: skip
"""Figures that every report speaks of: null is not known yet, 0 is none."""
ADDED_UP = frozenset({"evacuated", "sheltered"})
"""Each unit tells its own; the report has their sum."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What the desk takes from a case that has a report issued."""

    kind: str
    prepared_by: str
    approved_by: str
    prepared_at: datetime | None
    due_at: datetime | None
    next_due_at: datetime | None
    period_from: datetime | None
    period_to: datetime | None
    period_number: int | None
    level: str
    commander: str
    unit_in_command: str
    reports_to: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BriefingLetter:
    """What the desk takes from a case whose command has passed on."""

    outgoing: str
    incoming: str
    why: str
    level: str
    commander: str
    unit_in_command: str
    next_due_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Lateness:
    """How a report stands to its time."""

    state: Literal["on_time", "late", "due", "overdue", "open"]
    """on_time and late once it is issued; due and overdue before; open without a time."""
    seconds: int
    """By how much it was, or is, too late; while it is due, how long it still has."""


def lateness(due_at: datetime | None, issued_at: datetime | None, now: datetime) -> Lateness:
    """Computed from the instants: in time is up to the due instant itself."""
    if due_at is None:
        return Lateness("on_time" if issued_at is not None else "open", 0)
    over = ((issued_at or now) - due_at).total_seconds()
    if issued_at is not None:
        return Lateness("late", _whole(over)) if over > 0 else Lateness("on_time", 0)
    return Lateness("overdue", _whole(over)) if over > 0 else Lateness("due", int(-over))


def _whole(seconds: float) -> int:
    """At least one: what is late by a blink is late."""
    return max(1, int(seconds))


def read_values(given: Mapping[str, Any], problems: dict[str, str] | None = None) -> dict[str, Any]:
    """The fields out of anything; empty ones and what is no field are left out.

    Raises:
        InvalidVariablesError: a value does not fit its field, unless ``problems`` takes that.
    """
    found: dict[str, str] = {} if problems is None else problems
    values: dict[str, Any] = {}
    for field in FIELDS:
        value = given.get(field.id)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        problem = _problem(field, value)
        if problem:
            found[field.id] = problem
        else:
            values[field.id] = value.strip() if isinstance(value, str) else value
    if found and problems is None:
        raise InvalidVariablesError("Expected fields of a situation report, but some do not fit.", found)
    return values


def read_value(field: ReportField, given: Any) -> Any:
    """One field out of anything; None where it is empty or does not fit."""
    if given is None or (isinstance(given, str) and not given.strip()) or _problem(field, given):
        return None
    return given.strip() if isinstance(given, str) else given


def _problem(field: ReportField, value: Any) -> str:
    if field.kind == "choice":
        return "" if value in SITUATIONS else f"Expected one of {', '.join(SITUATIONS)}."
    if field.is_number:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return "Expected a number."
        most = 100 if field.kind == "percent" else _MOST
        if not 0 <= value <= most:
            return f"Expected 0 to {most}."
        return "Expected a whole number." if field.kind != "amount" and value != int(value) else ""
    longest = LONGEST_LINE if field.kind == "line" else LONGEST_TEXT
    return "" if isinstance(value, str) and len(value) <= longest else f"Expected at most {longest} characters."


def read_letter(letter: Mapping[str, Any]) -> Letter:
    """What a case says, and nothing else of it.

    Raises:
        RejectedError: the kind is unknown, or no two persons stand behind it.
    """
    kind, prepared_by, approved_by = (_line(letter, name) for name in ("kind", "prepared_by", "approved_by"))
    if kind not in KINDS:
        raise RejectedError(f"Expected a report of kind {', '.join(KINDS)}, but got {kind[:40]!r}.", kind=kind)
    if not prepared_by or not approved_by or prepared_by == approved_by:
        raise RejectedError("Expected two persons behind a situation report: who prepared and who approved it.")
    number = letter.get("period_number")
    return Letter(
        kind=kind, prepared_by=prepared_by, approved_by=approved_by, prepared_at=_instant(letter, "prepared_at"),
        due_at=_instant(letter, "due_at"), next_due_at=_instant(letter, "next_due_at"),
        period_from=_instant(letter, "period_from"), period_to=_instant(letter, "period_to"),
        period_number=number if isinstance(number, int) and not isinstance(number, bool) else None,
        level=_line(letter, "level"), commander=_line(letter, "commander"),
        unit_in_command=_line(letter, "unit_in_command"), reports_to=_line(letter, "reports_to"),
        values=read_values(letter),
    )  # fmt: skip


def read_briefing(letter: Mapping[str, Any]) -> BriefingLetter:
    """What a hand-over of command says. Raises RejectedError when nobody takes over."""
    incoming = _line(letter, "incoming")
    if not incoming:
        raise RejectedError("Expected a briefing to name who takes over the command.")
    return BriefingLetter(
        _line(letter, "outgoing"), incoming, _line(letter, "why"), _line(letter, "level"), _line(letter, "commander"),
        _line(letter, "unit_in_command"), _instant(letter, "next_due_at"), _line(letter, "note", LONGEST_TEXT),
    )  # fmt: skip


def report_id_of(origin: str) -> str:
    """The id of the report that this message issues, or of the transmission that this command records."""
    return sha256(origin.encode()).hexdigest()[:16]


def stream_of(case_id: str) -> str:
    """The chain of everything that happens to the reports of an emergency."""
    return f"situation_report:{case_id}"


def _line(letter: Mapping[str, Any], name: str, longest: int = LONGEST_LINE) -> str:
    value = letter.get(name)
    if isinstance(value, Mapping):
        value = " / ".join(str(value[tag]) for tag in ("zh_CN", "en") if value.get(tag))
    return value.strip()[:longest] if isinstance(value, str) else ""


def _instant(letter: Mapping[str, Any], name: str) -> datetime | None:
    text = letter.get(name)
    if text is None or text == "":
        return None
    try:
        return parse_instant(str(text))
    except ValueError as error:
        raise RejectedError(f"Expected {name} of a situation report to be an instant.", field=name) from error
