"""What auditors ask of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCosignature(Command):
    """Keep with a stored checkpoint that a witness, another organisation, has signed it too."""

    NAME = "log.cosign"
    note: str
    """The checkpoint as the witness signed it,"""
    witness: str
    """and its public key ``name+id+base64``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteExport(Command):
    """Put on record that cases left the system as a file; sent before the file is handed out."""

    NAME = "case.note_export"
    FOR_READERS: ClassVar[bool] = True
    case_ids: tuple[str, ...]
    form: str
    """``bundle``, ``xes``, ``ocel``, ``csv`` or ``report``."""
    rows: int
    """How many entries of the record are in the file."""
    digest: str
    """SHA-256 of the file."""
