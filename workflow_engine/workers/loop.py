"""A thread that does one step again and again: at once while there is work, else when woken or after a while."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

_LONGEST_REST_SECONDS = 30.0


class Loop:
    """``step`` returns how much it did; whatever it raises is logged and never ends the loop."""

    def __init__(self, name: str, step: Callable[[], int], rest_seconds: float) -> None:
        self.name = name
        self._step = step
        self._rest_seconds = rest_seconds
        self._woken = threading.Event()
        self._ending = threading.Event()
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin; once only."""
        self._thread.start()

    def wake(self) -> None:
        """There may be work now. Cheap and safe from any thread."""
        self._woken.set()

    def stop(self, timeout_seconds: float | None = None) -> bool:
        """Let the present step end and stop; False when it did not end in time."""
        self._ending.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            if self._do() == 0 and not self._ending.is_set():
                self._woken.wait(
                    min(self._rest_seconds * 2**self._failures, max(_LONGEST_REST_SECONDS, self._rest_seconds))
                )

    def _do(self) -> int:
        try:
            done = self._step()
        except Exception:
            self._failures = min(self._failures + 1, 10)
            log.exception("%s: a step failed (%d in a row); going on", self.name, self._failures)
            return 0
        self._failures = 0
        return done
