"""Signs of life: every process that works writes one every few seconds, and says when it ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workflow_engine.domain.errors import UnavailableError
from workflow_engine.engine import Engine
from workflow_engine.workers.loop import Loop

log = logging.getLogger(__name__)

EVERY_SECONDS = 15.0


class SignOfLife:
    """One process among all that share the database; shown on the health page by its name."""

    def __init__(self, engine: Engine, name: str, detail: Mapping[str, Any]) -> None:
        self._engine, self._name, self._detail = engine, name, dict(detail)
        self._since: datetime | None = None
        self._loop = Loop("life", self._beat, EVERY_SECONDS)

    def start(self) -> None:
        """Begin; the first sign is at once."""
        self._since = self._engine.clock.now()
        self._loop.start()

    def stop(self) -> None:
        """Say that this process ended, so that nobody looks for it."""
        self._loop.stop()
        try:
            self._engine.beat(self._name, {"ended": True})
        except UnavailableError as error:
            log.warning("life: %s", error)

    def _beat(self) -> int:
        since = None if self._since is None else self._since.isoformat()
        self._engine.beat(self._name, {**self._detail, "since": since})
        return 0
