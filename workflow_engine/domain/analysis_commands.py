"""What auditors do beside looking: draw a sample for inspection, ask a department. And how paths are read."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command

KINDS = ("any", "overdue", "returned")
"""Which cases a sample may be drawn from: all, those with something done late, those that came back to a step."""
MOST_DRAWN = 500
QUESTION_PROCESS = "inspection_question"
"""The process whose cases are questions to departments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPaths(Command):
    """Read what was recorded of these cases since they were read last into the rows that analysis walks."""

    NAME = "paths.read"
    case_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawSample(Command):
    """Draw cases at random among those of a process that ended in a span of time."""

    NAME = "sample.draw"
    FOR_READERS = True
    sample_id: str
    process_id: str
    since: str
    until: str
    size: int
    kind: str = "any"
    unit: str | None = None
    """Only cases in which this group had work."""
    definition_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDepartment(Command):
    """Put a question about a case to a group; it is a task of theirs, and the answer stays on the record."""

    NAME = "question.ask"
    FOR_READERS = True
    PRIVATE = ("question",)
    question_case_id: str
    about_case_id: str
    group_id: str
    question: str
    days: int = 5
