"""Of the public door: running work re-planned for emergencies, and what goes first."""

from __future__ import annotations

from workflow_engine.bpmn.replan_policy import table_cells
from workflow_engine.domain.areas import Area
from workflow_engine.domain.lanes import EMERGENCY, ORDINARY, in_lane
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
replan_table = table_cells

__all__ = [
    "EMERGENCY",
    "KEEP",
    "ORDINARY",
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
    "in_lane",
    "replan_table",
]
