"""Working copies of models: what somebody mends or draws before it is deployed. They are nobody's record yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepModelWork(Command):
    """Keep files of a working copy; the first time this makes it. Files that are not named stay as they are."""

    NAME = "model_work.keep"
    work_id: str
    """New and chosen by the caller, or that of a working copy of their own."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    removed: Sequence[str] = ()
    base_definition_id: str | None = None
    """The version it was taken from; only heeded when the working copy is made."""
    revision: int | None = None
    """The revision that the caller changed; None: whatever is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardModelWork(Command):
    """Throw a working copy away."""

    NAME = "model_work.discard"
    work_id: str
