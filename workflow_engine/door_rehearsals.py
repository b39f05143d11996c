"""Of the public door: rehearsals of processes with simulated people."""

from __future__ import annotations

from workflow_engine.domain.rehearsal_commands import CancelRehearsal, RemoveRehearsal
from workflow_engine.domain.rehearsals import AGAINST as REHEARSED_AGAINST
from workflow_engine.domain.rehearsals import MOST_CASES as MOST_REHEARSED
from workflow_engine.domain.rehearsals import PLAN as REHEARSED_PLAN
from workflow_engine.interchange.diagram_svg import Look as DiagramLook
from workflow_engine.interchange.diagram_svg import draw_diagram
from workflow_engine.interchange.rehearsal_report import report_file, report_parts
from workflow_engine.queries.rehearsals import RehearsalRow, RehearsalStory
from workflow_engine.rehearsal.contrasting import contrasted
from workflow_engine.rehearsal.guessing import guessed_plan
from workflow_engine.rehearsal.plan import PlanError
from workflow_engine.rehearsal_playing import Progress as RehearsalProgress
from workflow_engine.rehearsal_playing import RehearsalPlayer

__all__ = [
    "MOST_REHEARSED",
    "REHEARSED_AGAINST",
    "REHEARSED_PLAN",
    "CancelRehearsal",
    "DiagramLook",
    "PlanError",
    "RehearsalPlayer",
    "RehearsalProgress",
    "RehearsalRow",
    "RehearsalStory",
    "RemoveRehearsal",
    "contrasted",
    "draw_diagram",
    "guessed_plan",
    "report_file",
    "report_parts",
]
