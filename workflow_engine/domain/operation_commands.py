"""What administrators do to running cases: move tokens, migrate to another version, and both to many cases at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.commands import CaseCommand, Command, Variables

Instruction = Mapping[str, Any]
"""``{"do": "move", "token_id": 7, "element_id": "B"}``, ``{"do": "add", "element_id": "B", "scope_id": 4}`` (without
``scope_id``: the only running scope that holds the element), or ``{"do": "cancel", "token_id": 7}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyCase(CaseCommand):
    """Move, add and withdraw tokens of a running case by hand, and set variables, all in one step."""

    NAME = "case.modify"
    PRIVATE = ("reason", "variables")
    instructions: tuple[Instruction, ...] = ()
    """Done in their order; whatever runs on by itself does so after the last of them."""
    variables: Variables = field(default_factory=dict)
    scope_id: int | None = None
    """Where the variables are set: as for ``ChangeVariables``."""
    reason: str
    case_version: int | None = None
    """What the plan was made on: refused when the case has moved on since. None: whatever it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateCase(CaseCommand):
    """Let a running case go on in another version of its process."""

    NAME = "case.migrate"
    PRIVATE = ("reason",)
    definition_id: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Element of the old version to element of the new one, where they differ."""
    reason: str
    case_version: int | None = None
    version: int | None = None
    """Number of that version, for the record; the engine settles it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCommand(Command):
    """A command to one batch."""

    batch_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBatch(BatchCommand):
    """Do the same thing to many cases, incidents or tasks, one after the other, in the background.

    ``selection`` says whom it is done to; it is resolved once, now. ``parameters`` belong to the operation.
    """

    NAME = "batch.create"
    PRIVATE = ("reason", "parameters")
    operation: str
    selection: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reason: str
    expected_count: int | None = None
    """How many the preview showed; refused when there are others by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseBatch(BatchCommand):
    """Begin nothing more of the batch until it goes on."""

    NAME = "batch.pause"
    PRIVATE = ("reason",)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueBatch(BatchCommand):
    """Let a paused batch go on."""

    NAME = "batch.continue"
    PRIVATE = ("reason",)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBatch(BatchCommand):
    """Leave undone what the batch has not done yet."""

    NAME = "batch.stop"
    PRIVATE = ("reason",)
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimBatchItems(Command):
    """Take the next items of a running batch for the length of a lease (sent by workers)."""

    NAME = "batch.claim"
    worker_id: str
    lease_seconds: int = 60
    most: int = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleBatchItems(BatchCommand):
    """Note what became of claimed items (sent by workers); the last one finishes the batch."""

    NAME = "batch.settle"
    PRIVATE = ("outcomes",)
    fence: int
    outcomes: tuple[Mapping[str, Any], ...]
    """``{"position": 3, "state": "done"}`` or ``{…, "state": "failed", "code": …, "message": …}``."""
