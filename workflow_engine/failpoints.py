"""Places at which a fault test may stop, delay or break the process; they do nothing unless asked.

``LIANDONG_FAILPOINT=name:n:action`` acts when the point ``name`` is passed for the ``n``-th time (1 is the first; ``*``
every time). Several are separated by commas. Actions: ``kill`` (SIGKILL to oneself), ``raise``, ``sleep`` (half a
second; ``sleep=2.5`` longer), ``commit_then_raise`` (at ``before_commit``: the commit succeeds, yet the caller gets an
error).

Points on the way of a command: before_begin, after_claim, after_lock, after_load, after_engine, after_event,
after_state, after_outbox, before_commit, after_commit. Others: deploy.after_store, deploy.before_activate,
migrate.step, timer.after_claim, clock.after_claim, batch.after_claim, batch.after_slice, batch.after_settle,
sequencer.after_index, sequencer.after_tiles, sequencer.before_publish, sequencer.after_publish,
indicators.before_cursor, destruction.after_piece, destruction.after_file.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from typing import NoReturn

VARIABLE = "LIANDONG_FAILPOINT"
_SLEEP_SECONDS = 0.5


class FailpointError(Exception):
    """Raised by a failpoint with the action ``raise``, in fault tests only."""


class CommitThenRaiseError(FailpointError):
    """Asks the unit of work to commit and then to fail towards its caller, in fault tests only."""


class Failpoints:
    """The points that are armed in this process, and how often each was passed."""

    def __init__(self, text: str = "") -> None:
        self._lock = threading.Lock()
        self.arm(text)

    def arm(self, text: str) -> None:
        """Arm these points and no others, and count anew; empty text disarms all."""
        with self._lock:
            self._armed: dict[str, tuple[str, str]] = {}
            self._passed: Counter[str] = Counter()
            for part in filter(None, text.split(",")):
                name, count, action = part.strip().split(":", 2)
                self._armed[name] = (count, action)

    def __call__(self, name: str) -> None:
        """Pass the point ``name``."""
        if not self._armed or name not in self._armed:
            return
        with self._lock:
            self._passed[name] += 1
            passed = self._passed[name]
        count, action = self._armed[name]
        if count in ("*", str(passed)):
            _act(name, action)


def _act(name: str, action: str) -> None:
    if action == "kill":
        _kill()
    elif action.startswith("sleep"):
        time.sleep(float(action.partition("=")[2] or _SLEEP_SECONDS))
    elif action == "commit_then_raise":
        raise CommitThenRaiseError(name)
    else:
        raise FailpointError(name)


def _kill() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit(137)


failpoint = Failpoints(os.environ.get(VARIABLE, ""))
"""The points of this process, armed from the environment at start."""
