"""Commands about rehearsals that are kept; nothing of what is played touches a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalCommand(Command):
    """A command to one rehearsal."""

    rehearsal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForRehearsal(RehearsalCommand):
    """Have a plan played, or two compared; ``files`` holds them with all that they refer to."""

    NAME = "rehearsal.ask"
    definition_id: str
    process_id: str
    name: str
    against: str = ""
    """Name of the plan it is compared with; empty: none."""
    cases: int
    seed: int
    what_if_cases: int = 0
    precision: float = 0.0
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginRehearsal(RehearsalCommand):
    """Somebody begins to play it; sent by a worker."""

    NAME = "rehearsal.begin"
    player: str
    """The machine it is played on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRehearsal(RehearsalCommand):
    """It was played, or could not be; sent by a worker."""

    NAME = "rehearsal.end"
    error: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What it answers, in a sentence, by language."""
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRehearsal(RehearsalCommand):
    """Nobody needs it any more: it is not played, or no further."""

    NAME = "rehearsal.cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveRehearsal(RehearsalCommand):
    """Take it away with its plan and its result; the record keeps that it was there, and their digests."""

    NAME = "rehearsal.remove"
