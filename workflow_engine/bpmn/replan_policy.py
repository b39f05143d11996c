"""The city's table for re-planning in emergencies: how a task that a response touches is treated.

``replan.dmn`` beside this file is what the product is delivered with. Tables are compiled once; the same question to
the same table is answered from memory, because thousands of tasks ask few different ones.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

from workflow_engine.bpmn.decision_model import Table
from workflow_engine.bpmn.decisions import Decision, evaluate, read_decisions
from workflow_engine.domain.durations import TimingError, parse_duration
from workflow_engine.domain.errors import DecisionError, DefinitionError, Problem
from workflow_engine.domain.lanes import EMERGENCY
from workflow_engine.domain.replanning import KINDS, RELATIONS, Call, TaskFacts, Treatment

DECISION = "replan"
LONGEST_WORDS = 300
_MOST_SECONDS = 90 * 86_400
_DAY = 86_400


def delivered() -> str:
    """The table that the product brings."""
    return files("workflow_engine.bpmn").joinpath("replan.dmn").read_text(encoding="utf-8")


class Policy:
    """One version of the table."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        self._answers: dict[tuple[Any, ...], Treatment] = {}

    @property
    def decision(self) -> Decision:
        """For whoever shows it."""
        return self._decision

    def treatment(self, call: Call, task: TaskFacts, relations: list[str], *, legal: bool) -> Treatment:
        """How a task is treated: by its closest relation for which the table says anything.

        Raises:
            DecisionError: the table has no answer, or one that is none.
        """
        for relation in relations:
            found = self._ask(call, task, relation, legal)
            if not found.does_nothing:
                return found
        return Treatment()

    def _ask(self, call: Call, task: TaskFacts, relation: str, legal: bool) -> Treatment:
        key = (call.direction, call.rank, call.hazard, relation, task.process_id, task.lane, task.category, task.tier,
               legal, task.priority)  # fmt: skip
        if (known := self._answers.get(key)) is None:
            known = self._answers[key] = treatment_of(self._decision, context_of(call, task, relation, legal=legal))
        return known


def context_of(call: Call, task: TaskFacts, relation: str, *, legal: bool) -> dict[str, Any]:
    """The names that cells of the table may use."""
    return {
        "call": {"direction": call.direction, "rank": call.rank, "hazard": call.hazard},
        "task": {
            "relation": relation, "process": task.process_id, "emergency": task.lane == EMERGENCY,
            "category": task.category, "tier": task.tier, "legal": legal, "priority": task.priority,
        },
    }  # fmt: skip


def treatment_of(decision: Decision, context: dict[str, Any]) -> Treatment:
    """What the table answers. Raises DecisionError."""
    result = evaluate(decision, context)
    said = result.outputs
    if not isinstance(said, dict):
        raise DecisionError("Expected the table for re-planning to give one row.")
    rule = result.matched_rules[0] if result.matched_rules else 0
    try:
        return Treatment(
            deadline=_word(said.get("deadline")), percent=_number(said.get("percent"), 100, 1, 100),
            seconds=_seconds(said.get("by")), priority=_number(said.get("priority"), 0, -100, 100),
            duty=said.get("duty") is True, words=str(said.get("words") or "")[:LONGEST_WORDS], rule=rule,
        )  # fmt: skip
    except (TimingError, ValueError) as error:
        raise DecisionError(f"Row {rule} of the table for re-planning: {error}") from error


@lru_cache(maxsize=8)
def policy_of(content: str) -> Policy:
    """A table that was let in before, compiled."""
    decision, problems = _read(content)
    if decision is None:
        raise DefinitionError(f"Expected a table for re-planning, but {problems[0].message}", problems)
    return Policy(decision)


def table_cells(content: str) -> tuple[list[str], list[str], list[tuple[str, list[str]]]]:
    """A table to be read by people: what it asks, what it says, and (about, cells) of each row."""
    logic = policy_of(content).decision.node.logic
    if not isinstance(logic, Table):
        return [], [], []
    asks, says = [one.label or one.text for one in logic.inputs], [one.label or one.name for one in logic.outputs]
    return asks, says, [(rule.note, [*rule.tests, *rule.results]) for rule in logic.rules]


def check_policy(content: str) -> list[Problem]:
    """Everything that keeps a table from being put in force; empty when it may be."""
    decision, problems = _read(content)
    if decision is None:
        return problems
    logic = decision.node.logic
    if not isinstance(logic, Table) or logic.hit_policy not in ("FIRST", "UNIQUE"):
        return [_problem("Expected the decision 'replan' to be a table with the hit policy FIRST or UNIQUE.")]
    try:
        # Whatever a city adds later, a task that nothing is known of has to get an answer: the catch-all row.
        for relation in RELATIONS:
            context = {
                "call": {"direction": "unheard-of", "rank": 4, "hazard": "unheard-of"},
                "task": {"relation": relation, "process": "unheard-of", "emergency": False, "category": None,
                         "tier": None, "legal": False, "priority": 50},
            }  # fmt: skip
            treatment_of(decision, context)
    except DecisionError as error:
        return [_problem(f"Expected a last row that holds for every task: {error}")]
    return []


def _read(content: str) -> tuple[Decision | None, list[Problem]]:
    try:
        decisions, problems = read_decisions(content.encode(), checks=False)
    except DefinitionError as error:
        return None, list(error.problems) or [_problem(str(error))]
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors:
        return None, errors
    found = decisions.find(DECISION)
    return found, [] if found else [_problem("Expected a decision with the id 'replan'.")]


def _problem(message: str) -> Problem:
    return Problem("replan_policy", "error", message, "See the table that the product is delivered with.")


def _word(value: Any) -> str:
    if value not in KINDS:
        raise ValueError(f"expected deadline to be one of {', '.join(KINDS)}, but it is {value!r}")
    return str(value)


def _number(value: Any, otherwise: int, low: int, high: int) -> int:
    if value is None:
        return otherwise
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"expected a number from {low} to {high}, but got {value!r}")
    return int(value)


def _seconds(value: Any) -> int:
    if not value:
        return 0
    duration = parse_duration(str(value))
    seconds = duration.time.total_seconds() + duration.months * 30 * _DAY
    if not 0 <= seconds <= _MOST_SECONDS:
        raise ValueError(f"expected a duration of at most 90 days, but got {value!r}")
    return int(seconds)
