"""What the engine asks of itself: commands that its clock and its dispatcher send."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_engine.domain.commands import CaseCommand, Command


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteMessage(Command):
    """Bring a message that waits to its catcher, if there is one by now; else it goes on waiting."""

    NAME = "message.route"
    message_id: str
    new_case_id: str | None = None
    """Id of the case to start where only a message start event catches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireMessages(Command):
    """Give up messages whose time to live is over."""

    NAME = "message.expire"
    most: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOutSignal(Command):
    """Note who is to get a signal that a case threw: every other case that waits for it at this moment."""

    NAME = "signal.fan_out"
    signal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDelivery(Command):
    """Try a delivery again that was given up after many failures."""

    NAME = "outbox.retry"
    outbox_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FireStartTimer(CaseCommand):
    """Start a case whose definition begins with a timer; ``case_id`` is new."""

    NAME = "timer.fire_start"
    timer_id: str
    due_at: str
    fence: int | None = None
    """As for ``FireTimer``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTimers(Command):
    """Take due timers for a while, so that several clocks share the work; the fence shows who had them last."""

    NAME = "timer.claim"
    worker_id: str
    lease_seconds: int = 30
    most: int = 100
    lane: int | None = None
    """Only of this lane; None: of all, emergencies first."""
