"""What a batch may do, to whom, and which command does it to one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from workflow_engine.domain.commands import (
    AssignUserTask,
    CancelCase,
    Command,
    ResumeCase,
    RetryIncident,
    SuspendCase,
)
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.operation_commands import MigrateCase

Kind = Literal["case", "incident", "task"]
OPERATIONS = ("retry", "cancel", "suspend", "resume", "migrate", "assign")
SUBJECTS: Mapping[str, Kind] = {
    "retry": "incident", "cancel": "case", "suspend": "case", "resume": "case", "migrate": "case", "assign": "task",
}  # fmt: skip
SELECTORS: Mapping[Kind, frozenset[str]] = {
    "case": frozenset({"cases", "cause", "process_id", "definition_id", "state"}),
    "incident": frozenset({"incidents", "cause", "process_id", "definition_id"}),
    "task": frozenset({"tasks", "assignee", "definition_id", "element_id"}),
}
"""Which words a selection of such subjects may use."""
PARAMETERS: Mapping[str, frozenset[str]] = {
    "retry": frozenset({"variables"}), "cancel": frozenset(), "suspend": frozenset(), "resume": frozenset(),
    "migrate": frozenset({"definition_id", "mapping"}), "assign": frozenset({"assignee"}),
}  # fmt: skip
STATES: Mapping[str, tuple[str, ...]] = {
    "cancel": ("active", "suspended"), "suspend": ("active",), "resume": ("suspended",),
    "migrate": ("active", "suspended"),
}  # fmt: skip
"""In which states a case is to be touched at all."""
MOST_ITEMS = 20_000


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One of those to whom something is done."""

    position: int
    case_id: str
    subject: str | None = None


def require_sound(operation: str, selection: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Raise RejectedError for an operation, selection or parameters that cannot be meant."""
    if operation not in OPERATIONS:
        raise RejectedError(f"Expected a batch to be one of {', '.join(OPERATIONS)}, but got {operation[:40]!r}.")
    known = SELECTORS[SUBJECTS[operation]]
    if not selection or not known.issuperset(selection):
        raise RejectedError(f"Expected a selection by {', '.join(sorted(known))}, but got {sorted(selection)}.")
    if not PARAMETERS[operation].issuperset(parameters):
        wanted = ", ".join(sorted(PARAMETERS[operation])) or "nothing"
        raise RejectedError(f"Expected parameters of {operation}: {wanted}; but got {sorted(parameters)}.")
    if operation == "migrate" and not isinstance(parameters.get("definition_id"), str):
        raise RejectedError("Expected the definition_id to migrate to.")
    if operation == "assign" and not parameters.get("assignee"):
        raise RejectedError("Expected the person to assign the tasks to.")


def item_command_id(batch_id: str, position: int) -> str:
    """The same for an item however often it is tried: what was done once is answered, not done again."""
    return "batch-" + sha256(f"{batch_id}\x1f{position}".encode()).hexdigest()[:40]


def item_command(batch_id: str, operation: str, parameters: Mapping[str, Any], reason: str, item: BatchItem) -> Command:
    """The command that does the batch's operation to one item."""
    return _COMMANDS[operation](item_command_id(batch_id, item.position), item, parameters, reason)


def _retry(command_id: str, item: BatchItem, parameters: Mapping[str, Any], reason: str) -> Command:
    return RetryIncident(
        command_id=command_id, case_id=item.case_id, incident_no=int(item.subject or 0),
        variables=parameters.get("variables") or {}, reason=reason,
    )  # fmt: skip


def _migrate(command_id: str, item: BatchItem, parameters: Mapping[str, Any], reason: str) -> Command:
    return MigrateCase(
        command_id=command_id, case_id=item.case_id, definition_id=parameters["definition_id"],
        mapping=parameters.get("mapping") or {}, reason=reason,
    )  # fmt: skip


_COMMANDS: Mapping[str, Callable[[str, BatchItem, Mapping[str, Any], str], Command]] = {
    "retry": _retry,
    "cancel": lambda key, item, _given, why: CancelCase(command_id=key, case_id=item.case_id, reason=why),
    "suspend": lambda key, item, _given, why: SuspendCase(command_id=key, case_id=item.case_id, reason=why),
    "resume": lambda key, item, _given, why: ResumeCase(command_id=key, case_id=item.case_id, reason=why),
    "migrate": _migrate,
    "assign": lambda key, item, given, why: AssignUserTask(
        command_id=key, user_task_id=item.subject or "", assignee=given["assignee"], reason=why
    ),
}
