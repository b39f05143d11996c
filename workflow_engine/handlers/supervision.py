"""Notices of supervision: issued, answered by the unit, judged by others, taken back; and the clock's part in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, NotPermittedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_supervision import (
    AnswerAccepted,
    AnswerRejected,
    NoticeAnswered,
    NoticeOverdue,
    NoticeReminded,
    NoticeWithdrawn,
)
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import may, require_permission, require_writer
from workflow_engine.domain.supervision import (
    ANSWERED,
    LONGEST_TEXT,
    MOST_FILES,
    RUNNING,
    EvidenceFile,
    notice_id_of,
    stream_of,
)
from workflow_engine.domain.supervision_commands import (
    AcceptAnswer,
    AnswerNotice,
    IssueNotice,
    MarkNoticeOverdue,
    NoticeCommand,
    RejectAnswer,
    RemindOfNotice,
    WithdrawNotice,
)
from workflow_engine.handlers import consultation_desk as desk
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.advancing import require_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.supervision_issuing import Draft, issue, later_answer, notice_result, tell_unit
from workflow_engine.storage import supervision as store
from workflow_engine.storage.cases import Case, find_case
from workflow_engine.storage.supervision import Notice
from workflow_engine.storage.visibility import may_see_case

VERB = "supervision.issue"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def issue_notice(work: Handling, command: IssueNotice) -> Receipt:
    """By hand, from the board; or by the clock, when a notice goes up the ladder by itself."""
    what = "issue a notice"
    require_writer(work.actor, what)
    require_permission(work.actor, VERB, what, command.unit_id)
    case = None if command.case_id is None else _require_seen(work, command.case_id, what)
    draft = Draft(
        notice_id_of(command.command_id), command.rung, command.unit_id, command.reason, command.subject,
        command.text, command.answer_by, command.skip_reason, command.escalates, command.follows,
    )  # fmt: skip
    event = issue(work, draft, case, from_case=False)
    return work.record_in_stream(stream_of(event.notice_id), [event], notice_result(event))


def answer_notice(work: Handling, command: AnswerNotice) -> Receipt:
    """By somebody of the unit, once at a time; a case that asked for the notice is told."""
    what = "answer a notice"
    require_writer(work.actor, what)
    found = _require(work, command, what)
    if not is_of_unit(work, found):
        raise NotPermittedError(f"Expected to {what}, but it went to another unit.", unit_id=found.unit_id)
    files = _files(command.files)
    if not 0 < len(command.text.strip()) <= LONGEST_TEXT:
        raise InvalidVariablesError(
            "Expected an answer.", {"text": f"Expected 1 to {LONGEST_TEXT} characters."}
        )
    if found.state != "open":
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    number, text = found.answers + 1, command.text.strip()
    late = work.now > found.answer_by
    row = {
        "notice_id": found.notice_id, "answer_no": number, "text": text, "answered_at": work.now,
        "answered_by": work.actor.actor_id, "late": late, "verdict": "waiting", "verdict_reason": None,
        "judged_at": None, "judged_by": None,
    }  # fmt: skip
    store.move(work.unit, found, "answered", overdue_at=found.overdue_at, answers=number)
    store.add_answer(work.unit, row, files)
    if found.from_case:
        _tell_case(work, found, text)
    shown = [
        {"digest": one.digest, "size": one.size, "media_type": one.media_type, "name": one.name} for one in files
    ]
    event = NoticeAnswered(notice_id=found.notice_id, answer_no=number, late=late, text=text, files=shown)
    return _record(work, found, event, answer_no=number)


def accept_answer(work: Handling, command: AcceptAnswer) -> Receipt:
    """The notice is settled."""
    what = "accept an answer"
    found = _require_judged(work, command, what)
    reason = command.reason.strip()[:LONGEST_TEXT]
    store.judge(work.unit, found, "accepted", reason, work.actor.actor_id, work.now)
    store.move(
        work.unit, found, "accepted", overdue_at=found.overdue_at, settled_at=work.now,
        settled_by=work.actor.actor_id, settled_reason=reason,
    )  # fmt: skip
    return _record(work, found, AnswerAccepted(notice_id=found.notice_id, answer_no=found.answers, reason=reason))


def reject_answer(work: Handling, command: RejectAnswer) -> Receipt:
    """Another answer is due, by a new date."""
    what = "reject an answer"
    found = _require_judged(work, command, what)
    reason = _reason(command.reason)
    answer_by, remind_at = later_answer(work, found.rung, command.answer_by)
    store.judge(work.unit, found, "rejected", reason, work.actor.actor_id, work.now)
    store.move(work.unit, found, "open", answer_by=answer_by, remind_at=remind_at)
    tell_unit(work, found.notice_id, found.unit_id, "supervision_rejected")
    event = AnswerRejected(
        notice_id=found.notice_id, answer_no=found.answers, answer_by=instant_text(answer_by), reason=reason
    )
    return _record(work, found, event, answer_by=event.answer_by)


def withdraw_notice(work: Handling, command: WithdrawNotice) -> Receipt:
    """Its number stays used, and its page says why it was taken back."""
    what = "withdraw a notice"
    found = _require_supervised(work, command, what)
    reason = _reason(command.reason)
    if found.state not in RUNNING:
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    store.move(
        work.unit, found, "withdrawn", overdue_at=found.overdue_at, settled_at=work.now,
        settled_by=work.actor.actor_id, settled_reason=reason,
    )  # fmt: skip
    return _record(work, found, NoticeWithdrawn(notice_id=found.notice_id, reason=reason))


def remind_of_notice(work: Handling, command: RemindOfNotice) -> Receipt:
    """Once per time to answer."""
    found = _require_of_clock(work, command, "remind of a notice")
    if found.state != "open" or found.remind_at is None or found.remind_at > work.now:
        raise InvalidStateError("Expected a notice to remind of, but its time has not come or it is answered.")
    store.move(work.unit, found, "open")
    tell_unit(work, found.notice_id, found.unit_id, "supervision_due")
    return _record(work, found, NoticeReminded(notice_id=found.notice_id))


def mark_notice_overdue(work: Handling, command: MarkNoticeOverdue) -> Receipt:
    """Its time is over; whether it goes up the ladder by itself is asked by who marks it."""
    found = _require_of_clock(work, command, "mark a notice as overdue")
    if found.state != "open" or found.overdue_at is not None or found.answer_by > work.now:
        raise InvalidStateError("Expected a notice that is overdue, but it is not, or it is marked already.")
    store.move(work.unit, found, "open", overdue_at=work.now)
    return _record(work, found, NoticeOverdue(notice_id=found.notice_id))


def is_of_unit(work: Handling, found: Notice) -> bool:
    """Whether the actor, or somebody they stand in for in everything, belongs to the notice's unit."""
    group = f"unit:{found.unit_id}"
    return group in work.actor.groups or any(group in one.groups for one in work.actor.absent(None))


def _require(work: Handling, command: NoticeCommand, what: str) -> Notice:
    """The notice, locked, if it is the actor's to see."""
    found = store.find_notice(work.unit, command.notice_id)
    if found is None or not (
        may(work.actor, VERB, found.unit_id) or may(work.actor, "supervision.see", found.unit_id)
        or is_of_unit(work, found)
    ):  # fmt: skip
        raise NotFoundError(f"Expected to {what}, but there is no notice {command.notice_id[:64]!r}.")
    return found


def _require_supervised(work: Handling, command: NoticeCommand, what: str) -> Notice:
    """The same, for those who supervise its unit and do not belong to it."""
    require_writer(work.actor, what)
    found = _require(work, command, what)
    require_permission(work.actor, VERB, what, found.unit_id)
    if is_of_unit(work, found):
        raise NotPermittedError(f"Expected to {what}, but nobody judges what went to their own unit.")
    return found


def _require_judged(work: Handling, command: NoticeCommand, what: str) -> Notice:
    found = _require_supervised(work, command, what)
    if found.state != "answered":
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    if store.answered_by(work.unit, found.notice_id, found.answers) == work.actor.actor_id:
        raise NotPermittedError(f"Expected to {what}, but you gave it yourself.")
    return found


def _require_of_clock(work: Handling, command: NoticeCommand, what: str) -> Notice:
    if not work.actor.is_system:
        raise NotPermittedError(f"Expected to {what}, but only the clock does.")
    found = store.find_notice(work.unit, command.notice_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no notice {command.notice_id[:64]!r}.")
    return found


def _require_seen(work: Handling, case_id: str, what: str) -> Case:
    case = require_case(work, case_id, what)
    if not may_see_case(work.unit, work.actor, case):
        raise NotFoundError(f"Expected to {what}, but there is no case {case_id[:64]!r}.", case_id=case_id)
    return case


def _tell_case(work: Handling, found: Notice, text: str) -> None:
    """The case that asked for the notice gets the answer, if it still runs."""
    case = find_case(work.unit, str(found.case_id), lock=False)
    if case is None or case.state in ENDED_CASE:
        return
    told = {"notice_id": found.notice_id, "rung": found.rung, "unit": found.unit_id, "text": text}
    message_id = f"{ANSWERED}:{work.envelope.command.command_id}"
    desk.write(work, case.case_id, ANSWERED, message_id, told)


def _files(given: Sequence[Mapping[str, Any]]) -> list[EvidenceFile]:
    """Raises InvalidVariablesError for what names no kept file."""
    found = []
    for one in given:
        size = one.get("size")
        file = EvidenceFile(
            str(one.get("digest", "")), size if isinstance(size, int) else 0, str(one.get("media_type", "")),
            str(one.get("name", "")),
        )  # fmt: skip
        if not _DIGEST.fullmatch(file.digest) or file.size < 1 or not file.name:
            raise InvalidVariablesError(
                "Expected files by digest, size, media type and name.", {"files": "Expected files that are kept."}
            )
        found.append(file)
    if len(found) > MOST_FILES:
        raise InvalidVariablesError("Expected fewer files.", {"files": f"Expected at most {MOST_FILES} files."})
    return found


def _reason(given: str) -> str:
    reason = given.strip()
    if not 0 < len(reason) <= LONGEST_TEXT:
        raise InvalidVariablesError(
            "Expected a reason.", {"reason": f"Expected a reason of 1 to {LONGEST_TEXT} characters."}
        )
    return reason


def _record(work: Handling, found: Notice, event: Event, **result: Any) -> Receipt:
    return work.record_in_stream(stream_of(found.notice_id), [event], {"notice_id": found.notice_id, **result})
