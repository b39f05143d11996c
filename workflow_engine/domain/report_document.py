"""The content of a report or a briefing: plain JSON, made once, never changed; its digest stands in the record.

Of each field the document keeps what the case itself would have said at that time and from where, so that what people
changed can be seen, and what the report before said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from workflow_engine.domain.report_assembly import COUNTED, Assembled, assemble
from workflow_engine.domain.report_facts import ReportFacts, Source, Work
from workflow_engine.domain.situation_reports import (
    CASUALTIES,
    EXPECTED,
    FIELD,
    FIELDS,
    IN_WORDS,
    KINDS,
    PREPARING,
    REPORT_TASKS,
    BriefingLetter,
    Letter,
    lateness,
)

DECIDING = frozenset({
    "command_decision", "confirm_change", "approve_warning", "approve_first_report", "approve_situation_report",
    "approve_final_report", "decide_cancel", "confirm_cancel", "activate", "take_command", "superior_takes_command",
    "take_over_shift", "raise_level", "lower_level",
})  # fmt: skip
"""Elements at which something is decided: a briefing tells which decisions are pending."""
_FIGURES = ("situation", "size", "contained_percent", *sorted(CASUALTIES), "loss", "homes_out", "evacuated",
            "sheltered")  # fmt: skip


def report_content(
    letter: Letter, facts: ReportFacts, number: int, prepared_at: datetime, issued_at: datetime
) -> str:
    """A report: its head, and its fields beside what the case would have said."""
    assembled = assemble(facts.at(prepared_at))
    head = {
        "number": number, "kind": letter.kind, "version_of_ics": KINDS[letter.kind], "title": facts.case.label,
        "level": letter.level, "commander": letter.commander or _words(facts.told, "command", "commander"),
        "unit_in_command": letter.unit_in_command or _words(facts.told, "command", "unit"),
        "area": _words(facts.told, "area"), "place": _words(facts.told, "place"),
        "started_at": instant(facts.case.at), "period_number": letter.period_number,
        "period_from": instant(letter.period_from or facts.since or facts.case.at),
        "period_to": instant(letter.period_to or prepared_at), "due_at": instant(letter.due_at),
        "issued_at": instant(issued_at), "next_due_at": instant(letter.next_due_at),
        "reports_to": letter.reports_to or _words(facts.told, "report_due", "reports_to"),
        "prepared_by": letter.prepared_by, "prepared_at": instant(prepared_at), "approved_by": letter.approved_by,
    }  # fmt: skip
    before = facts.earlier.values if facts.earlier is not None else {}
    typed = _typed(facts, prepared_at)
    fields = [
        _field(one.id, letter.values.get(one.id), assembled[one.id], before.get(one.id), by_hand=one.id in typed)
        for one in FIELDS
        if one.id in letter.values
        or one.id in EXPECTED
        or ((assembled[one.id].value is not None or one.id in before) and one.id not in COUNTED)
    ]
    return written({"head": head, "fields": fields})


def corrected_content(content: str, changes: Mapping[str, Any], version: int) -> str:
    """The same document with some fields saying something else; each keeps what it said."""
    document = json.loads(content)
    fields = {one["id"]: one for one in document["fields"]}
    for key, value in changes.items():
        one = fields.setdefault(key, {"id": key, "value": None})
        one["corrected_from"] = one.get("value")
        one["value"] = value
    order = list(FIELD)
    document["fields"] = sorted(fields.values(), key=lambda one: order.index(one["id"]))
    document["head"]["correction"] = version
    return written(document)


def briefing_content(letter: BriefingLetter, facts: ReportFacts, number: int) -> str:
    """What whoever takes over the command has to know, as in ICS-201."""
    return written({"head": {"number": number, "at": instant(facts.now), **_handed(letter)}, **situation_of(facts)})


def situation_of(facts: ReportFacts) -> dict[str, Any]:
    """Where an emergency stands: figures, command so far, units, resources, decisions that wait, reports."""
    found = assemble(facts)
    told = facts.told
    open_work = [one for one in facts.work if one.is_open_at(facts.now)]
    due = min((one.due_at for one in open_work if one.element_id in REPORT_TASKS and one.due_at), default=None)
    period = told.get("period")
    planned = period.get("sitrep_due_at") if isinstance(period, Mapping) else None
    log = told.get("command_log")
    return {
        "title": facts.case.label, "started_at": instant(facts.case.at), "level": told.get("level"),
        "area": _words(told, "area"), "place": _words(told, "place"), "command": told.get("command"),
        "command_log": [entry for entry in log if isinstance(entry, Mapping)] if isinstance(log, list) else [],
        "figures": [_figure(found[key]) for key in _FIGURES if found[key].value is not None or key in EXPECTED],
        "events": [_figure(found[key]) for key in ("significant_events", "actions_taken", "weather",
                                                    "public_information") if found[key].value is not None],
        "units": [_task(one, facts.now) for one in facts.work if one.subject.startswith("unit:")],
        "decisions": [_task(one, facts.now) for one in open_work if one.element_id in DECIDING],
        "resources": [
            {"ref": one.request_id, "what": one.what, "unit": one.unit, "quantity": one.quantity,
             "assigned": one.assigned, "missing": one.missing, "needed_by": instant(one.needed_by)}
            for one in facts.wanted
        ],
        "last_report": None if facts.earlier is None else {
            "number": facts.earlier.number, "kind": facts.earlier.kind, "at": instant(facts.earlier.at)
        },
        "next_report_due_at": instant(due) or (str(planned) if planned else None),
    }  # fmt: skip


def written(document: Mapping[str, Any]) -> str:
    """As it is stored: the same document always as the same text."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(content: str) -> str:
    """The SHA-256 by which the record holds the document."""
    return sha256(content.encode()).hexdigest()


def instant(at: datetime | None) -> str | None:
    """As a text with offset."""
    return None if at is None else at.isoformat()


def source_dict(source: Source) -> dict[str, Any]:
    """A source as JSON."""
    return {"kind": source.kind, "ref": source.ref, "label": source.label, "at": instant(source.at), "by": source.by}


def assembled_dict(one: Assembled) -> dict[str, Any]:
    """A field as JSON, as programs get it."""
    found = {"id": one.field.id, "value": one.value, "sources": [source_dict(source) for source in one.sources]}
    if one.unconfirmed_source is not None:
        found["unconfirmed"] = {"value": one.unconfirmed, "source": source_dict(one.unconfirmed_source)}
    return found


def _typed(facts: ReportFacts, prepared_at: datetime) -> frozenset[str]:
    """Which fields the form asked for that was sent last; others the case filled in itself."""
    sent = [one for one in facts.said if one.element_id in PREPARING and one.at <= prepared_at]
    return frozenset(IN_WORDS.get(key, key) for key in sent[-1].values) if sent else frozenset(FIELD)


def _field(key: str, value: Any, assembled: Assembled, before: Any, *, by_hand: bool) -> dict[str, Any]:
    found = assembled_dict(assembled)
    found |= {"id": key, "assembled": found.pop("value"), "value": value, "before": before}
    return {**found, "changed": by_hand and value is not None and not _same(value, assembled.value)}


def _same(value: Any, assembled: Any) -> bool:
    """Whether a person left it as it was; line ends that a browser changes are no change."""
    if isinstance(value, str) and isinstance(assembled, str):
        return value.split() == assembled.split()
    return bool(value == assembled)


def _figure(one: Assembled) -> dict[str, Any]:
    found = assembled_dict(one)
    return {**found, "sources": found["sources"][:8]}


def _task(one: Work, now: datetime) -> dict[str, Any]:
    is_open = one.is_open_at(now)
    late = lateness(one.due_at, None if is_open else one.ended_at, now)
    return {
        "ref": one.user_task_id, "element": one.element_id, "name": one.name, "unit": one.subject, "who": one.who,
        "state": (one.state if one.state in ("ready", "claimed") else "claimed") if is_open else "completed",
        "late": late.state in ("late", "overdue"), "due_at": instant(one.due_at),
        "ended_at": None if is_open else instant(one.ended_at), "by": one.by,
    }  # fmt: skip


def _handed(letter: BriefingLetter) -> dict[str, Any]:
    return {
        "outgoing": letter.outgoing, "incoming": letter.incoming, "why": letter.why, "level": letter.level,
        "commander": letter.commander, "unit_in_command": letter.unit_in_command, "note": letter.note,
        "next_due_at": instant(letter.next_due_at),
    }  # fmt: skip


def _words(told: Mapping[str, Any], *path: str) -> str:
    value: Any = told
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        value = " / ".join(str(value[tag]) for tag in ("zh_CN", "en") if value.get(tag))
    return value if isinstance(value, str) else ""


def fields_of(content: str) -> dict[str, Any]:
    """The values of a document, by field."""
    found: Iterable[Mapping[str, Any]] = json.loads(content)["fields"]
    return {one["id"]: one["value"] for one in found if one.get("value") is not None}
