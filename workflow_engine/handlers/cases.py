"""Starting, withdrawing, pausing and mending cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflow_engine.bpmn.two_persons import signed_names
from workflow_engine.domain.commands import (
    CancelCase,
    ChangeVariables,
    Receipt,
    ResumeCase,
    RetryIncident,
    StartCase,
    SuspendCase,
)
from workflow_engine.domain.errors import InvalidStateError, NotFoundError, NotPermittedError
from workflow_engine.domain.permissions import require_permission
from workflow_engine.domain.starting import is_starter
from workflow_engine.handlers.advancing import (
    advance,
    begin,
    owning_unit,
    require_case,
    require_running_case,
    require_unended_case,
)
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.reaching import require_operator
from workflow_engine.storage import definitions as store
from workflow_engine.storage.cases import Case
from workflow_engine.storage.definitions import BoundProcess

EXERCISE = "exercise"
"""A case that starts with this variable true is an exercise, kept apart from real ones everywhere."""


def start_case(work: Handling, command: StartCase) -> Receipt:
    """Start a case of the newest released version, or of the one named."""
    bound = require_released(work, command.process_id, command.version)
    unit_id = command.unit_id or owning_unit(work, bound)
    what = f"start process {command.process_id!r}"
    require_permission(work.actor, "case.start", what, unit_id, command.process_id)
    starters = work.parts.library.get(work.unit, bound.definition_id).process(bound.process_id).starters
    if not is_starter(work.actor, starters):
        raise NotPermittedError(f"Expected to {what}, but its model lets only {', '.join(starters)} start it.")
    return begin(
        work,
        command.case_id,
        bound,
        command,
        unit_id=unit_id,
        business_key=command.business_key,
        title=command.title,
        exercise=command.variables.get(EXERCISE) is True,
    )


def require_released(work: Handling, process_id: str, version: int | None) -> BoundProcess:
    """The version to start. Raises NotFoundError or InvalidStateError."""
    if version is None:
        latest = store.find_latest(work.unit, process_id)
        if latest is None:
            raise NotFoundError(
                f"Expected to start process {process_id!r}, but no released version of it exists.",
                process_id=process_id,
            )
        return latest
    found = store.find_version(work.unit, process_id, version)
    if found is None:
        raise NotFoundError(f"Expected to start version {version} of process {process_id!r}, but there is none.")
    bound, state = found
    if state != "released":
        raise InvalidStateError(
            f"Expected to start version {version} of process {process_id!r}, but it is {state}, not released.",
            state=state,
        )
    return bound


def cancel_case(work: Handling, command: CancelCase) -> Receipt:
    """End the case and everything open in it."""
    what = f"cancel case {command.case_id}"
    require_operator(work, command.case_id, what)
    case = require_unended_case(work, command.case_id, what)
    return advance(work, case, command)


def suspend_case(work: Handling, command: SuspendCase) -> Receipt:
    """Let the case stand still: no task, timer, message or job moves it."""
    what = f"suspend case {command.case_id}"
    require_operator(work, command.case_id, what)
    case = require_running_case(work, command.case_id, what)
    return advance(work, case, command)


def resume_case(work: Handling, command: ResumeCase) -> Receipt:
    """Let a suspended case go on."""
    what = f"resume case {command.case_id}"
    require_operator(work, command.case_id, what)
    case = require_case(work, command.case_id, what)
    if case.state != "suspended":
        raise InvalidStateError(f"Expected to {what}, but it is {case.state}, not suspended.", state=case.state)
    receipt = advance(work, case, command)
    work.outgoing = True
    return receipt


def change_variables(work: Handling, command: ChangeVariables) -> Receipt:
    """Set variables of the case from outside the flow."""
    what = f"change variables of case {command.case_id}"
    require_operator(work, command.case_id, what)
    case = require_running_case(work, command.case_id, what)
    _require_unsigned(work, case, command.variables, what)
    return advance(work, case, command)


def retry_incident(work: Handling, command: RetryIncident) -> Receipt:
    """Run the faulted element of an open incident again."""
    what = f"retry incident {command.incident_no} of case {command.case_id}"
    require_operator(work, command.case_id, what)
    case = require_running_case(work, command.case_id, what)
    _require_unsigned(work, case, command.variables, what)
    return advance(work, case, command)


def _require_unsigned(work: Handling, case: Case, variables: Mapping[str, Any], what: str) -> None:
    """Who did a task is never typed: a two-person rule of the model relies on it. Raises NotPermittedError."""
    if not variables:
        return
    forged = signed_names(work.parts.library.get(work.unit, case.definition_id)) & variables.keys()
    if forged:
        raise NotPermittedError(f"Expected to {what}, but {', '.join(sorted(forged))} says who did a task.")
