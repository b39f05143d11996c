"""What is done to published warnings."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftWarning(Command):
    """Say to everybody that a warning no longer holds: a Cancel follows it in the feed."""

    NAME = "warning.lift"
    warning_id: str
    reason: str
    """Published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleWarning(Command):
    """End a warning whose time is over or whose case has ended (sent by the engine itself)."""

    NAME = "warning.settle"
    warning_id: str
