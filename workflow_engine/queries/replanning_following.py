"""What a worker asks that follows calls in force: in which cases tasks began that an emergency wants planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflow_engine.bpmn.replan_policy import Policy, delivered, policy_of
from workflow_engine.domain.replanning import TaskFacts
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage import replan_policies
from workflow_engine.storage import replanning as store
from workflow_engine.storage import replanning_following as following
from workflow_engine.storage.replanning_following import InForce, Known


@dataclass(frozen=True, slots=True)
class Begun:
    """What a call in force has to look at next."""

    replan_id: str
    followed: int
    """How far that is known to have been done."""
    upto: int
    cases: tuple[tuple[str, int], ...]
    """Each with the entry of its chain at which it is looked at."""


def begun(snapshot: Snapshot, reached: Mapping[str, int], most: int) -> list[Begun]:
    """The next page of the log, for each call in force; ``reached``: what the asker has looked at since.

    Four statements, and one for each table in force, however many calls and cases there are.
    """
    unit = snapshot.unit
    calls = following.in_force(unit)
    if not calls:
        return []
    at = {call.replan_id: max(call.followed, reached.get(call.replan_id, 0)) for call in calls}
    page = following.growth(unit, min(at.values()), most)
    if not page:
        return []
    grown = {entry.case_id: entry for entry in page if entry.exercise is not None}
    tasks = store.tasks_of(unit, list(grown)) if grown else []
    known = following.known(unit, sorted({task.case_id for task in tasks}))
    policies = {
        version: policy_of(replan_policies.content(unit, version) or delivered())
        for version in ({call.policy for call in calls} if tasks else ())
    }
    upto = page[-1].log_index + 1
    found = []
    for call in calls:
        cases = {
            task.case_id: grown[task.case_id].seq
            for task in tasks
            if grown[task.case_id].log_index >= at[call.replan_id] and _concerns(call, task, known, policies)
        }
        found.append(Begun(call.replan_id, call.followed, max(upto, at[call.replan_id]), tuple(cases.items())))
    return found


def _concerns(call: InForce, task: TaskFacts, known: Known, policies: Mapping[int, Policy]) -> bool:
    """Whether the table may want something of it; whether its deadline is one of the law only its case can tell."""
    if task.exercise != call.exercise or (call.emergency_id, task.case_id) in known.taken_out:
        return False
    key = f"{task.case_id}.{task.token_id}"
    if (call.emergency_id, key) in known.planned:
        return False
    relations = task.relations(call.call, call.emergency_id, call.called_at)
    if any(planned == key for _, planned in known.planned):
        # Its row does not say which priority the model gave; its case does.
        return bool(relations)
    policy = policies[call.policy]
    return any(
        not policy.treatment(call.call, task, relations, legal=legal).does_nothing for legal in (False, True)
    )  # fmt: skip
