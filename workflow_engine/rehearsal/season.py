"""One season of a rehearsal: cases come in, simulated people work on them, on the real engine and in virtual time.

Everything that happens is learned from the events of what was committed, never by reading a case again; what is done is
an ordinary command of an ordinary actor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from workflow_engine.domain.actors import CLOCK, OPERATOR
from workflow_engine.domain.clock import VirtualClock
from workflow_engine.domain.commands import Command, CompleteJob, FireTimer, ThrowJobError
from workflow_engine.domain.event import Event
from workflow_engine.domain.events import (
    BallotClosed,
    BallotOpened,
    BallotRoundOpened,
    BallotWithdrawn,
    CaseCancelled,
    CaseCompleted,
    DeadlineHeld,
    DeadlineMoved,
    ElementActivated,
    ElementCancelled,
    ElementCompleted,
    IncidentOpened,
    JobCancelled,
    JobCreated,
    TimerCancelled,
    TimerFired,
    TimerScheduled,
    UserTaskAssigned,
    UserTaskCancelled,
    UserTaskCompleted,
    UserTaskCreated,
)
from workflow_engine.engine import Committed, Engine
from workflow_engine.rehearsal.chances import Luck
from workflow_engine.rehearsal.crews import Crew, Crews, Watch
from workflow_engine.rehearsal.filling import Forms
from workflow_engine.rehearsal.following import Notebook, Played
from workflow_engine.rehearsal.incoming import Incoming, arrival_times
from workflow_engine.rehearsal.labour import Labour
from workflow_engine.rehearsal.plan import JobPlan, Plan
from workflow_engine.rehearsal.stage import Act, Stage
from workflow_engine.rehearsal.voting import Voting

_LEFT_OPEN_MOST = 5
_SHORTEST_WATCH = 3_600.0


class Season:
    """One season under way; ``play`` it once."""

    def __init__(
        self, engine: Engine, clock: VirtualClock, plan: Plan, forms: Forms, luck: Luck, progress: Act | None = None
    ) -> None:
        self._plan = plan
        self._luck = luck
        self._progress = progress
        arrivals = arrival_times(plan, luck)
        coming = (arrivals[-1] - plan.start_at).total_seconds()
        watched = plan.watched_seconds or max(_SHORTEST_WATCH, coming * 1.1)
        self._watch = Watch(plan.start_at, plan.start_at + timedelta(seconds=watched))
        self._stage = Stage(engine, clock, luck, self._absorb)
        self._crews = Crews(plan, luck, self._watch, engine.queries.organisation.find_actor)
        self._notebook = Notebook(plan.milestones)
        self._incoming = Incoming(plan, luck)
        self._labour = Labour(self._stage, plan, forms, luck, self._crews, self._notebook, self._incoming)
        self._voting = Voting(self._stage, engine.queries.ballots, plan, forms, luck)
        self._cases: list[Played] = []
        self._by_id: dict[str, Played] = {}
        self._timers: dict[tuple[str, int, int], str] = {}
        self._jobs: dict[tuple[str, int], JobCreated] = {}
        self._job_turns: Counter[tuple[int, str]] = Counter()
        self._strangers: set[str] = set()
        self._readers: dict[type[Event], Callable[[Played, Any, datetime], None]] = {
            UserTaskCreated: self._labour.created, UserTaskCompleted: self._labour.completed,
            UserTaskCancelled: self._labour.cancelled, UserTaskAssigned: self._labour.assigned,
            TimerScheduled: self._timer_scheduled, TimerFired: self._timer_over, TimerCancelled: self._timer_over,
            DeadlineMoved: self._deadline_moved, DeadlineHeld: self._deadline_held,
            ElementActivated: self._notebook.activated, ElementCompleted: self._notebook.left,
            ElementCancelled: self._notebook.left, JobCreated: self._job_created, JobCancelled: self._job_cancelled,
            BallotOpened: self._voting.opened, BallotRoundOpened: self._voting.next_round,
            BallotClosed: self._voting.over, BallotWithdrawn: self._voting.over,
            CaseCompleted: self._ended, CaseCancelled: self._ended, IncidentOpened: self._incident,
        }  # fmt: skip
        for number, at in enumerate(arrivals):
            self._stage.at(at, lambda number=number: self._arrive(number))  # type: ignore[misc]

    def play(self) -> dict[str, Any]:
        """Everything from the first arrival until nothing more happens; what was seen, as JSON."""
        self._stage.run(self._plan.start_at + timedelta(seconds=self._plan.longest_seconds))
        return self._told()

    # ---- cases
    def _arrive(self, number: int) -> None:
        now = self._stage.now
        kind = self._incoming.kind(number)
        command, actor, case_id = self._incoming.start(kind, number, now)
        case = self._by_id[case_id] = Played(number, kind, now, case_id)
        self._cases.append(case)
        if not self._stage.try_to(case, command, actor):
            case.state = "refused"
            return
        for place, inject in enumerate(kind.injects):
            if self._luck.draw("inject", number, place) < inject.share:
                self._stage.after(inject.after_seconds, lambda place=place: self._inject(case, place))  # type: ignore[misc]

    def _inject(self, case: Played, place: int) -> None:
        if case.state == "active":
            self._stage.try_to(case, *self._incoming.inject(case, place, self._stage.now))

    def _ended(self, case: Played, event: CaseCompleted | CaseCancelled, now: datetime) -> None:
        case.state = event.outcome if isinstance(event, CaseCompleted) else "cancelled"
        case.ended = now
        if self._progress is not None:
            self._progress()

    def _incident(self, case: Played, event: IncidentOpened, now: datetime) -> None:
        self._stage.remark(f"incident at {event.element_id or 'the case'}: {event.code}: {event.message[:200]}")

    # ---- learning
    def _absorb(self, batch: Sequence[Committed]) -> None:
        """Read what was committed, oldest first, then let people see what is new."""
        now = self._stage.now
        for committed in batch:
            case = self._by_id.get(committed.receipt.case_id or "")
            if case is None:
                self._stranger(committed.receipt.case_id)
                continue
            for event in committed.events:
                read = self._readers.get(type(event))
                if read is not None:
                    read(case, event, now)
        self._labour.offer_new(self._voting.is_ballot)

    def _stranger(self, case_id: str | None) -> None:
        """A case that another one caused; nobody works on it."""
        if case_id is not None and case_id not in self._strangers:
            self._strangers.add(case_id)
            self._stage.remark("a case that another one caused is not worked on")

    # ---- timers
    def _timer_scheduled(self, case: Played, event: TimerScheduled, now: datetime) -> None:
        self._set_timer((case.case_id, event.token_id, event.position), event.due_at)

    def _set_timer(self, key: tuple[str, int, int], due_at: str) -> None:
        self._timers[key] = due_at
        due = datetime.fromisoformat(due_at)
        self._stage.at(max(due, self._stage.now), lambda: self._fire(key, due_at))

    def _timer_over(self, case: Played, event: TimerFired | TimerCancelled, now: datetime) -> None:
        self._timers.pop((case.case_id, event.token_id, event.position), None)

    def _deadline_moved(self, case: Played, event: DeadlineMoved, now: datetime) -> None:
        if event.position is None:
            self._labour.due_moved(case, event)
        else:
            self._set_timer((case.case_id, event.token_id, event.position), event.after)

    def _deadline_held(self, case: Played, event: DeadlineHeld, now: datetime) -> None:
        if event.position is not None:
            self._timers.pop((case.case_id, event.token_id, event.position), None)

    def _fire(self, key: tuple[str, int, int], due_at: str) -> None:
        if self._timers.get(key) != due_at:
            return
        case_id, token_id, position = key
        command = FireTimer(
            command_id=self._stage.next_id("timer"), case_id=case_id, token_id=token_id, position=position,
            due_at=due_at,
        )  # fmt: skip
        self._stage.try_to(self._by_id[case_id], command, CLOCK)

    # ---- work outside
    def _job_created(self, case: Played, event: JobCreated, now: datetime) -> None:
        key = (case.case_id, event.token_id)
        self._jobs[key] = event
        plan = self._plan.jobs.get(event.element_id, JobPlan())
        self._job_turns[case.number, event.element_id] += 1
        named = (case.number, event.element_id, self._job_turns[case.number, event.element_id])
        fails = plan.error is not None and self._luck.draw("job", *named) < plan.error_share
        seconds = plan.work.at(self._luck.draw("job work", *named))
        self._stage.after(seconds, lambda: self._end_job(key, plan, fails))

    def _job_cancelled(self, case: Played, event: JobCancelled, now: datetime) -> None:
        self._jobs.pop((case.case_id, event.token_id), None)

    def _end_job(self, key: tuple[str, int], plan: JobPlan, fails: bool) -> None:
        if self._jobs.pop(key, None) is None:
            return
        ids: dict[str, Any] = {"command_id": self._stage.next_id("job"), "case_id": key[0], "token_id": key[1]}
        command: Command = CompleteJob(**ids, lock_token=None, variables=plan.variables)
        if fails:
            command = ThrowJobError(**ids, code=str(plan.error), message="")
        self._stage.try_to(self._by_id[key[0]], command, OPERATOR)

    # ---- the end
    def _told(self) -> dict[str, Any]:
        now = self._stage.now
        for case in self._cases:
            if case.state == "active":
                open_now = self._labour.open_elements(case)
                shown = ", ".join(open_now[:_LEFT_OPEN_MOST])
                self._stage.remark(f"not ended: waits for {shown or 'something from outside'}")
        self._labour.close_late(now)
        crews = []
        for name, crew in sorted(self._crews.all.items()):
            crew.settle(max(now, self._watch.ends))
            crews.append(_told_of(name, crew))
        seconds = (self._watch.ends - self._watch.begins).total_seconds()
        remarks = dict(sorted(self._stage.remarks.items()))
        told = self._notebook.told(self._cases)
        return {**told, "season": self._luck.season, "crews": crews, "watched_seconds": seconds, "remarks": remarks}


def _told_of(name: str, crew: Crew) -> dict[str, Any]:
    return {
        "crew": name, "name": dict(crew.team.name), "planned": crew.team.planned, "people": crew.team.people,
        "crews": len(crew.workers), "crew_size": crew.team.crew_size, "shifts": crew.team.shifts,
        "done": crew.done, "waits": crew.waits, "busy_seconds": sum(one.busy_seconds for one in crew.workers),
        "there_seconds": crew.there_seconds(), "queued_seconds": crew.queued_seconds,
        "most_waiting": crew.most_waiting, "met": crew.met, "missed": crew.missed,
    }  # fmt: skip
