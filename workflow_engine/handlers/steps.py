"""What acts are made of: the step a command takes in a case, and how tasks are named in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.bpmn import signing
from workflow_engine.bpmn.balloting import require_no_ballot
from workflow_engine.bpmn.run_context import Advance, RunContext
from workflow_engine.bpmn.runtime import Instance
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.events import Event


@dataclass(slots=True)
class Step:
    """What one command changes: an ``Advance`` of the runtime, or events that move rows only (``header`` None)."""

    events: list[Event]
    changed: list[TokenRow] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    header: dict[str, Any] | None = None
    state: str | None = None
    """None: the case stays in the state it is in."""

    def then(self, later: Step) -> Step:
        """Both, one after the other, as one."""
        changed = {row.slot: row for row in self.changed}
        removed = set(self.removed)
        for slot in later.removed:
            changed.pop(slot, None)
            removed.add(slot)
        for row in later.changed:
            changed[row.slot] = row
            removed.discard(row.slot)
        return Step(
            self.events + later.events,
            list(changed.values()),
            sorted(removed),
            later.header if later.header is not None else self.header,
            later.state or self.state,
        )


Act = Callable[[Instance, RunContext, Any, str], Step]
"""(instance, context, command, actor_id) → Step."""


def step_of(advance: Advance) -> Step:
    """The step that an advance of the runtime is."""
    state = None if advance.state == "active" else advance.state
    return Step(advance.events, advance.changed, advance.removed, advance.header, state)


def token_of(task_id: str) -> int:
    """The token number in a user task's or job's id. Raises NotFoundError for anything else."""
    number = task_id.rpartition(".")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFoundError(f"Expected the id of a task (case, dot, number), but got {task_id[:80]!r}.")
    return int(number)


def require_in_hand(instance: Instance, token_id: int) -> None:
    """Raise InvalidStateError for what changes no hands: a ballot, and a task that a delegate prepares for now."""
    token = instance.tree.index.get(token_id)
    if token is not None:
        require_no_ballot(token)
    delegated = None if token is None else token.internal_data.get("delegated")
    if delegated is not None:
        raise InvalidStateError(
            f"Expected user task {token_id} to be in its owner's hands, but {delegated[1]} prepares it for "
            f"{delegated[0]}: it has to be answered or taken back before."
        )


def element_of(instance: Instance, token_id: int) -> str:
    """The model's id of the node where this token is. Raises NotFoundError."""
    token = instance.tree.index.get(token_id) or signing.find_host(instance.tree, token_id)
    if token is None:
        raise NotFoundError(f"Expected a token {token_id} in case {instance.case_id}, but there is none.")
    return token.element_id
