"""Brings what was committed into the log over all chains, beside the work: nobody waits for it.

Entries are heard of as they are committed here; those of other processes, and those of before a crash, are found by
looking at which chains are longer than the log knows.
"""

from __future__ import annotations

import logging
import threading
import time

from workflow_engine.domain.errors import UnavailableError
from workflow_engine.engine import Committed, Engine

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
"""How often running cases and streams are looked through."""
LOOK_THROUGH_SECONDS = 3600.0
"""How often every case is."""


class Sequencer:
    """``run_once`` extends the log by what is there; the engine holds the key and the lock."""

    def __init__(self, engine: Engine, checkpoint_seconds: float = 60.0) -> None:
        self._engine = engine
        self._checkpoint_seconds = checkpoint_seconds
        self._guard = threading.Lock()
        self._heard: dict[str, None] = {}
        self._looked_at = self._looked_through_at = self._signed_at = float("-inf")
        self._unsigned = True

    def listen(self) -> None:
        """Hear of every commit of this process from now on."""
        self._engine.listen(self.hear)

    def hear(self, committed: Committed) -> None:
        """Note whose chain grew."""
        case_id = committed.receipt.case_id
        if case_id is not None:
            with self._guard:
                self._heard[case_id] = None

    def run_once(self) -> int:
        """Returns how many entries got their place; what could not be done is kept for the next time."""
        with self._guard:
            streams, self._heard = list(self._heard), {}
        streams += self._behind()
        is_time_to_sign = self._unsigned and time.monotonic() - self._signed_at >= self._checkpoint_seconds
        if not streams and not is_time_to_sign:
            return 0
        try:
            step = self._engine.extend_log(streams, every_seconds=self._checkpoint_seconds)
        except UnavailableError:
            self._hear_again(streams)
            return 0
        except BaseException:
            self._hear_again(streams)
            raise
        if step.full:
            self._hear_again(streams)
        self._unsigned = (self._unsigned or step.sequenced > 0) and not step.signed
        if step.signed or is_time_to_sign:
            self._signed_at = time.monotonic()
        return step.sequenced

    def _behind(self) -> list[str]:
        now = time.monotonic()
        everything = now - self._looked_through_at >= LOOK_THROUGH_SECONDS
        if not everything and now - self._looked_at < LOOK_SECONDS:
            return []
        found = self._engine.chains_behind(everything=everything)
        # A full page may hide more: look again at once.
        if not found or len(found) < 1000:
            self._looked_at = now
            if everything:
                self._looked_through_at = now
        return found

    def _hear_again(self, streams: list[str]) -> None:
        with self._guard:
            self._heard = dict.fromkeys([*streams, *self._heard])
