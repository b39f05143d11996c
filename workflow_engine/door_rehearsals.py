"""Of the public door: rehearsals of processes with simulated people."""

from __future__ import annotations

from workflow_engine.interchange.diagram_svg import Look as DiagramLook
from workflow_engine.interchange.diagram_svg import draw_diagram
from workflow_engine.interchange.rehearsal_report import report_file, report_parts

__all__ = ["DiagramLook", "draw_diagram", "report_file", "report_parts"]
