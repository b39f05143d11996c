"""The supervision desk: a case that throws ``supervision.notice`` has a notice issued to a unit about itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import NotFoundError, RejectedError
from workflow_engine.domain.supervision import MESSAGE, RUNGS, RUNNING, notice_id_of, stream_of
from workflow_engine.domain.timing import parse_instant
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.supervision_issuing import Draft, issue, notice_result
from workflow_engine.storage import supervision as store
from workflow_engine.storage.cases import find_case
from workflow_engine.storage.messages import Message

BY_MODEL = "本办件的流程要求直接进入该级督办。The case's process demands this rung."
"""Why a model that does not say so leaves a rung out: it stands on the notice in both languages."""


UNSAID = "本办件的流程要求督办。The case's process demands supervision."
"""The reason where the model gives none, in both languages as well."""


def take_notice(work: Handling, message: Message) -> Receipt | None:
    """Issue the notice that a case asks for; None when the message is not for the desk.

    A case that asks for a rung which it has reached already gets no second notice of it.

    Raises:
        RejectedError: what has to be said is missing; the message goes on waiting, and is shown as undelivered.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id)
    if case is None:
        raise NotFoundError(f"Expected to supervise case {message.origin_case_id}, but there is none.")
    letter = orjson.loads(message.payload)
    draft = Draft(
        notice_id=notice_id_of(message.message_id), rung=_text(letter, "rung"),
        unit_id=_text(letter, "unit").removeprefix("unit:"), reason=_line(letter, "reason") or UNSAID,
        subject=_line(letter, "subject"), text=_line(letter, "text"), answer_by=_answer_by(work, letter),
        skip_reason=_line(letter, "skip_reason") or BY_MODEL,
        escalates=letter["escalates"] if isinstance(letter.get("escalates"), bool) else False,
    )  # fmt: skip
    if draft.rung in RUNGS and (known := _reached(work, draft, case.case_id)) is not None:
        return work.record_in_stream(stream_of(known), [], {"notice_id": known, "duplicate": True})
    event = issue(work, draft, case, from_case=True)
    return work.record_in_stream(stream_of(event.notice_id), [event], notice_result(event))


def _reached(work: Handling, draft: Draft, case_id: str) -> str | None:
    """The running notice of this rung or a higher one."""
    for one in store.ladder(work.unit, draft.unit_id, case_id):
        if one.state in RUNNING and RUNGS.index(one.rung) >= RUNGS.index(draft.rung):
            return one.notice_id
    return None


def _text(letter: Mapping[str, Any], name: str) -> str:
    if not (text := _line(letter, name)):
        raise RejectedError(f"Expected a letter to the supervision desk to give {name} as text.")
    return text


def _line(letter: Mapping[str, Any], name: str) -> str:
    """A text; one that is given by language, in both, as titles of cases are written."""
    value = letter.get(name)
    if isinstance(value, Mapping):
        value = " / ".join(str(value[tag]) for tag in ("zh_CN", "en") if value.get(tag))
    return value.strip() if isinstance(value, str) else ""


def _answer_by(work: Handling, letter: Mapping[str, Any]) -> str:
    """The time that the case gives, unless it is over by now: a letter that comes late leaves the usual one."""
    text = _line(letter, "answer_by")
    try:
        return text if not text or parse_instant(text) > work.now else ""
    except ValueError as error:
        raise RejectedError("Expected answer_by in a letter to the supervision desk to be an instant.") from error
