"""Ends warnings whose time is over or whose case has ended."""

from __future__ import annotations

import logging

from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.errors import RejectedError
from workflow_engine.domain.warning_commands import SettleWarning
from workflow_engine.engine import Engine

log = logging.getLogger(__name__)

REST_SECONDS = 15.0


def end_warnings(engine: Engine) -> int:
    """One round; returns how many there were. Any number of processes may do it: the second finds it ended."""
    found = engine.queries.warnings.left_in_force(engine.clock.now())
    for warning_id in found:
        try:
            engine.handle(SettleWarning(command_id=new_id(), warning_id=warning_id), CLOCK)
        except RejectedError as refusal:
            log.info("warnings: %s", refusal)
    return len(found)
