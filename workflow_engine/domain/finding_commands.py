"""Findings of after-action reviews: each becomes a case of its own, with an owner and a date."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command

PROCESS = "after_action"
MESSAGE = "finding.raise"
ACCEPTS = "role:bureau_head"
"""Who accepts what was done, where the review names nobody else."""
LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFinding(Command):
    """Have something mended that a response showed: by whom, until when, and who accepts it."""

    NAME = "finding.add"
    PRIVATE = ("what",)
    source_case_id: str
    finding_case_id: str
    """Id of the new case."""
    what: str
    owner: str
    """``unit:…`` or ``role:…``"""
    due_at: str
    """An instant."""
    accepts: str = ACCEPTS
