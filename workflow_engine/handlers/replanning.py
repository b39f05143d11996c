"""Re-planning running work for emergencies: one case at a time, however many there are.

The desk of ``emergency.replan`` opens a call (``replanning_desk``); workers collect its cases page by page, and bring
each of them to it by a command in its own chain. A later call of the same emergency takes over from an earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import orjson

from workflow_engine.bpmn.replan_policy import Policy, delivered, policy_of
from workflow_engine.bpmn.replanning import is_legal, is_plannable, plans_of
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.domain.commands import Command, Receipt
from workflow_engine.domain.errors import InvalidStateError, InvalidVariablesError, NotFoundError, StaleVersionError
from workflow_engine.domain.events import Event
from workflow_engine.domain.events_replanning import (
    ReplanFinished,
    UserTaskPlanEnded,
    UserTaskReplanned,
)
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.replanning import RUNNING, STREAM, TaskFacts
from workflow_engine.domain.replanning_commands import (
    ChangeReplanPolicy,
    ClaimReplanCases,
    CollectReplanCases,
    EndReplan,
    NoteReplanFollowed,
    ReplanCase,
    RevertReplan,
    SettleReplanCases,
)
from workflow_engine.failpoints import failpoint
from workflow_engine.handlers.acts import ACTS, instant_text
from workflow_engine.handlers.advancing import record, require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.reaching import require_operator
from workflow_engine.handlers.replanning_desk import change_replan_policy, end_replan
from workflow_engine.storage import replan_policies
from workflow_engine.storage import replanning as store
from workflow_engine.storage import replanning_following as following
from workflow_engine.storage.cases import Case
from workflow_engine.storage.replanning import CallHead
from workflow_engine.storage.replanning_collecting import Concern, collect

MOST_CLAIMED, MOST_COLLECTED, LONGEST_LEASE_SECONDS = 200, 2_000, 600
_TOLD = (UserTaskReplanned, UserTaskPlanEnded)


def replan_case(work: Handling, command: ReplanCase) -> Receipt:
    """Every open task as the table says of it now; nothing is recorded where nothing changes.

    Once the call is done only what it does not plan yet: what it planned is reckoned from the instant of the call.
    """
    what = f"re-plan case {command.case_id}"
    require_permission(work.actor, "case.operate", what)
    head = _require_call(work, command.replan_id, what)
    is_done = head.state not in RUNNING
    if is_done and head.followed is None:
        raise InvalidStateError(f"Expected to {what}, but the call is {head.state} and not in force.", state=head.state)
    case = require_running_case(work, command.case_id, what)
    instance = work.take_instance(case)
    policy = policy_in(work, head.policy)
    told = [
        _instruction(instance, facts, head, policy)
        for facts in _tasks_to_plan(work, case, head, is_done=is_done)
        if is_plannable(instance.tree.index.get(facts.token_id))
        and not (is_done and _is_planned(instance, facts, head.emergency_id))
    ]
    tasks = tuple(one for one in told if one is not None)
    settled = replace(command, emergency_id=head.emergency_id, level=head.level, reason=head.reason, tasks=tasks)
    receipt = _do(work, case, instance, settled)
    if is_done and (changed := receipt.result["tasks"]):
        following.note(work.unit, head.replan_id, [_changed_case(case, changed)], work.now)
    return receipt


def revert_replan(work: Handling, command: RevertReplan) -> Receipt:
    """By workers when the emergency ends; by who operates the case, with a reason, to take it out before."""
    what = f"take case {command.case_id} out of what an emergency re-planned"
    if command.replan_id is None:
        require_operator(work, command.case_id, what)
        if not command.reason.strip():
            raise InvalidVariablesError(f"Expected to {what} for a reason.", {"reason": "a reason is needed"})
    else:
        require_permission(work.actor, "case.operate", what)
    case = require_running_case(work, command.case_id, what)
    if command.replan_id is None and not store.is_planned(work.unit, case.case_id, command.emergency_id):
        raise InvalidStateError(f"Expected to {what}, but it plans nothing here.")
    instance = work.take_instance(case)
    told = tuple(
        _row_facts(facts) | {"treatment": None}
        for facts in store.tasks_of(work.unit, [case.case_id])
        if _is_planned(instance, facts, command.emergency_id)
    )
    return _do(work, case, instance, replace(command, tasks=told))


def collect_replan_cases(work: Handling, command: CollectReplanCases) -> Receipt:
    """One more page of the cases that a call may concern; with the last one they are worked on."""
    what = f"collect the cases of call {command.replan_id}"
    require_permission(work.actor, "case.operate", what)
    head = _require_call(work, command.replan_id, what)
    if head.state != "collecting":
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"state": head.state})
    concern = Concern(head.emergency_id, head.call, head.exercise)
    position = orjson.loads(head.position)
    found, position = collect(work.unit, concern, position, min(command.most, MOST_COLLECTED))
    total = store.note_cases(work.unit, head.replan_id, found, position)
    failpoint("replan.after_collect")
    if position["part"] is not None:
        return Receipt(command_id=command.command_id, result={"state": "collecting", "total": total})
    store.move(work.unit, head.replan_id, "applying")
    if total:
        return Receipt(command_id=command.command_id, result={"state": "applying", "total": total})
    return _finish(work, head)


def claim_replan_cases(work: Handling, command: ClaimReplanCases) -> Receipt:
    """The oldest call that nobody works on, with its next cases; ``result`` is empty when there is none."""
    require_permission(work.actor, "case.operate", "claim cases to re-plan")
    if not 1 <= command.most <= MOST_CLAIMED or not 1 <= command.lease_seconds <= LONGEST_LEASE_SECONDS:
        raise InvalidVariablesError("Expected fewer cases and a shorter lease.", {"most": f"at most {MOST_CLAIMED}"})
    until = work.now + timedelta(seconds=command.lease_seconds)
    head = store.claim(work.unit, command.worker_id, work.now, until)
    work.unchanged = head is None
    if head is None:
        return Receipt(command_id=command.command_id)
    cases = [] if head.state == "collecting" else store.next_cases(work.unit, head.replan_id, command.most)
    failpoint("replan.after_claim")
    result = {
        "replan_id": head.replan_id, "emergency_id": head.emergency_id, "state": head.state, "fence": head.fence,
        "direction": head.direction, "reason": head.reason, "cases": cases,
    }  # fmt: skip
    return Receipt(command_id=command.command_id, result=result)


def settle_replan_cases(work: Handling, command: SettleReplanCases) -> Receipt:
    """Count what was done; only the end of a call is worth an entry in the record."""
    what = f"settle cases of call {command.replan_id}"
    require_permission(work.actor, "case.operate", what)
    head = _require_call(work, command.replan_id, what)
    if head.fence != command.fence:
        raise StaleVersionError(f"Expected to {what}, but another worker has claimed it since.", fence=head.fence)
    if head.state != "applying":
        work.unchanged = True
        return Receipt(command_id=command.command_id, result={"state": head.state})
    counted = store.settle(work.unit, head.replan_id, command.outcomes, work.now)
    failpoint("replan.after_settle")
    after = store.count(work.unit, head, counted)
    if after.changed + after.unchanged + after.failed < after.total:
        return Receipt(command_id=command.command_id, result={"state": "applying"})
    return _finish(work, after)


def note_replan_followed(work: Handling, command: NoteReplanFollowed) -> Receipt:
    """The log was looked at until there; cases that are new to the call are counted as its own."""
    what = f"note how far call {command.replan_id} is followed"
    require_permission(work.actor, "case.operate", what)
    head = _require_call(work, command.replan_id, what)
    work.unchanged = head.followed is None or head.followed >= command.upto
    if not work.unchanged:
        failpoint("replan.before_followed")
        following.note(work.unit, head.replan_id, command.outcomes, work.now)
        following.advance(work.unit, head.replan_id, command.upto)
    return Receipt(command_id=command.command_id)


def policy_in(work: Handling, version: int) -> Policy:
    """A version of the table, compiled; 0: what the product is delivered with."""
    return policy_of(replan_policies.content(work.unit, version) or delivered())


# ------------------------------------------------------------------------------------------------ inside
def _finish(work: Handling, head: CallHead) -> Receipt:
    store.move(work.unit, head.replan_id, "done", work.now)
    event = ReplanFinished(replan_id=head.replan_id, cases=head.total, changed=head.changed, failed=head.failed)
    return work.record_in_stream(STREAM, [event], {"state": "done", "changed": head.changed, "failed": head.failed})


def _do(work: Handling, case: Case, instance: Instance, command: ReplanCase | RevertReplan) -> Receipt:
    """Record it, unless it changes nothing."""
    context = work.run_context(case.unit_id, case.case_id)
    step = ACTS[type(command)](instance, context, command, work.actor.actor_id) if command.tasks else None
    changed = 0 if step is None else _changed(step.events)
    if step is None or not changed:
        work.unchanged = True
        work.instance = instance
        return Receipt(command_id=command.command_id, case_id=case.case_id, result={"tasks": 0})
    failpoint("after_engine")
    return record(work, case, instance, step, command, {"tasks": changed})


def _tasks_to_plan(work: Handling, case: Case, head: CallHead, *, is_done: bool) -> list[TaskFacts]:
    """The open tasks of the case; none, once the call is done, where a person took it out."""
    if is_done and following.is_taken_out(work.unit, case.case_id, head.emergency_id):
        return []
    return store.tasks_of(work.unit, [case.case_id])


def _changed_case(case: Case, tasks: int) -> dict[str, Any]:
    return {"case_id": case.case_id, "state": "changed", "tasks": tasks}


def _changed(events: list[Event]) -> int:
    return sum(isinstance(event, _TOLD) for event in events)


def _instruction(instance: Instance, facts: TaskFacts, head: CallHead, policy: Policy) -> dict[str, Any] | None:
    """What to do with a task; None: this emergency wants nothing of it, and never did."""
    task = instance.tree.index[facts.token_id]
    legal = is_legal(task)
    call = head.call
    given = replace(facts, priority=plans_of(task).get("priority", facts.priority))
    relations = given.relations(call, head.emergency_id, head.called_at)
    treatment = policy.treatment(call, given, relations, legal=legal)
    known = _is_planned(instance, facts, head.emergency_id)
    if treatment.does_nothing:
        return _row_facts(facts) | {"treatment": None} if known else None
    until = None if facts.promised_until is None else instant_text(facts.promised_until)
    duty = duty_groups(facts) if treatment.duty else []
    return _row_facts(facts) | {"treatment": asdict(treatment), "legal": legal, "until": until, "duty": duty}


def _row_facts(facts: TaskFacts) -> dict[str, Any]:
    """What the rows say of a task, and the case in memory does not."""
    taken = facts.state == "claimed"
    return {"token_id": facts.token_id, "priority": facts.priority, "groups": list(facts.groups), "taken": taken}


def _is_planned(instance: Instance, facts: TaskFacts, emergency_id: str) -> bool:
    task = instance.tree.index.get(facts.token_id)
    return task is not None and is_plannable(task) and emergency_id in plans_of(task).get("deltas", {})


def duty_groups(facts: TaskFacts) -> list[str]:
    """Who is on duty in the units to which a task is offered, or in the one that answers for its case."""
    named = [group.partition(":")[2] for group in facts.groups if group.startswith(("unit:", "head:"))]
    units = named or ([facts.unit_id] if facts.unit_id else [])
    return sorted({f"duty:{unit}" for unit in units})


def _require_call(work: Handling, replan_id: str, what: str) -> CallHead:
    head = store.find(work.unit, replan_id)
    if head is None:
        raise NotFoundError(f"Expected to {what}, but there is no such call.", replan_id=replan_id)
    return head


REPLANNING_HANDLERS: Mapping[type[Command], Any] = {
    ReplanCase: replan_case,
    RevertReplan: revert_replan,
    CollectReplanCases: collect_replan_cases,
    ClaimReplanCases: claim_replan_cases,
    SettleReplanCases: settle_replan_cases,
    NoteReplanFollowed: note_replan_followed,
    EndReplan: end_replan,
    ChangeReplanPolicy: change_replan_policy,
}
