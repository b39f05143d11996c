"""The desk of ``emergency.replan``: an emergency that begins, changes its level or ends opens a call.

Who may do that is settled before: only the model of a released emergency process sends this message, after a step that
its authority table gave to those who may take it.
"""

from __future__ import annotations

from dataclasses import replace

import orjson

from workflow_engine.bpmn.decisions_intake import read_decision_files
from workflow_engine.bpmn.replan_policy import check_policy
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.coverage import PROPERTIES
from workflow_engine.domain.errors import (
    DefinitionError,
    InvalidStateError,
    InvalidVariablesError,
    NotFoundError,
    NotPermittedError,
    Problem,
    StaleVersionError,
)
from workflow_engine.domain.events_replanning import ReplanCalled, ReplanPolicyChanged
from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.domain.lifecycle import ENDED_CASE
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.replanning import MESSAGE, STREAM, Call, read_call, replan_id_of
from workflow_engine.domain.replanning_commands import ChangeReplanPolicy, EndReplan
from workflow_engine.handlers.handling import Handling
from workflow_engine.library import BoundSource
from workflow_engine.storage import chains, replan_policies
from workflow_engine.storage import replanning as store
from workflow_engine.storage import replanning_following as following
from workflow_engine.storage.cases import Case, find_case, get_tokens
from workflow_engine.storage.messages import Message

VERB = "emergency.replan"
LARGEST_POLICY = 500_000
POLICY_FILE = "replan.dmn"


def take_replan(work: Handling, message: Message) -> Receipt | None:
    """Open a call; None when the message is not for this desk.

    Raises:
        RejectedError: it says too little, or its sender is no emergency; it goes on waiting, shown as undelivered.
    """
    if message.name != MESSAGE or message.origin_case_id is None:
        return None
    case = find_case(work.unit, message.origin_case_id, lock=False)
    if case is None:
        raise NotFoundError(f"Expected to re-plan for case {message.origin_case_id}, but there is none.")
    _require_emergency(work, case)
    call = read_call(orjson.loads(message.payload), _affected(work, case))
    return open_call(work, case, call, replan_id_of(message.message_id), f"case:{case.case_id}")


def open_call(work: Handling, case: Case, call: Call, replan_id: str, called_by: str) -> Receipt:
    """A new call, which takes over from those of the same emergency that are worked on."""
    chains.lock_stream(work.unit, STREAM)
    if store.find(work.unit, replan_id) is not None:
        return work.record_in_stream(STREAM, [], {"replan_id": replan_id, "duplicate": True})
    superseded = store.open_calls(work.unit, case.case_id)
    for earlier in superseded:
        store.skip_rest(work.unit, earlier, work.now)
        store.move(work.unit, earlier, "superseded", work.now)
    following.stop_following(work.unit, case.case_id)
    latest = store.latest(work.unit, case.case_id)
    number = 1 if latest is None else latest.number + 1
    policy = replan_policies.newest(work.unit)
    store.add(
        work.unit,
        {
            "replan_id": replan_id, "emergency_id": case.case_id, "number": number, "direction": call.direction,
            "level": call.level, "state": "collecting", "called": orjson.dumps(call.content()).decode(),
            "reason": call.reason, "exercise": case.exercise, "policy": policy, "called_at": work.now,
            "called_by": called_by,
        },
    )  # fmt: skip
    if call.direction != "end":
        following.begin_following(work.unit, replan_id)
    event = ReplanCalled(
        replan_id=replan_id, emergency_id=case.case_id, number=number, direction=call.direction, level=call.level,
        policy=policy, superseded=superseded, reason=call.reason or None,
    )  # fmt: skip
    return work.record_in_stream(STREAM, [event], {"replan_id": replan_id, "number": number})


def end_replan(work: Handling, command: EndReplan) -> Receipt:
    """By hand, with a reason; by a worker when the case ended and said nothing."""
    what = "give back what an emergency re-planned"
    require_permission(work.actor, VERB, what)
    case = find_case(work.unit, command.emergency_id, lock=False)
    latest = store.latest(work.unit, command.emergency_id)
    if case is None or latest is None:
        raise NotFoundError(f"Expected to {what}, but it called for nothing.")
    if latest.direction == "end":
        raise InvalidStateError(f"Expected to {what}, but that was called for already.", state=latest.state)
    if not command.reason.strip():
        raise InvalidVariablesError(f"Expected to {what} for a reason.", {"reason": "a reason is needed"})
    if work.actor.is_system and case.state not in ENDED_CASE:
        raise InvalidStateError(f"Expected to {what}, but its case is {case.state}.", state=case.state)
    call = replace(latest.call, direction="end", reason=command.reason.strip())
    replan_id = replan_id_of(f"end:{command.emergency_id}:{latest.number}")
    return open_call(work, case, call, replan_id, work.actor.actor_id)


def change_replan_policy(work: Handling, command: ChangeReplanPolicy) -> Receipt:
    """Another table for calls from now on; those that run keep theirs."""
    what = "change the table for re-planning"
    require_permission(work.actor, "settings.change", what)
    if not command.reason.strip():
        raise InvalidVariablesError(f"Expected a reason to {what}.", {"reason": "a reason is needed"})
    chains.lock_stream(work.unit, STREAM)
    version = replan_policies.newest(work.unit)
    if version != command.base_version:
        raise StaleVersionError(
            f"Expected to {what} after version {command.base_version}, but somebody made version {version} meanwhile.",
            version=version,
        )
    if work.prepared:
        raise DefinitionError(f"Expected to {what}, but {work.prepared[0].message}", work.prepared)
    content, reason = command.files[POLICY_FILE].decode(), command.reason.strip()
    digest = replan_policies.add(work.unit, version + 1, content, work.actor.actor_id, work.now, reason)
    event = ReplanPolicyChanged(version=version + 1, sha256=digest, reason=reason)
    return work.record_in_stream(STREAM, [event], {"version": version + 1})


def _require_emergency(work: Handling, case: Case) -> None:
    process = work.parts.library.get(work.unit, case.definition_id).process(case.process_id)
    said = dict(process.properties).get(PROPERTIES["mechanisms"], "")
    if case.lane != EMERGENCY or "emergency" not in [one.strip() for one in said.split(",")]:
        raise NotPermittedError("Expected an emergency to re-plan running work, but its sender's process is none.")


def _affected(work: Handling, case: Case) -> object:
    """The case's own ``affected_area``; its state is only looked at."""
    if case.state in ENDED_CASE:
        return None
    rows = [TokenRow(*row) for row in get_tokens(work.unit, case.case_id)]
    source = BoundSource(work.unit, work.parts.library)
    instance = Instance.restore(case.case_id, source, orjson.loads(case.header), rows)
    return instance.variables().get("affected_area")


def prepare_policy(command: ChangeReplanPolicy) -> list[Problem]:
    """What is wrong with the table, found before the transaction; its text is read in a child with limits first."""
    content = command.files.get(POLICY_FILE, b"")
    if len(content) > LARGEST_POLICY:
        message = f"Expected a table of at most {LARGEST_POLICY:,} bytes."
        return [Problem("replan_policy", "error", message, "Make it smaller.")]
    intake = read_decision_files({POLICY_FILE: content})
    errors = [problem for problem in intake.problems if problem.severity == "error"]
    return errors or check_policy(content.decode(errors="replace"))
