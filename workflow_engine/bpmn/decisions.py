"""Decisions of DMN 1.1 to 1.5: read and checked at upload, stored as JSON, evaluated on a case's variables.

grade, = parse_decisions(xml)
evaluate(grade, {"deaths": 3}).outputs   # "I"
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.bpmn.decision_checks import check_file
from workflow_engine.bpmn.decision_linking import link
from workflow_engine.bpmn.decision_model import DecisionFile, DecisionNode, Table
from workflow_engine.bpmn.decision_program import Program
from workflow_engine.bpmn.decision_state import DecisionState, TableTrace
from workflow_engine.bpmn.decision_xml import read_file
from workflow_engine.domain.errors import DecisionError, DefinitionError, Problem
from workflow_engine.feel import EvaluationContext, FeelLimitError, to_json
from workflow_engine.feel.runtime import NO_CONTEXT

__all__ = ["Decision", "DecisionResult", "Decisions", "evaluate", "parse_decisions", "read_decisions"]


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """What a decision said, as JSON.

    ``outputs``: a plain value for one output, an object for several, a list where the hit policy gives many.
    ``matched_rules``: numbers of the rows from 1; ``inputs``: what was tested, by column label (both empty for a
    decision that is no table). ``tables`` holds the same for every table on the way, required decisions included.
    """

    decision_id: str
    outputs: Any
    matched_rules: tuple[int, ...]
    inputs: dict[str, Any]
    hit_policy: str
    tables: tuple[TableTrace, ...]


class Decisions:
    """All decisions of one file, compiled once."""

    def __init__(self, file: DecisionFile) -> None:
        self.file = file
        self.program = Program(file)

    def to_json(self) -> dict[str, Any]:
        """JSON form of the whole file; see ``from_json``."""
        return self.file.to_json()

    @classmethod
    def from_json(cls, data: Any) -> Decisions:
        """Read what ``to_json`` wrote."""
        return cls(DecisionFile.from_json(data))

    def __iter__(self) -> Any:
        return (Decision(self, node) for node in self.file.decisions)

    def find(self, name: str) -> Decision | None:
        """Return the decision with this id or name."""
        for node in self.file.decisions:
            if name in (node.node_id, node.name):
                return Decision(self, node)
        return None

    def call_service(
        self, name: str, variables: Mapping[str, Any], context: EvaluationContext | None = None, *,
        allow_no_match: bool = False,
    ) -> Any:  # fmt: skip
        """Run a decision service; raises ``DecisionError``."""
        service = self.program.find_service(name)
        if service is None:
            raise DecisionError(f"Expected a decision service {name!r}, but there is none")
        state = DecisionState(dict(variables), context or NO_CONTEXT, allow_no_match)
        return to_json(self.program.run_service(service, state))


class Decision:
    """One decision of a file: a table or any other logic."""

    __slots__ = ("_decisions", "_node")

    def __init__(self, decisions: Decisions, node: DecisionNode) -> None:
        self._decisions = decisions
        self._node = node

    @property
    def decision_id(self) -> str:
        """The id in the file."""
        return self._node.node_id

    @property
    def name(self) -> str:
        """The name in the file."""
        return self._node.name

    @property
    def title(self) -> str:
        """The name as drawn, which may be longer than the variable's."""
        return self._node.title or self._node.name

    @property
    def hit_policy(self) -> str:
        """The table's hit policy with its aggregation; empty for a decision that is no table."""
        logic = self._node.logic
        return f"{logic.hit_policy} {logic.aggregation}".strip() if isinstance(logic, Table) else ""

    @property
    def node(self) -> DecisionNode:
        """The record of the decision, for those who show or check it."""
        return self._node

    @property
    def owner(self) -> Decisions:
        """The file that the decision belongs to."""
        return self._decisions

    def to_json(self) -> dict[str, Any]:
        """JSON form, complete with everything the decision requires."""
        return {"decision_id": self.decision_id, "file": self._decisions.to_json()}

    @classmethod
    def from_json(cls, data: Any) -> Decision:
        """Read what ``to_json`` wrote; raises ``DecisionError`` when the decision is not in it."""
        found = Decisions.from_json(data["file"]).find(data["decision_id"])
        if found is None:
            raise DecisionError(f"Expected a decision {data['decision_id']!r} in the stored file, but there is none")
        return found

    def run(self, state: DecisionState) -> Any:
        """Return the FEEL value of the decision in a state of the caller's."""
        return self._decisions.program.decide(self._node.node_id, state)

    def __repr__(self) -> str:
        return f"Decision({self.decision_id!r})"


def evaluate(
    decision: Decision,
    variables: Mapping[str, Any],
    context: EvaluationContext | None = None,
    *,
    allow_no_match: bool = False,
) -> DecisionResult:
    """Evaluate a decision on JSON variables, required decisions of the same file first.

    Raises ``DecisionError`` when no rule matches (unless ``allow_no_match``: null then; COLLECT, RULE ORDER and OUTPUT
    ORDER give an empty list), when a hit policy is broken, or when an input has the wrong type; ``ExpressionError``
    when a cell needs more steps or memory than the context allows.
    """
    state = DecisionState(dict(variables), context or NO_CONTEXT, allow_no_match)
    try:
        value = decision.run(state)
    except (RecursionError, MemoryError) as error:
        raise FeelLimitError("Expected a decision that is nested less deeply") from error
    own = next((trace for trace in reversed(state.trace) if trace.decision_id == decision.decision_id), None)
    if own is None or not isinstance(decision.node.logic, Table):
        own = TableTrace(decision.decision_id, decision.hit_policy, {}, ())
    return DecisionResult(
        decision.decision_id, to_json(value), own.matched_rules, own.inputs, own.hit_policy, tuple(state.trace)
    )


def read_decisions(
    xml: bytes, others: Mapping[str, bytes] | None = None, *, checks: bool = True
) -> tuple[Decisions, list[Problem]]:
    """Read a DMN file and return it with everything found, errors included; raises only when it is not DMN.

    ``others`` are the files deployed together with it, by name: imports are looked up there. Without ``checks`` only
    what keeps a file from being read is told, not what its tables would do.
    """
    file, problems = read_file(xml)
    file = link(file, others or {}, problems)
    decisions = Decisions(file)
    problems += decisions.program.problems
    if not file.decisions and not file.knowledge and not file.types:
        problems.append(Problem("no_decision", "error", "Expected at least one decision.", "Add a decision."))
    if checks:
        problems += check_file(file, decisions.program.types)
    return decisions, problems


def parse_decisions(xml: bytes) -> tuple[Decision, ...]:
    """Read a DMN file to run it, not to deploy it; raises ``DefinitionError`` with every reason why it cannot run.

    Tables that would break their hit policy for some input are accepted: evaluating them raises then.
    """
    decisions, problems = read_decisions(xml, checks=False)
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        count = f"{len(errors)} problem{'s' if len(errors) > 1 else ''}"
        raise DefinitionError(f"The decision file has {count}: {errors[0].message}", problems)
    return tuple(decisions)
