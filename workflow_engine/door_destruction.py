"""Of the public door: destroying the personal data of a response."""

from __future__ import annotations

from workflow_engine.domain.destruction_commands import (
    ContinueDestruction,
    ErasePersonalData,
    FinishDestruction,
    ForgetTraces,
    NoteDestructionCheck,
)
from workflow_engine.queries.destruction_check import DestructionCheck, FoundPlace
from workflow_engine.queries.destructions import DestroyedCase, DestructionProof, DestructionRow

__all__ = [
    "ContinueDestruction",
    "DestroyedCase",
    "DestructionCheck",
    "DestructionProof",
    "DestructionRow",
    "ErasePersonalData",
    "FinishDestruction",
    "ForgetTraces",
    "FoundPlace",
    "NoteDestructionCheck",
]
