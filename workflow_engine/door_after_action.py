"""Of the public door: an emergency told again, its figures and its findings."""

from __future__ import annotations

from workflow_engine.domain.after_action import KeyFigures, LateTask, Share, key_figures, late_tasks
from workflow_engine.domain.emergency_marks import Mark, Reign
from workflow_engine.domain.finding_commands import AddFinding
from workflow_engine.queries.findings import FindingFigures, FindingRow
from workflow_engine.retelling_emergency import Film, Frame

__all__ = [
    "AddFinding",
    "Film",
    "FindingFigures",
    "FindingRow",
    "Frame",
    "KeyFigures",
    "LateTask",
    "Mark",
    "Reign",
    "Share",
    "key_figures",
    "late_tasks",
]
