"""Notices of supervision on several rungs, some answered; and a district head who sees the board of the district."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workflow_engine import (
    OPERATOR,
    AcceptAnswer,
    AnswerNotice,
    DecideProposal,
    Engine,
    IssueNotice,
    ProposePower,
)
from workflow_engine.demo.story import command_id, person
from workflow_engine.domain.supervision import notice_id_of

_TEXTS = Path(__file__).with_name("supervising.json")
_FIRST, _SECOND = "user:jiang_fan", "user:yu_lan"


def tell_supervision(engine: Engine) -> None:
    """Issue, answer and judge them as far as they are; again: no change."""
    told = json.loads(_TEXTS.read_text(encoding="utf-8"))
    for part in told["notices"]:
        _tell(engine, part)
    for content in told["grants"]:
        _grant(engine, content)


def _tell(engine: Engine, part: Mapping[str, Any]) -> None:
    """A notice with what came of it; one about a case that is not told is left out."""
    case_id = _case(engine, part["case"]) if "case" in part else None
    if "case" in part and case_id is None:
        return
    issue = IssueNotice(
        command_id=_id(part["key"]), case_id=case_id,
        follows=notice_id_of(_id(part["follows"])) if "follows" in part else None, **part["notice"],
    )  # fmt: skip
    if engine.handle(issue, person(engine, part["by"])).replayed:
        return
    notice_id = notice_id_of(issue.command_id)
    if answer := part.get("answer"):
        command = AnswerNotice(command_id=f"{_id(part['key'])}-a", notice_id=notice_id, text=answer["text"])
        engine.handle(command, person(engine, answer["by"]))
    if accept := part.get("accept"):
        judge = AcceptAnswer(command_id=f"{_id(part['key'])}-j", notice_id=notice_id, reason=accept["reason"])
        engine.handle(judge, person(engine, accept["by"]))


def _case(engine: Engine, title: str) -> str | None:
    cases = engine.queries.find_cases(OPERATOR, limit=100).items
    return next((row.case_id for row in cases if title in str(row.title)), None)


def _grant(engine: Engine, content: Mapping[str, Any]) -> None:
    """By two administrators, as every power is given."""
    proposal_id = command_id("proposal", content)[:60]
    propose = ProposePower(
        command_id=command_id("propose", content), proposal_id=proposal_id, kind="grant",
        content={"process_id": None, **content}, reason="区长督办本区办件",
    )  # fmt: skip
    if not engine.handle(propose, person(engine, _FIRST)).replayed:
        decide = DecideProposal(command_id=command_id("decide", content), proposal_id=proposal_id, decision="agreed")
        engine.handle(decide, person(engine, _SECOND))


def _id(key: str) -> str:
    return command_id("notice", key)
