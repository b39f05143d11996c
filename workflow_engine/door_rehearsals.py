"""Of the public door: rehearsals of processes with simulated people."""

from __future__ import annotations

from workflow_engine.interchange.diagram_svg import Look as DiagramLook
from workflow_engine.interchange.diagram_svg import draw_diagram
from workflow_engine.interchange.rehearsal_report import report_file, report_parts
from workflow_engine.rehearsal.plan import PlanError
from workflow_engine.rehearsal_shelf import MOST_CASES as MOST_REHEARSED
from workflow_engine.rehearsal_shelf import Rehearsal, RehearsalShelf

__all__ = [
    "MOST_REHEARSED",
    "DiagramLook",
    "PlanError",
    "Rehearsal",
    "RehearsalShelf",
    "draw_diagram",
    "report_file",
    "report_parts",
]
