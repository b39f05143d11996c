"""Stepping into running cases: tokens moved by hand, and cases put on another version of their process."""

from __future__ import annotations

from dataclasses import replace

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidStateError, RejectedError, StaleVersionError
from workflow_engine.domain.operation_commands import MigrateCase, ModifyCase
from workflow_engine.handlers.advancing import advance, require_running_case
from workflow_engine.handlers.handling import Handling
from workflow_engine.handlers.reaching import require_operator
from workflow_engine.storage import definitions as store
from workflow_engine.storage.cases import Case


def modify_case(work: Handling, command: ModifyCase) -> Receipt:
    """Move, add and withdraw tokens, and set variables, as planned."""
    case = _require_case(work, command, f"modify case {command.case_id}")
    if not command.instructions and not command.variables:
        raise RejectedError(f"Expected something to change in case {command.case_id}, but the plan is empty.")
    return advance(work, case, command)


def migrate_case(work: Handling, command: MigrateCase) -> Receipt:
    """Let the case go on in another released version of its process."""
    what = f"migrate case {command.case_id}"
    case = _require_case(work, command, what)
    bound = store.get_in_definition(work.unit, command.definition_id, case.process_id)
    head = store.find_head(work.unit, command.definition_id)
    if head is None or head.state != "released":
        state = "missing" if head is None else head.state
        raise InvalidStateError(f"Expected to {what} to a released version, but it is {state}.", state=state)
    return advance(work, case, replace(command, version=bound.version), {"version": bound.version})


def _require_case(work: Handling, command: ModifyCase | MigrateCase, what: str) -> Case:
    require_operator(work, command.case_id, what)
    if not command.reason.strip():
        raise RejectedError(f"Expected a reason to {what}.", field="reason")
    case = require_running_case(work, command.case_id, what)
    if command.case_version is not None and command.case_version != case.version:
        raise StaleVersionError(
            f"Expected to {what} as it stood at entry {command.case_version}, but it is at {case.version} by now: "
            "look at it again.",
            version=case.version,
        )
    return case
