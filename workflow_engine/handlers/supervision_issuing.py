"""Issuing a notice of supervision: its number, its rung, its time, and whose place it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.events_supervision import NoticeIssued
from workflow_engine.domain.lanes import ORDINARY
from workflow_engine.domain.supervision import (
    ANSWER_DAYS,
    CLIMBS,
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    RUNGS,
    RUNNING,
    answer_time,
    reminder_time,
    skipped,
)
from workflow_engine.domain.timing import parse_instant
from workflow_engine.domain.working_time import Calendar
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.handling import Handling
from workflow_engine.outside.ground import Ground
from workflow_engine.outside.working_time import known_calendar
from workflow_engine.storage import supervision as store
from workflow_engine.storage import telling
from workflow_engine.storage.cases import Case
from workflow_engine.storage.supervision import Notice

LONGEST_TIME = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a notice is to say, before it has a number."""

    notice_id: str
    rung: str
    unit_id: str
    reason: str
    subject: str
    text: str
    answer_by: str
    skip_reason: str
    escalates: bool | None
    follows: str | None = None


def issue(work: Handling, draft: Draft, case: Case | None, *, from_case: bool) -> NoticeIssued:
    """Write the notice and move the one whose place it takes; the case, if any, is locked already.

    Raises:
        RejectedError: the draft does not fit, or skips a rung without saying why.
    """
    calendar = known_calendar(Ground(work.unit, work.now)).calendar
    answer_by = _checked(work, draft, calendar)
    known = _ladder(work, draft, case)
    running = next((one for one in known if one.state in RUNNING), None)
    if running is not None and running.rung == draft.rung:
        raise InvalidStateError(
            "Expected to go up the ladder, but a notice of this rung about the same runs.", notice_id=running.notice_id
        )
    left_out = skipped(draft.rung, (one.rung for one in known))
    if left_out and not draft.skip_reason.strip():
        raise InvalidVariablesError(
            "Expected the next rung of the ladder, or a reason why one is left out.",
            {"skip_reason": "Say why a rung is left out."},
        )
    exercise = case is not None and case.exercise
    year = work.now.astimezone(ZoneInfo(calendar.zone)).year
    number = store.next_number(work.unit, year, draft.rung, exercise=exercise)
    if running is not None:
        store.move(
            work.unit, running, "escalated", overdue_at=running.overdue_at, settled_at=work.now,
            settled_by=work.actor.actor_id,
        )  # fmt: skip
    escalates = draft.rung in CLIMBS if draft.escalates is None else draft.escalates
    subject = draft.subject.strip() or (case.title or "" if case is not None else "")
    words = {
        "subject": subject[:LONGEST_SUBJECT], "reason": draft.reason.strip(), "text": draft.text.strip(),
        "skip_reason": draft.skip_reason.strip() if left_out else "",
    }  # fmt: skip
    same: dict[str, Any] = {
        "notice_id": draft.notice_id, "rung": draft.rung, "year": year, "number": number, "exercise": exercise,
        "unit_id": draft.unit_id, "follows": None if running is None else running.notice_id, "skipped": left_out,
        "escalates": escalates and draft.rung != RUNGS[-1], **words,
    }  # fmt: skip
    case_id = None if case is None else case.case_id
    row = {
        **same, "case_id": case_id, "from_case": from_case, "state": "open", "issued_at": work.now,
        "issued_by": work.actor.actor_id, "answer_by": answer_by,
        "remind_at": reminder_time(calendar, work.now, answer_by), "overdue_at": None, "answers": 0,
        "settled_at": None, "settled_by": None, "settled_reason": None,
    }  # fmt: skip
    store.add_notice(work.unit, row)
    tell_unit(work, draft.notice_id, draft.unit_id, "supervision_issued")
    return NoticeIssued(origin_case_id=case_id, answer_by=instant_text(answer_by), **same)


def later_answer(work: Handling, rung: str, answer_by: str) -> tuple[datetime, datetime]:
    """Until when another answer is due, and when the unit is reminded of it. Raises InvalidVariablesError."""
    calendar = known_calendar(Ground(work.unit, work.now)).calendar
    until = _until(work, rung, answer_by, calendar)
    return until, reminder_time(calendar, work.now, until)


def tell_unit(work: Handling, notice_id: str, unit_id: str, about: str) -> None:
    """Mail to the unit's people who want it; what the notice says does not leave the house."""
    content = orjson.dumps({"about": about, "notice_id": notice_id}).decode()
    for person_id in store.people_of(work.unit, unit_id):
        if telling.wants_mail(work.unit, person_id, "assigned"):
            row = {
                "delivery_id": f"{person_id}/{about}/{notice_id}/{work.envelope.command.command_id}",
                "webhook_id": None, "person_id": person_id, "content": content, "state": "pending", "attempts": 0,
                "next_at": work.now, "last_error": None, "created_at": work.now, "settled_at": None,
                "lane": ORDINARY,
            }  # fmt: skip
            telling.note_deliveries(work.unit, [row])


def _ladder(work: Handling, draft: Draft, case: Case | None) -> list[Notice]:
    """The notices about the same that are on the record; of a unit's work at large, the one that is named."""
    if case is not None:
        return store.ladder(work.unit, draft.unit_id, case.case_id)
    if draft.follows is None:
        return []
    found = store.find_notice(work.unit, draft.follows)
    if found is None or found.unit_id != draft.unit_id or found.case_id is not None or found.state == "withdrawn":
        raise NotFoundError(f"Expected to follow notice {draft.follows[:64]!r}, but it is none to this unit.")
    return [found]


def _checked(work: Handling, draft: Draft, calendar: Calendar) -> datetime:
    problems: dict[str, str] = {}
    if draft.rung not in RUNGS:
        raise InvalidVariablesError(
            "Expected a rung of the ladder.", {"rung": f"Expected one of {', '.join(RUNGS)}."}
        )
    if not 0 < len(draft.reason.strip()) <= LONGEST_TEXT:
        problems["reason"] = f"Expected a reason of 1 to {LONGEST_TEXT} characters."
    for name in ("text", "skip_reason", "subject"):
        if len(getattr(draft, name).strip()) > LONGEST_TEXT:
            problems[name] = f"Expected at most {LONGEST_TEXT} characters."
    if not store.is_open_unit(work.unit, draft.unit_id):
        problems["unit_id"] = "Expected a unit that there is."
    if problems:
        raise InvalidVariablesError("Expected a notice that can be issued.", problems)
    return _until(work, draft.rung, draft.answer_by, calendar)


def _until(work: Handling, rung: str, answer_by: str, calendar: Calendar) -> datetime:
    if not answer_by:
        return answer_time(calendar, work.now, ANSWER_DAYS[rung])
    try:
        until = parse_instant(answer_by)
    except ValueError:
        until = work.now
    if not work.now < until <= work.now + LONGEST_TIME:
        raise InvalidVariablesError(
            "Expected time to answer.", {"answer_by": "Expected an instant with offset, after now and within a year."}
        )
    return until


def notice_result(event: NoticeIssued) -> Mapping[str, Any]:
    """What whoever issued it is told."""
    return {
        "notice_id": event.notice_id, "rung": event.rung, "year": event.year, "number": event.number,
        "answer_by": event.answer_by,
    }  # fmt: skip
