"""The part of the public door that is about who gets a task; ``workflow_engine`` gives it out."""

from __future__ import annotations

from workflow_engine.domain.conflict_commands import DeclareCaseConflict, LiftCaseConflict
from workflow_engine.queries.assigning import ConflictRow

__all__ = ["ConflictRow", "DeclareCaseConflict", "LiftCaseConflict"]
