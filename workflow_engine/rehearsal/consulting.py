"""What a scenario does at a consultation: opinions of the public, and the office's work on them."""

from __future__ import annotations

from typing import Any

from workflow_engine.domain.actors import OPERATOR, Actor
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command
from workflow_engine.domain.consultation_commands import (
    AnswerOpinions,
    ExtendConsultation,
    ModerateOpinions,
    SubmitOpinion,
    WithdrawConsultation,
)
from workflow_engine.domain.consultations import MOST_AT_ONCE
from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.queries.consultations import ConsultationQueries, OpinionWish
from workflow_engine.rehearsal.scenario import Step

VISITOR = Actor("public:scenario")
OFFICE = "role:participation_office"


def ask(questions: ConsultationQueries, case_id: str, step: Step) -> tuple[list[Command], str | None] | None:
    """The commands of a step and who sends them (None: a visitor); None when there is nothing to do it to."""
    found = questions.list_of_case(case_id)
    if not found:
        return None
    said, consultation_id = step.details, found[0].consultation_id
    who = said.get("as", OFFICE)
    if step.value == "submit":
        channel = str(said.get("channel", "web"))
        speaker = said.get("as", None if channel == "web" else OFFICE)
        return [_opinion(consultation_id, channel, said) for _ in range(int(said.get("count", 1)))], speaker
    ids: dict[str, Any] = {"command_id": new_id(), "consultation_id": consultation_id}
    reason = str(said.get("reason", ""))
    if step.value == "extend":
        closes_at = add(found[0].closes_at, parse_duration(str(said.get("closes_in", "P10D"))))
        return [ExtendConsultation(**ids, closes_at=closes_at.isoformat(), reason=reason)], who
    if step.value == "withdraw":
        return [WithdrawConsultation(**ids, reason=reason)], who
    numbers = said.get("numbers") or _numbers(questions, consultation_id, step.value)
    if not numbers:
        return None
    if step.value == "moderate":
        ids |= {"accepted": said.get("accepted", True) is True, "topic": said.get("topic")}
        return [ModerateOpinions(**ids, numbers=numbers, reason=reason)], who
    disposition = str(said.get("disposition", "adopted"))
    return [AnswerOpinions(**ids, numbers=numbers, disposition=disposition, reason=reason)], who


def _opinion(consultation_id: str, channel: str, said: Any) -> SubmitOpinion:
    heard = said.get("wants_hearing") is True
    return SubmitOpinion(
        command_id=new_id(), consultation_id=consultation_id, channel=channel, code=new_id(),
        subject_class=str(said.get("subject_class", "society")), stance=str(said.get("stance", "suggest")),
        text=str(said.get("text", "意见 An opinion")), district=str(said.get("district", "")), wants_hearing=heard,
        name="报名者" if heard else "", contact="0000" if heard else "",
    )  # fmt: skip


def _numbers(questions: ConsultationQueries, consultation_id: str, verb: Any) -> list[int]:
    """All that wait: to be moderated, or to be answered."""
    wish = OpinionWish(moderation="waiting") if verb == "moderate" else OpinionWish(unanswered=True)
    return [row.number for row in questions.list_at_work(OPERATOR, consultation_id, wish, None, MOST_AT_ONCE).items]
