"""Brings out what commits left behind and could not be delivered at once, and gives up messages nobody wants.

The engine delivers by itself after each commit; this loop is for what a crash or a failure left over. Repetitions carry
the same message id, so they take effect once.
"""

from __future__ import annotations

import time

from workflow_engine.domain.clock import new_id
from workflow_engine.domain.internal_commands import ExpireMessages
from workflow_engine.engine import Engine
from workflow_engine.pump import DISPATCHER

EXPIRY_SECONDS = 30.0
_MOST_EXPIRED = 500


class OutboxRunner:
    """``run_once`` delivers what waits; every half minute it also ends messages whose time to live is over."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._expired_at = float("-inf")

    def run_once(self) -> int:
        """Returns how much was delivered or given up."""
        done = self._engine.pump()
        if time.monotonic() - self._expired_at >= EXPIRY_SECONDS:
            done += self.expire()
            self._expired_at = time.monotonic()
        return done

    def expire(self) -> int:
        """End every message whose time to live is over; returns how many."""
        total = 0
        while True:
            receipt = self._engine.handle(ExpireMessages(command_id=new_id(), most=_MOST_EXPIRED), DISPATCHER)
            expired = int(receipt.result["expired"])
            total += expired
            if expired < _MOST_EXPIRED:
                return total
