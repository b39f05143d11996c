"""Events of operation: a case was changed by hand or migrated; a batch was made, paused, finished."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseModified(Event):
    """An administrator moved, added or withdrew tokens; what that did follows as events of its own."""

    KIND = "case.modified"
    PRIVATE = ("reason",)
    instructions: Json
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMigrated(Event):
    """The case goes on in another version; everything before this entry ran on ``from_definition_id``."""

    KIND = "case.migrated"
    PRIVATE = ("reason",)
    process_id: str
    from_definition_id: str
    definition_id: str
    version: int
    mapping: Json
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskMigrated(Event):
    """An open task now stands for this element of the new version; who has it and its dates stay."""

    KIND = "user_task.migrated"
    token_id: int
    element_id: str
    name: str | None = None
    lane: str | None = None
    form_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitMigrated(Event):
    """What a token waits for (timers, messages, a job) now stands for this element of the new version."""

    KIND = "wait.migrated"
    token_id: int
    element_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCreated(Event):
    """``digest`` is over whom it is done to, in their order."""

    KIND = "batch.created"
    batch_id: str
    operation: str
    count: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPaused(Event):
    """Nothing more of the batch begins."""

    KIND = "batch.paused"
    batch_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchContinued(Event):
    """The batch goes on."""

    KIND = "batch.continued"
    batch_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStopped(Event):
    """What was not done yet stays undone."""

    KIND = "batch.stopped"
    batch_id: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFinished(Event):
    """Everything was tried."""

    KIND = "batch.finished"
    batch_id: str
    done: int
    failed: int

