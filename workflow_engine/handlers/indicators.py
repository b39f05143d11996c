"""Indicators: counting, defining, numbers from outside, corrections, and what the public says about values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.consultations import masked
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, RejectedError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events_indicators import (
    IndicatorCommentAnswered,
    IndicatorCommented,
    IndicatorDefined,
    IndicatorRetired,
)
from workflow_engine.domain.indicator_commands import (
    LONGEST_COMMENT,
    LONGEST_REASON,
    MOST_DEFINITIONS,
    AnswerIndicatorComment,
    CommentIndicator,
    CorrectIndicator,
    DefineIndicators,
    FollowRecord,
    RetireIndicator,
)
from workflow_engine.domain.indicators import COMMENT_STATES, digest_of, is_period, read_indicator, rules_of
from workflow_engine.domain.lifecycle import ENDED_CASE, may_move
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers import indicator_desk as desk
from workflow_engine.handlers.consultation_desk import write
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import indicator_reading
from workflow_engine.storage import indicators as store
from workflow_engine.storage.cases import find_case

STREAM = "area:indicators"
MANAGE = "indicator.manage"
_MOST_AT_ONCE = 2_000


def follow_record(work: Handling, command: FollowRecord) -> Receipt:
    """Count what is new in the log; nothing of it is a fact of its own."""
    require_permission(work.actor, "job.work", "count what was recorded")
    indicators = store.current(work.unit)
    followed = indicator_reading.Followed(0, 0)
    if indicators:
        most = min(max(command.most, 1), _MOST_AT_ONCE)
        followed = indicator_reading.follow(work.unit, rules_of(indicators), store.zone_of(work.unit), most)
    work.unchanged = followed.entries == 0
    result = {"entries": followed.entries, "behind": followed.behind}
    return Receipt(command_id=command.command_id, result=result)


def define_indicators(work: Handling, command: DefineIndicators) -> Receipt:
    """Each is the next version of its method, or the first."""
    what = "define indicators"
    require_permission(work.actor, MANAGE, what)
    reason = _reason(command.reason, what)
    if not 0 < len(command.definitions) <= MOST_DEFINITIONS:
        raise RejectedError(f"Expected 1 to {MOST_DEFINITIONS} definitions, but got {len(command.definitions)}.")
    problems: dict[str, str] = {}
    events: list[Event] = []
    for number, content in enumerate(command.definitions, start=1):
        name = str(content.get("id") or number)[:64]
        try:
            event = _define(work, content, reason)
        except ValueError as error:
            problems[name] = str(error)
        else:
            events += [] if event is None else [event]
    if problems:
        raise InvalidVariablesError("Expected indicators that can be computed.", problems)
    if not events:
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"defined": 0})
    return work.record_in_stream(STREAM, events, {"defined": len(events)})


def _define(work: Handling, content: Mapping[str, Any], reason: str) -> IndicatorDefined | None:
    """None where it is so already. Raises ValueError."""
    indicator = read_indicator(content)
    found = store.find_newest(work.unit, indicator.indicator_id)
    before = 0 if found is None else found[1]
    if found is not None and digest_of(found[0]) == digest_of(content):
        return None
    if indicator.method_version != before + 1:
        raise ValueError(f"method_version: {before + 1}, the one after the newest")
    digest = digest_of(content)
    store.define(
        work.unit,
        {
            "indicator_id": indicator.indicator_id, "method_version": indicator.method_version,
            "content": orjson.dumps(dict(content)).decode(), "digest": digest, "retired": False, "made_at": work.now,
            "made_by": work.actor.actor_id, "reason": reason,
        },
    )  # fmt: skip
    return IndicatorDefined(
        indicator_id=indicator.indicator_id, method_version=indicator.method_version, digest=digest, reason=reason
    )


def retire_indicator(work: Handling, command: RetireIndicator) -> Receipt:
    """Nothing more is computed of it."""
    what = f"retire indicator {command.indicator_id[:64]}"
    require_permission(work.actor, MANAGE, what)
    reason = _reason(command.reason, what)
    found = store.find_newest(work.unit, command.indicator_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is none.")
    if found[2] == command.retired:
        raise InvalidStateError(f"Expected to {what}, but it is {'retired' if found[2] else 'computed'} already.")
    store.retire(work.unit, command.indicator_id, found[1], retired=command.retired)
    event = IndicatorRetired(indicator_id=command.indicator_id, retired=command.retired, reason=reason)
    return work.record_in_stream(STREAM, [event])


def correct_indicator(work: Handling, command: CorrectIndicator) -> Receipt:
    """Publish what differs when it is computed now."""
    what = f"correct indicator {command.indicator_id[:64]}"
    require_permission(work.actor, MANAGE, what)
    reason = _reason(command.reason, what)
    event = desk.corrected(work, command.period, command.indicator_id, reason)
    if event is None:
        raise InvalidStateError(f"Expected to {what}, but it comes out as it is published.")
    return work.record_in_stream(STREAM, [event], {"changed": len(event.changes)})


def comment_indicator(work: Handling, command: CommentIndicator) -> Receipt:
    """Kept without what identifies people; a report of an error goes to the month's publication while that runs."""
    what = "say something about an indicator"
    publication = store.find_publication(work.unit, command.period) if is_period(command.period) else None
    found = store.find_newest(work.unit, command.indicator_id)
    if found is None or publication is None or publication.state != "published":
        raise NotFoundError(f"Expected to {what} that is published, but this one is not.")
    text = command.text.strip()
    problems = {}
    if not 0 < len(text) <= LONGEST_COMMENT:
        problems["text"] = f"Expected 1 to {LONGEST_COMMENT} characters."
    if command.kind not in ("comment", "error"):
        problems["kind"] = "Expected a comment, or a report of an error."
    if problems:
        raise InvalidVariablesError(f"Expected to {what} that can be read.", problems)
    scope = command.scope if command.scope in publication.scopes.units or command.scope.startswith("place:") else ""
    row: dict[str, Any] = {
        "comment_id": command.comment_id, "indicator_id": command.indicator_id, "period": command.period,
        "scope": scope[:200] or publication.scopes.root, "kind": command.kind, "text": text,
        "public_text": masked(text), "state": "waiting", "answer": "", "submitted_at": work.now, "answered_at": None,
    }  # fmt: skip
    store.say(work.unit, row)
    case = find_case(work.unit, publication.case_id, lock=False)
    if command.kind == "error" and case is not None and case.state not in ENDED_CASE:
        told = {name: row[name] for name in ("comment_id", "indicator_id", "period", "scope")}
        payload = {"report": {**told, "text": row["public_text"]}}
        write(work, case.case_id, desk.REPORTED, f"{desk.REPORTED}:{command.comment_id}", payload)
    event = IndicatorCommented(
        comment_id=command.comment_id, indicator_id=command.indicator_id, period=command.period, scope=row["scope"],
        kind=command.kind, text=text,
    )  # fmt: skip
    return work.record_in_stream(f"indicator_comment:{command.comment_id}", [event], {"comment_id": command.comment_id})


def answer_comment(work: Handling, command: AnswerIndicatorComment) -> Receipt:
    """Show it, hide it, or say why an error is none."""
    what = "answer a comment"
    require_permission(work.actor, MANAGE, what)
    found = store.find_said(work.unit, command.comment_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is none.")
    if command.state == "corrected" or not may_move(COMMENT_STATES, found.state, command.state):
        raise InvalidStateError(f"Expected to {what}, but it is {found.state}.", state=found.state)
    answer = command.answer.strip()
    if (command.state == "refused" and not answer) or len(answer) > LONGEST_REASON:
        problem = {"answer": f"Expected 1 to {LONGEST_REASON} characters."}
        raise InvalidVariablesError("Expected a reason that can be published.", problem)
    store.settle_said(work.unit, command.comment_id, command.state, answer, work.now)
    event = IndicatorCommentAnswered(comment_id=command.comment_id, state=command.state, answer=answer)
    return work.record_in_stream(f"indicator_comment:{command.comment_id}", [event])


def _reason(text: str, what: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST_REASON:
        raise InvalidVariablesError(
            f"Expected a reason to {what}.", {"reason": f"Expected 1 to {LONGEST_REASON} characters."}
        )
    return text.strip()
