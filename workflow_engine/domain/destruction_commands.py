"""What is done to destroy the personal data of a response; all of it is sent by workers, the order by a case."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import CaseCommand, Command


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasePersonalData(CaseCommand):
    """Take what is personal out of what a running case knows."""

    NAME = "case.erase_personal_data"
    destruction_id: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueDestruction(Command):
    """Do the next piece of a destruction: one transaction, bounded."""

    NAME = "destruction.continue"
    destruction_id: str
    most: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishDestruction(Command):
    """Say that nothing is left to do: its files are gone, and what the database wrote before is overwritten."""

    NAME = "destruction.finish"
    destruction_id: str
    file_count: int
    storage: str
    """What was done to the database's own files: see ``Database.forget_freed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDestructionCheck(Command):
    """Record what a search for the destroyed values found."""

    NAME = "destruction.note_check"
    destruction_id: str
    looked_at: int
    left: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetTraces(Command):
    """Destroy the hashes of the destroyed values too, when no backup from before is kept any more."""

    NAME = "destruction.forget_traces"
    destruction_id: str
