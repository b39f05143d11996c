"""Opinions of the public on a draft, and the office's work on them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.consultation_commands import (
    AnswerOpinions,
    ExtendConsultation,
    ModerateOpinions,
    SubmitOpinion,
    WithdrawConsultation,
)
from workflow_engine.domain.consultations import (
    CHANNELS,
    DISPOSITIONS,
    LONGEST_OPINION,
    LONGEST_REASON,
    LONGEST_WORD,
    MOST_AT_ONCE,
    STANCES,
    SUBJECTS,
    fingerprint,
    masked,
    said_in,
)
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError
from workflow_engine.domain.events import Event
from workflow_engine.domain.events_consultation import (
    ConsultationExtended,
    OpinionsAnswered,
    OpinionsModerated,
    OpinionSubmitted,
)
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.timing import parse_instant
from workflow_engine.handlers import consultation_desk as desk
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import consultations as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.consultations import Consultation

RUN = "consultation.run"
_SHORTEST_CODE = 16


def submit_opinion(work: Handling, command: SubmitOpinion) -> Receipt:
    """Take an opinion in; the answer holds its number and its fingerprint, which are the sender's receipt."""
    what = "submit an opinion"
    found = _require(work, command.consultation_id, what)
    if command.channel != "web":
        require_permission(work.actor, RUN, what, found.unit_id, found.process_id)
    case = find_case(work.unit, found.case_id, lock=False)
    if found.state != "open" or work.now >= found.closes_at or case is None or case.state in ENDED_CASE:
        raise InvalidStateError("Expected to submit an opinion, but the consultation takes no more.", state="closed")
    if problems := _problems(command, found):
        raise InvalidVariablesError("Expected an opinion that can be taken in.", problems)
    number, at = found.last_number + 1, work.now.isoformat()
    opinion = {
        "channel": command.channel, "subject_class": command.subject_class, "stance": command.stance,
        "district": command.district.strip(), "text": command.text.strip(),
    }  # fmt: skip
    receipt = fingerprint(said_in(found.consultation_id, found.draft_digest, number, at, opinion))
    row = {
        "consultation_id": found.consultation_id, "number": number, "fingerprint": receipt,
        "code_sha256": sha256(command.code.encode()).hexdigest(), **opinion, "public_text": masked(opinion["text"]),
        "name": command.name.strip(), "contact": command.contact.strip(), "wants_hearing": command.wants_hearing,
        "submitted_at": work.now, "submitted_by": work.actor.actor_id, "moderation": "waiting",
        "moderation_reason": "", "moderated_by": None, "moderated_at": None, "topic": "", "disposition": None,
        "disposition_reason": "", "answered_by": None, "answered_at": None,
    }  # fmt: skip
    store.add_opinion(work.unit, found, row)
    event = OpinionSubmitted(
        consultation_id=found.consultation_id, number=number, channel=command.channel,
        subject_class=command.subject_class, stance=command.stance, fingerprint=receipt,
    )  # fmt: skip
    return _record(work, found, [event], {"number": number, "fingerprint": receipt, "submitted_at": at})


def moderate_opinions(work: Handling, command: ModerateOpinions) -> Receipt:
    """Accept or reject opinions, put them under a topic, and cover what says too much about somebody."""
    found = _require_running(work, command.consultation_id, "moderate opinions")
    known = _require_opinions(work, found, command.numbers)
    reason, wanted = command.reason.strip(), "accepted" if command.accepted else "rejected"
    problems = {} if command.accepted else _reason_problem(reason)
    if command.public_text is not None and (len(command.numbers) != 1 or not command.public_text.strip()):
        problems["public_text"] = "Expected words for one opinion at a time."
    if command.topic is not None and len(command.topic.strip()) > LONGEST_WORD:
        problems["topic"] = f"Expected at most {LONGEST_WORD} characters."
    if problems:
        raise InvalidVariablesError("Expected opinions moderated with what that takes.", problems)
    if not command.accepted and any(disposition for _, disposition in known.values()):
        raise InvalidStateError("Expected to reject opinions, but some have been answered already.")
    changed = sorted(number for number, (moderation, _) in known.items() if moderation != wanted)
    store.moderate(work.unit, found.consultation_id, changed, wanted, reason, work.actor.actor_id, work.now)
    if command.topic is not None:
        store.sort(work.unit, found.consultation_id, sorted(known), command.topic.strip())
    if command.public_text is not None:
        store.reword(work.unit, found.consultation_id, command.numbers[0], command.public_text.strip())
    event = OpinionsModerated(
        consultation_id=found.consultation_id, numbers=changed, accepted=command.accepted, reason=reason
    )
    return _record(work, found, [event] if changed else [], {"changed": len(changed)})


def answer_opinions(work: Handling, command: AnswerOpinions) -> Receipt:
    """Say what became of accepted opinions, and why."""
    found = _require_running(work, command.consultation_id, "answer opinions")
    known = _require_opinions(work, found, command.numbers)
    problems = _reason_problem(command.reason.strip())
    if command.disposition not in DISPOSITIONS:
        problems["disposition"] = f"Expected one of {', '.join(DISPOSITIONS)}."
    if problems:
        raise InvalidVariablesError("Expected an answer with its reason.", problems)
    if any(moderation != "accepted" for moderation, _ in known.values()):
        raise InvalidStateError("Expected to answer opinions, but only accepted ones are answered.")
    numbers, reason = sorted(known), command.reason.strip()
    store.answer(work.unit, found.consultation_id, numbers, command.disposition, reason, work.actor.actor_id, work.now)
    event = OpinionsAnswered(
        consultation_id=found.consultation_id, numbers=numbers, disposition=command.disposition, reason=reason
    )
    return _record(work, found, [event], {"changed": len(numbers)})


def extend_consultation(work: Handling, command: ExtendConsultation) -> Receipt:
    """Leave it open for longer, and tell its case, whose own clock goes on until then."""
    found = _require_running(work, command.consultation_id, "extend the consultation")
    reason = command.reason.strip()
    problems = _reason_problem(reason)
    try:
        closes_at = parse_instant(command.closes_at)
    except ValueError:
        closes_at = found.closes_at
    if closes_at <= found.closes_at:
        problems["closes_at"] = "Expected an instant after the present end."
    if problems:
        raise InvalidVariablesError("Expected a later end with a reason.", problems)
    if found.state != "open" or work.now >= found.closes_at:
        raise InvalidStateError("Expected to extend the consultation, but it is closed.", state=found.state)
    store.move(work.unit, found, "open", closes_at=closes_at)
    extended = ConsultationExtended(
        consultation_id=found.consultation_id, closes_at=closes_at.isoformat(), channels=found.channels.split(),
        reason=reason,
    )  # fmt: skip
    told = {"extension": {"closes_at": closes_at.isoformat(), "reason": reason, "at": work.now.isoformat()}}
    desk.write(work, found.case_id, "consultation.extended", f"extended:{command.command_id}", told)
    notice = desk.publish_notice(work, found, "extension", found.title, reason)
    return _record(work, found, [extended, notice], {"closes_at": closes_at.isoformat()})


def withdraw_consultation(work: Handling, command: WithdrawConsultation) -> Receipt:
    """Take the draft back, and tell its case."""
    found = _require_running(work, command.consultation_id, "withdraw the draft")
    reason = command.reason.strip()
    if problems := _reason_problem(reason):
        raise InvalidVariablesError("Expected a reason why the draft is taken back.", problems)
    events = desk.withdraw(work, found, reason)
    case = find_case(work.unit, found.case_id, lock=False)
    if case is not None and case.state not in ENDED_CASE:
        told = {"withdrawal": {"reason": reason, "at": work.now.isoformat(), "by": work.actor.actor_id}}
        desk.write(work, found.case_id, "consultation.withdrawn", f"withdrawn:{command.command_id}", told)
    return _record(work, found, events, {"state": "withdrawn"})


def _require(work: Handling, consultation_id: str, what: str) -> Consultation:
    found = store.find_consultation(work.unit, consultation_id)
    if found is None:
        raise NotFoundError(f"Expected to {what}, but there is no consultation {consultation_id[:64]!r}.")
    return found


def _require_running(work: Handling, consultation_id: str, what: str) -> Consultation:
    found = _require(work, consultation_id, what)
    require_permission(work.actor, RUN, what, found.unit_id, found.process_id)
    if found.state not in ("open", "closed"):
        raise InvalidStateError(f"Expected to {what}, but the consultation is {found.state}.", state=found.state)
    return found


def _require_opinions(work: Handling, found: Consultation, numbers: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    if not 1 <= len(numbers) <= MOST_AT_ONCE:
        raise InvalidVariablesError(
            "Expected opinions to work on.", {"numbers": f"Expected 1 to {MOST_AT_ONCE} at a time."}
        )
    known = store.find_opinions(work.unit, found.consultation_id, numbers)
    if missing := sorted(set(numbers) - set(known)):
        raise NotFoundError(f"Expected opinions of this consultation, but {missing[:10]} are none of it.")
    return known


def _problems(command: SubmitOpinion, found: Consultation) -> dict[str, str]:
    problems = {}
    for name, words in (("channel", CHANNELS), ("subject_class", SUBJECTS), ("stance", STANCES)):
        if getattr(command, name) not in words:
            problems[name] = f"Expected one of {', '.join(words)}."
    if "channel" not in problems and command.channel not in found.channels.split():
        problems["channel"] = "This consultation does not use this channel."
    if not 0 < len(command.text.strip()) <= LONGEST_OPINION:
        problems["text"] = f"Expected 1 to {LONGEST_OPINION} characters."
    for name in ("district", "name", "contact"):
        if len(getattr(command, name).strip()) > LONGEST_WORD:
            problems[name] = f"Expected at most {LONGEST_WORD} characters."
    if command.wants_hearing and not (command.name.strip() and command.contact.strip()):
        problems["contact"] = "Who wants to speak at the hearing is asked for a name and a way to be reached."
    if len(command.code) < _SHORTEST_CODE:
        problems["code"] = f"Expected at least {_SHORTEST_CODE} characters."
    return problems


def _reason_problem(reason: str) -> dict[str, str]:
    if 0 < len(reason) <= LONGEST_REASON:
        return {}
    return {"reason": f"Expected a reason of 1 to {LONGEST_REASON} characters."}


def _record(work: Handling, found: Consultation, events: list[Event], result: dict[str, object]) -> Receipt:
    return work.record_in_stream(
        desk.stream_of(found.consultation_id), events, {"consultation_id": found.consultation_id, **result}
    )
