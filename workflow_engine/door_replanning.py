"""Of the public door: running work re-planned for emergencies."""

from __future__ import annotations

from workflow_engine.bpmn.replan_policy import policy_of
from workflow_engine.domain.areas import Area
from workflow_engine.domain.replanning import KEEP, PUSH_BACK, ROMANS, SHORTEN, Call
from workflow_engine.domain.replanning_commands import ChangeReplanPolicy, EndReplan, RevertReplan
from workflow_engine.queries.replanning import (
    FailedCaseRow,
    Preview,
    PreviewLine,
    ReplannedCaseRow,
    ReplanRow,
    TaskPlanRow,
)
from workflow_engine.storage.replan_policies import PolicyVersion

ReplanCall = Call


def replan_table(content: str) -> tuple[list[str], list[str], list[tuple[str, list[str]]]]:
    """A table for re-planning to be read: what it asks, what it says, and (about, cells) of each row."""
    logic = policy_of(content).decision.node.logic
    asks, says = [one.label for one in logic.inputs], [one.label or one.name for one in logic.outputs]
    return asks, says, [(rule.description, [*rule.inputs, *rule.outputs]) for rule in logic.rules]


__all__ = [
    "KEEP",
    "PUSH_BACK",
    "ROMANS",
    "SHORTEN",
    "Area",
    "ChangeReplanPolicy",
    "EndReplan",
    "FailedCaseRow",
    "PolicyVersion",
    "Preview",
    "PreviewLine",
    "ReplanCall",
    "ReplanRow",
    "ReplannedCaseRow",
    "RevertReplan",
    "TaskPlanRow",
    "replan_table",
]
