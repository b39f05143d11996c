"""Running work re-planned for emergencies, for programs."""

from __future__ import annotations

from web.api.operations import Ask, Tell
from workflow_engine import EndReplan, RevertReplan

REPLANNING: tuple[Ask | Tell, ...] = (
    Ask("list_replans", "/emergencies/{emergency_id}/replans", "cases:read", "replans.calls"),
    Ask("list_replanned_cases", "/emergencies/{emergency_id}/replanned-cases", "cases:read", "replans.cases"),
    Ask("list_task_plans", "/cases/{case_id}/task-plans", "cases:read", "replans.of_case"),
    Tell("end_replan", "/emergencies/{emergency_id}/replans/end", "cases:write", EndReplan),
    Tell(
        "revert_replan", "/cases/{case_id}/revert-replan", "cases:write", RevertReplan, settled=("replan_id", "tasks")
    ),
)
NOT_OFFERED = {
    "case.replan": "sent by workers",
    "replan.collect": "sent by workers",
    "replan.claim": "sent by workers",
    "replan.settle": "sent by workers",
    "replan.note_followed": "sent by workers",
    "replan.change_policy": "comes as a file, on the page of the table",
}
