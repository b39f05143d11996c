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
from workflow_engine.domain.lanes import EMERGENCY, in_lane
from workflow_engine.domain.organisation_commands import ChangeCalendar
from workflow_engine.engine import Committed, Engine
from workflow_engine.failpoints import failpoint
from workflow_engine.workers.deadlines import reckon_outdated

_Timer = Mapping[str, Any]

log = logging.getLogger(__name__)

HEARTBEAT = "clock"
_EMERGENCY_HEARTBEAT = "clock/emergency"
HEARTBEAT_SECONDS = 15.0
_TICK = "tick"
_SOONEST_SECONDS = 0.005
_MOST_CLAIMED = 200
_LONGEST_COMMIT_SECONDS = 0.25
"""A commit that took longer is followed by a smaller one: whoever waits for a turn waits for it."""
_BESIDE_EMERGENCIES = 5
"""Timers in a commit while a clock of an emergency runs, which may fall due in the middle of it."""

# Of two wake-ups that fall into a running tick one may be dropped: the other looks after both.
logging.getLogger("apscheduler").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Tick:
    """What one look at the due rows did."""

    fired: int = 0
    refused: int = 0
    """Settled by somebody else meanwhile, or failing; those that fail come again when their lease is over."""
    lag_seconds: float = 0.0
    """How late the latest of them was when its turn came."""

    def and_then(self, later: Tick) -> Tick:
        """Both as one."""
        lag = max(self.lag_seconds, later.lag_seconds)
        return Tick(self.fired + later.fired, self.refused + later.refused, lag)


class AlarmClock:
    """Fires due timers every ``tick_seconds``, and sooner when a commit armed one that is due before.

    ``batch`` timers share one commit: many save disk flushes, few let a person's click through sooner. Emergencies are
    looked for again before each commit of anything else. ``lane``: only timers of this lane, and none of the rest that
    a clock does.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        worker_id: str,
        tick_seconds: float = 1.0,
        lease_seconds: int = 30,
        batch: int = 25,
        lane: int | None = None,
    ) -> None:
        self._lane = lane
        self._engine = engine
        self._worker_id = worker_id
        self._tick_seconds = tick_seconds
        self._lease_seconds = lease_seconds
        self._batch = self._together = batch
        self._scheduler: BackgroundScheduler | None = None
        self._wake_at = float("inf")
        self._guard = threading.Lock()
        self._ticking = threading.Lock()
        self._beaten_at = self._reckon_at = float("-inf")
        self._lag_seconds = 0.0
        self._fired = 0
        self._emergency_runs = False

    # ---- running
    def start(self) -> None:
        """Begin to tick; the first look is at once, at whatever fell due while nothing ran."""
        self._engine.listen(self._heard)
        self._scheduler = BackgroundScheduler(timezone=UTC, daemon=True)
        self._scheduler.add_job(
            self._run, "interval", seconds=self._tick_seconds, id=_TICK, max_instances=2, coalesce=True,
            misfire_grace_time=None, next_run_time=datetime.now(UTC),
        )  # fmt: skip
        self._scheduler.start()

    def stop(self) -> None:
        """Let the present tick end and stop."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def _run(self) -> None:
        # A wake-up that falls into the last moments of a tick waits for its end; were it dropped, a timer would be as
        # late as the next tick.
        with self._ticking:
            self._look()

    def _look(self) -> None:
        looked_at = self._engine.clock.now()
        try:
            self.tick()
            if self._lane is None:
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
        due_at = self._engine.queries.next_due_at(self._lane)
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
        with in_lane(self._lane):
            return self._tick()

    def _tick(self) -> Tick:
        total = Tick()
        while self._is_due(self._lane):
            emergencies, others = self._claim(self._lane)
            if not emergencies and not others:
                break
            failpoint("clock.after_claim")
            total = total.and_then(self._fire_all(emergencies))
            while others:
                total = total.and_then(self._fire_emergencies())
                size = min(self._together, _BESIDE_EMERGENCIES) if self._emergency_runs else self._together
                now, others = others[:size], others[size:]
                total = total.and_then(self._fire_all(now))
            self._beat()
        self._lag_seconds, self._fired = total.lag_seconds, self._fired + total.fired
        return total

    def _fire_emergencies(self) -> Tick:
        """Those that fell due meanwhile; one look where there are none."""
        total = Tick()
        with in_lane(EMERGENCY):
            while self._is_due(EMERGENCY):
                found, _ = self._claim(EMERGENCY)
                if not found:
                    break
                total = total.and_then(self._fire_all(found))
        return total

    def _is_due(self, lane: int | None) -> bool:
        due_at = self._engine.queries.next_due_at(lane)
        if lane == EMERGENCY:
            self._emergency_runs = due_at is not None
        return due_at is not None and due_at <= self._engine.clock.now()

    def _claim(self, lane: int | None) -> tuple[list[_Timer], list[_Timer]]:
        """Due timers under a lease: emergencies, and everything else."""
        command = ClaimTimers(
            command_id=new_id(), worker_id=self._worker_id, lease_seconds=self._lease_seconds, most=_MOST_CLAIMED,
            lane=lane,
        )  # fmt: skip
        claimed: list[_Timer] = self._engine.handle(command, CLOCK).result["timers"]
        first = [one for one in claimed if one["lane"] == EMERGENCY]
        return first, claimed[len(first) :]

    def _fire_all(self, timers: Sequence[_Timer]) -> Tick:
        """Commit after commit; each as large as the one before shows that it may be."""
        fired = left = 0
        now = self._engine.clock.now()
        lag = max((_late(timer, now) for timer in timers), default=0.0)
        while left < len(timers):
            some = timers[left : left + self._together]
            left += len(some)
            began = time.monotonic()
            fired += self._fire(some)
            took = time.monotonic() - began
            if took > _LONGEST_COMMIT_SECONDS:
                self._together = max(1, self._together // 2)
            elif self._together < self._batch:
                self._together += 1
        return Tick(fired, len(timers) - fired, lag)

    def _fire(self, timers: Sequence[_Timer]) -> int:
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
            if self._lane is None:
                self._engine.sweep_ballots()
            detail = {
                "worker_id": self._worker_id, "tick_seconds": self._tick_seconds, "fired": self._fired,
                "lag_seconds": round(self._lag_seconds, 3),
            }  # fmt: skip
            self._engine.beat(HEARTBEAT if self._lane is None else _EMERGENCY_HEARTBEAT, detail)


def _late(timer: _Timer, now: datetime) -> float:
    return (now - datetime.fromisoformat(timer["due_at"])).total_seconds()


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
