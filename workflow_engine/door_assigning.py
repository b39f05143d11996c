"""The part of the public door about who gets a task and what processes cover; ``workflow_engine`` gives it out."""

from __future__ import annotations

from workflow_engine.domain.conflict_commands import DeclareCaseConflict, LiftCaseConflict
from workflow_engine.domain.coverage import AXES, PAIRS
from workflow_engine.domain.coverage import REQUIRED as REQUIRED_PAIRS
from workflow_engine.domain.coverage import Entry as CoverageEntry
from workflow_engine.domain.coverage import cells as coverage_cells
from workflow_engine.domain.coverage import gaps as coverage_gaps
from workflow_engine.queries.assigning import ConflictRow
from workflow_engine.queries.coverage import CoveredBy

__all__ = [
    "AXES",
    "PAIRS",
    "REQUIRED_PAIRS",
    "ConflictRow",
    "CoverageEntry",
    "CoveredBy",
    "DeclareCaseConflict",
    "LiftCaseConflict",
    "coverage_cells",
    "coverage_gaps",
]
