"""The alarm clock: looks at the due instants that stand in rows, and fires what is due by ordinary commands.

APScheduler only wakes it up; nothing that matters is kept there. However many clocks run, in however many processes,
each (timer, due instant) takes effect once: clocks share the work by claims with a lease, the firing's command id is
made from the timer and its instant, and the fence tells a clock that slept through its lease.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from workflow_engine.domain.actors import CLOCK
from workflow_engine.domain.clock import new_id
from workflow_engine.domain.commands import Command, FireTimer
from workflow_engine.domain.errors import EngineError, UnavailableError
from workflow_engine.domain.events import TimerScheduled
from workflow_engine.domain.internal_commands import ClaimTimers, FireStartTimer
from workflow_engine.domain.organisation_commands import ChangeCalendar
from workflow_engine.engine import Committed, Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.workers.deadlines import reckon_outdated

log = logging.getLogger(__name__)

HEARTBEAT = "clock"
HEARTBEAT_SECONDS = 15.0
_TICK = "tick"
_SOONEST_SECONDS = 0.005
_MOST_CLAIMED = 200

# A wake-up that falls into a running tick is not lost: the tick looks again before it ends.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Tick:
    """What one look at the due rows did."""

    fired: int = 0
    refused: int = 0
    """Settled by somebody else meanwhile, or failing; those that fail come again when their lease is over."""
    lag_seconds: float = 0.0
    """How late the latest of them was claimed."""


class AlarmClock:
    """Fires due timers every ``tick_seconds``, and sooner when a commit armed one that is due before.

    ``batch`` timers share one commit: many save disk flushes, few let a person's click through sooner.
    """

    def __init__(
        self, engine: Engine, *, worker_id: str, tick_seconds: float = 1.0, lease_seconds: int = 30, batch: int = 25
    ) -> None:
        self._engine = engine
        self._worker_id = worker_id
        self._tick_seconds = tick_seconds
        self._lease_seconds = lease_seconds
        self._batch = batch
        self._scheduler: BackgroundScheduler | None = None
        self._wake_at = float("inf")
        self._guard = threading.Lock()
        self._beaten_at = self._reckon_at = float("-inf")
        self._lag_seconds = 0.0
        self._fired = 0

    # ---- running
    def start(self) -> None:
        """Begin to tick; the first look is at once, at whatever fell due while nothing ran."""
        self._engine.listen(self._heard)
        self._scheduler = BackgroundScheduler(timezone=UTC, daemon=True)
        self._scheduler.add_job(
            self._run, "interval", seconds=self._tick_seconds, id=_TICK, max_instances=1, coalesce=True,
            misfire_grace_time=None, next_run_time=datetime.now(UTC),
        )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """Let the present tick end and stop."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def _run(self) -> None:
        looked_at = self._engine.clock.now()
        try:
            self.tick()
            self._reckon()
            self._beat()
            self._set_alarm(looked_at)
        except UnavailableError as error:
            log.warning("clock: %s The next tick looks again.", error)
        except Exception:
            log.exception("clock: a tick failed; the next one looks again")

    def _reckon(self) -> None:
        """Bring deadlines to the calendar that holds: at once when it was changed here, else at the next heartbeat."""
        if time.monotonic() >= self._reckon_at:
            self._reckon_at = time.monotonic() + HEARTBEAT_SECONDS
            reckon_outdated(self._engine)

    def _heard(self, committed: Committed) -> None:
        if isinstance(committed.command, ChangeCalendar):
            self._reckon_at = float("-inf")
        due = [event.due_at for event in committed.events if isinstance(event, TimerScheduled)]
        if due:
            self._wake_in(self._seconds_until(datetime.fromisoformat(min(due))))

    def _set_alarm(self, looked_at: datetime) -> None:
        """Wake before the next tick if something falls due before it; what was due when we looked is under a lease."""
        with self._guard:
            self._wake_at = float("inf")
        due_at = self._engine.queries.next_due_at()
        if due_at is not None and due_at > looked_at:  # also what fell due while we were busy
            self._wake_in(self._seconds_until(due_at))

    def _seconds_until(self, due_at: datetime) -> float:
        return (due_at - self._engine.clock.now()).total_seconds()

    def _wake_in(self, seconds: float) -> None:
        seconds = max(seconds, _SOONEST_SECONDS)
        scheduler = self._scheduler
        if scheduler is None or seconds >= self._tick_seconds:
            return
        wake_at = time.monotonic() + seconds
        with self._guard:
            if wake_at >= self._wake_at:
                return
            self._wake_at = wake_at
        with suppress(JobLookupError):  # It is being stopped.
            scheduler.modify_job(_TICK, next_run_time=datetime.now(UTC) + timedelta(seconds=seconds))

    # ---- one look
    def tick(self) -> Tick:
        """Fire everything that is due now; a read and nothing else when nothing is."""
        fired = refused = 0
        lag = 0.0
        while self._is_due():
            timers = self._claim()
            if not timers:
                break
            failpoint("clock.after_claim")
            now = self._engine.clock.now()
            lag = max(lag, *((now - datetime.fromisoformat(timer["due_at"])).total_seconds() for timer in timers))
            for start in range(0, len(timers), self._batch):
                done = self._fire(timers[start : start + self._batch])
                fired += done
                refused += min(self._batch, len(timers) - start) - done
            self._beat()
        self._lag_seconds, self._fired = lag, self._fired + fired
        return Tick(fired, refused, lag)

    def _is_due(self) -> bool:
        due_at = self._engine.queries.next_due_at()
        return due_at is not None and due_at <= self._engine.clock.now()

    def _claim(self) -> list[Mapping[str, Any]]:
        command = ClaimTimers(
            command_id=new_id(), worker_id=self._worker_id, lease_seconds=self._lease_seconds, most=_MOST_CLAIMED
        )
        claimed: list[Mapping[str, Any]] = self._engine.handle(command, CLOCK).result["timers"]
        return claimed

    def _fire(self, timers: Sequence[Mapping[str, Any]]) -> int:
        """How many of these fired: together in one commit, or one by one where that cannot be."""
        commands = [firing(timer) for timer in timers]
        try:
            answers = self._engine.handle_many([(command, CLOCK) for command in commands])
        except Exception:
            log.exception("clock: %d timers could not be fired together; firing them one by one", len(commands))
            return sum(self._fire_one(command) for command in commands)
        refusals = [answer for answer in answers if isinstance(answer, EngineError)]
        for refusal in refusals:
            log.info("clock: %s", refusal)
        return len(answers) - len(refusals)

    def _fire_one(self, command: Command) -> bool:
        try:
            self._engine.handle(command, CLOCK)
        except EngineError as refusal:
            log.warning("clock: %s", refusal)
            return False
        except Exception:  # One broken case must not stop the clock of the others.
            log.exception("clock: %r failed", command)
            return False
        return True

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten_at >= HEARTBEAT_SECONDS:
            self._beaten_at = now
            self._engine.sweep_ballots()
            detail = {
                "worker_id": self._worker_id, "tick_seconds": self._tick_seconds, "fired": self._fired,
                "lag_seconds": round(self._lag_seconds, 3),
            }  # fmt: skip
            self._engine.beat(HEARTBEAT, detail)


def firing(timer: Mapping[str, Any]) -> Command:
    """The command that fires a claimed timer; its id is the same whoever fires it."""
    key = sha256(f"{timer['timer_id']}\x1f{timer['due_at']}".encode()).hexdigest()
    if timer["case_id"] is None:
        return FireStartTimer(
            command_id=f"timer-{key[:40]}", case_id=key[:32], timer_id=timer["timer_id"], due_at=timer["due_at"],
            fence=timer["fence"],
        )  # fmt: skip
    return FireTimer(
        command_id=f"timer-{key[:40]}", case_id=timer["case_id"], token_id=timer["token_id"],
        position=timer["position"], due_at=timer["due_at"], fence=timer["fence"],
    )  # fmt: skip
