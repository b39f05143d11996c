"""What a run of a case is given, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow_engine.bpmn.asking import Asking
from workflow_engine.bpmn.definition import DefinitionSource
from workflow_engine.bpmn.token_rows import TokenRow
from workflow_engine.domain.events import Event

STEP_BUDGET = 20_000


@dataclass(slots=True)
class RunContext:
    """Everything a run may depend on besides the case: given with the command, never asked of the machine."""

    now: datetime
    seed: int
    source: DefinitionSource
    step_budget: int = STEP_BUDGET
    asking: Asking = field(default_factory=Asking)
    feel: Any = None
    """FEEL's own context, made from this one when first needed."""


@dataclass(slots=True)
class Advance:
    """What one command did: events in order, rows to write and to delete, the case's header and state."""

    events: list[Event]
    changed: list[TokenRow]
    removed: list[int]
    header: dict[str, Any]
    state: str


@dataclass(frozen=True, slots=True)
class OpenToken:
    """Where the case is."""

    token_id: int
    element_id: str
    element_kind: str
    scope_id: int | None
    state: int
