"""Findings: what a response showed, as tasks with an owner and a date. From a person, or from a case by message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

import orjson

from workflow_engine.domain.commands import Receipt, StartCase
from workflow_engine.domain.errors import InvalidVariablesError, NotFoundError
from workflow_engine.domain.finding_commands import ACCEPTS, LONGEST, MESSAGE, PROCESS, AddFinding
from workflow_engine.domain.timing import parse_instant
from workflow_engine.handlers.acts import instant_text
from workflow_engine.handlers.advancing import begin
from workflow_engine.handlers.cases import require_released
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.holding import require_part
from workflow_engine.storage.cases import Case, find_case
from workflow_engine.storage.messages import Message
from workflow_engine.storage.work import is_group

WHAT = "add a finding"
_LONGEST_TIME = timedelta(days=3 * 366)


def add_finding(work: Handling, command: AddFinding) -> Receipt:
    """A new case of the process for findings; its business key is the case that showed it."""
    source = find_case(work.unit, command.source_case_id, lock=False)
    if source is None:
        raise NotFoundError(f"Expected to {WHAT}, but there is no such case.", case_id=command.source_case_id)
    require_part(work, source, WHAT)
    said = {"what": command.what, "owner": command.owner, "due_at": command.due_at, "accepts": command.accepts}
    return _raise(work, source, command.finding_case_id, said)


def take_finding(work: Handling, message: Message) -> Receipt | None:
    """The same for a case that throws ``finding.raise``; None when the message is not for this desk."""
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    source = find_case(work.unit, message.origin_case_id, lock=False)
    if source is None:
        raise NotFoundError(f"Expected to {WHAT} of case {message.origin_case_id}, but there is none.")
    return _raise(work, source, sha256(message.message_id.encode()).hexdigest()[:32], orjson.loads(message.payload))


def _raise(work: Handling, source: Case, case_id: str, said: Mapping[str, Any]) -> Receipt:
    what = str(said.get("what") or "").strip()
    problems = {}
    if not 0 < len(what) <= LONGEST:
        problems["what"] = f"Say in at most {LONGEST} characters what is to be done."
    for name in ("owner", "accepts"):
        group = str(said.get(name) or (ACCEPTS if name == "accepts" else ""))
        if not is_group(work.unit, group):
            problems[name] = "Name a unit or a role."
    due_at = None
    try:
        due_at = parse_instant(str(said.get("due_at")))
    except ValueError:
        problems["due_at"] = "Name a day."
    if due_at is not None and not work.now < due_at < work.now + _LONGEST_TIME:
        problems["due_at"] = "Name a day to come, within three years."
    if problems or due_at is None:
        raise InvalidVariablesError(f"Expected to {WHAT}, but it says too little.", problems)
    start = StartCase(
        command_id=work.envelope.command.command_id, case_id=case_id, process_id=PROCESS, business_key=source.case_id,
        title=what,
        variables={
            "what": what, "owner": said["owner"], "accepts": said.get("accepts") or ACCEPTS,
            "due_at": instant_text(due_at), "source_case": source.case_id, "source_title": source.title or "",
            "raised_by": work.actor.actor_id, "exercise": source.exercise,
        },
    )  # fmt: skip
    bound = require_released(work, PROCESS, None)
    return begin(
        work, case_id, bound, start, unit_id=source.unit_id, business_key=source.case_id, title=what,
        exercise=source.exercise,
    )
