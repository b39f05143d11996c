"""Whether a case stands as a scenario expects; each thing that does not hold becomes one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from workflow_engine.domain.errors import EngineError
from workflow_engine.domain.timing import parse_instant
from workflow_engine.domain.variables import same_json
from workflow_engine.feel import EvaluationContext, compile_expression, to_json
from workflow_engine.queries.rows import CaseDetail, InboxRow


def unmet(expected: Mapping[str, Any], case: CaseDetail, now: datetime) -> list[str]:
    """Everything in ``expected`` that does not hold for the case."""
    return [text for name, value in expected.items() for text in _CHECKS[name](value, case, now)]


def _state(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    if case.case.state != value:
        yield f"expected the case to be {value}, but it is {case.case.state}"


def _title(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    if case.case.title != value:
        yield f"expected the title {value!r}, but it is {case.case.title!r}"


def _exercise(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    if case.case.exercise is not value:
        yield f"expected exercise to be {value}, but it is {case.case.exercise}"


def _open(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    """Exactly these user tasks are open: a list of elements, or an object of element to number."""
    found = Counter(task.element_id for task in _open_tasks(case))
    wanted = Counter(value)
    if found != wanted:
        yield f"expected open tasks {_listed(wanted)}, but they are {_listed(found)}"


def _waiting(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    """At least these elements hold a token."""
    missing = sorted(set(value) - set(case.open_elements))
    if missing:
        yield f"expected tokens at {', '.join(missing)}, but they are at {', '.join(sorted(set(case.open_elements)))}"


def _passed(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    missing = [element for element in value if element not in case.completed_elements]
    if missing:
        yield f"expected the case to have been through {', '.join(missing)}, but it has not"


def _not_passed(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    found = [element for element in value if element in case.completed_elements]
    if found:
        yield f"expected the case not to have been through {', '.join(found)}, but it has"


def _offered(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    for element, groups in value.items():
        found = {group for task in _open_tasks(case) if task.element_id == element for group in task.candidate_groups}
        if found != set(groups):
            yield f"expected {element} to be offered to {', '.join(groups)}, but it is to {', '.join(sorted(found))}"


def _due(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    for element, instant in value.items():
        found = [task.due_at for task in _open_tasks(case) if task.element_id == element]
        yield from _instants(f"{element} to be due", instant, found)


def _timers(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    """These timers wait for these instants; null: no such timer waits."""
    for element, instant in value.items():
        found = [timer.due_at for timer in case.timers if timer.element_id == element and timer.state == "scheduled"]
        yield from _instants(f"timer {element} to wait", instant, found)


def _incidents(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    found = [incident for incident in case.incidents if incident.state == "open"]
    if len(found) != value:
        told = "; ".join(f"{incident.element_id}: {incident.message}" for incident in found)
        yield f"expected {value} open incidents, but there are {len(found)}: {told}"


def _variables(value: Any, case: CaseDetail, now: datetime) -> Iterator[str]:
    """FEEL over the case's variables to the value it must give."""
    context = EvaluationContext(now=now)
    for expression, wanted in value.items():
        try:
            found = to_json(compile_expression(expression).evaluate(case.variables, context))
        except EngineError as error:
            yield f"expected {expression} to be {wanted!r}, but {error}"
            continue
        if not same_json(found, wanted):
            yield f"expected {expression} to be {wanted!r}, but it is {found!r}"


def _instants(what: str, wanted: str | None, found: Iterable[datetime | None]) -> Iterator[str]:
    instants = [instant for instant in found if instant is not None]
    if wanted is None:
        if instants:
            yield f"expected {what} for nothing, but it is {instants[0].isoformat()}"
    elif parse_instant(wanted) not in instants:
        told = ", ".join(instant.isoformat() for instant in instants) or "nothing"
        yield f"expected {what} {wanted}, but it is {told}"


def _open_tasks(case: CaseDetail) -> list[InboxRow]:
    return [task for task in case.user_tasks if task.state in ("ready", "claimed")]


def _listed(count: Counter[str]) -> str:
    return ", ".join(f"{name} x{n}" if n > 1 else name for name, n in sorted(count.items())) or "none"


_CHECKS: dict[str, Callable[[Any, CaseDetail, datetime], Iterator[str]]] = {
    "state": _state,
    "title": _title,
    "exercise": _exercise,
    "open": _open,
    "waiting": _waiting,
    "passed": _passed,
    "not_passed": _not_passed,
    "offered": _offered,
    "due": _due,
    "timers": _timers,
    "incidents": _incidents,
    "variables": _variables,
}
