"""What a decision sees and leaves behind while it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workflow_engine.feel.runtime import EvaluationContext, State


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One evaluation of one table: its decision's id, hit policy, inputs by label, numbers of matching rules from 1."""

    decision_id: str
    hit_policy: str
    inputs: dict[str, Any]
    matched_rules: tuple[int, ...]


class DecisionState(State):
    """A FEEL state that also keeps the traces and the results of required decisions."""

    __slots__ = ("allow_no_match", "done", "imported", "results", "trace")

    def __init__(self, variables: dict[str, Any], context: EvaluationContext, allow_no_match: bool) -> None:
        super().__init__(variables, context, False)
        self.results = variables
        self.allow_no_match = allow_no_match
        self.trace: list[TableTrace] = []
        self.done: set[str] = set()
        self.imported: dict[tuple[str, str], DecisionState] = {}
