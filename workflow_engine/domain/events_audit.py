"""Events of auditing, outside cases."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesExported(Event):
    """Somebody took cases out as a file; the command names them."""

    KIND = "case.exported"
    person_id: str
    form: str
    cases: int
    rows: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointCosigned(Event):
    """A witness signed what the log said at this size."""

    KIND = "log.cosigned"
    size: int
    root: str
    witness: str
