"""What questions about many cases are answered with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.path_rules import Deviation
from workflow_engine.domain.paths import SPANS


@dataclass(frozen=True, slots=True)
class AnalysisScope:
    """Which work is looked at: of one process, what was left from ``since`` on and before ``until``."""

    process_id: str
    since: datetime
    until: datetime
    definition_id: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One element, or one element in one department."""

    element_id: str
    unit: str | None
    count: int
    """Visits that ended in the time, cancelled ones among them."""
    cancelled: int
    seconds: int
    """Sum of their durations."""
    waited: int
    """Sum of the time in which nobody had taken them."""
    longest: int
    overdue: int
    returned: int
    spans: tuple[int, ...] = field(default=())
    """How many lasted up to each of ``SPANS``, the last class open."""
    open_now: int = 0
    open_overdue: int = 0

    @property
    def mean_seconds(self) -> float:
        """Average duration."""
        return self.seconds / self.count if self.count else 0.0

    @property
    def mean_waited(self) -> float:
        """Average time until somebody took it."""
        return self.waited / self.count if self.count else 0.0

    def within(self, share: float) -> int | None:
        """The end of the class (seconds) within which this share of visits ended; None beyond the last class."""
        wanted, so_far = share * sum(self.spans), 0
        for number, count in enumerate(self.spans):
            so_far += count
            if so_far >= wanted:
                return SPANS[number] if number < len(SPANS) else None
        return None


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One way through the process, and how it differs from the usual one and from what the model draws."""

    variant: str
    count: int
    share: float
    steps: Sequence[str]
    example: str
    """A case that went this way, the newest."""
    usual: Deviation
    model: Deviation


@dataclass(frozen=True, slots=True)
class Variants:
    """The ways of ended cases, the most frequent first. ``others`` counts cases of further, rarer ways."""

    items: Sequence[VariantRow]
    total: int
    others: int
    more_ways: int


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit, for the way from a figure to its cases."""

    case_id: str
    title: str | None
    element_id: str
    unit: str
    done_by: str | None
    entered_at: datetime
    claimed_at: datetime | None
    due_at: datetime | None
    left_at: datetime | None
    seconds: int
    overdue: bool
    returned: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class SampleRow:
    """A sample that was drawn."""

    sample_id: str
    process_id: str
    drawn_at: datetime
    drawn_by: str
    seed: str
    criteria: Mapping[str, Any]
    population: int
    population_digest: str
    cases: Sequence[str]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question to a department, with its answer when there is one."""

    case_id: str
    about_case_id: str | None
    title: str | None
    asked_by: str
    asked_at: datetime
    state: str
    group_id: str | None
    question: str | None
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None
    due_at: datetime | None
