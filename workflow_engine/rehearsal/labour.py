"""The people of a season at their tasks: who sees what when, who does it, and what they submit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from workflow_engine.domain.commands import ClaimUserTask, CompleteUserTask
from workflow_engine.domain.errors import NotPermittedError
from workflow_engine.domain.events import (
    DeadlineMoved,
    UserTaskAssigned,
    UserTaskCancelled,
    UserTaskCompleted,
    UserTaskCreated,
)
from workflow_engine.rehearsal.chances import Distribution, Luck
from workflow_engine.rehearsal.crews import Crew, Crews, Work, Worker
from workflow_engine.rehearsal.filling import Filled, Forms
from workflow_engine.rehearsal.following import Notebook, Played
from workflow_engine.rehearsal.incoming import Incoming
from workflow_engine.rehearsal.plan import Plan
from workflow_engine.rehearsal.stage import Stage

_DEFAULT_PRIORITY = 50


class Labour:
    """Follows the tasks that are open and has them done."""

    def __init__(
        self, stage: Stage, plan: Plan, forms: Forms, luck: Luck, crews: Crews, notebook: Notebook, incoming: Incoming
    ) -> None:
        self._stage = stage
        self._plan = plan
        self._forms = forms
        self._luck = luck
        self._crews = crews
        self._notebook = notebook
        self._incoming = incoming
        self._open: dict[str, dict[int, Work]] = {}
        self._turns: Counter[tuple[int, str, str]] = Counter()
        self._new: list[Work] = []

    # ---- learning
    def created(self, case: Played, event: UserTaskCreated, now: datetime) -> None:
        """Somebody has to act."""
        people = [event.assignee] if event.assignee else [*(event.candidate_users or ())]
        groups = tuple(people or event.candidate_groups or ())
        key = (case.number, event.element_id, groups[0] if groups else "")
        self._turns[key] += 1
        work = Work(
            case=case, token_id=event.token_id, element_id=event.element_id, form_key=event.form_key, groups=groups,
            turn=self._turns[key], created=now, due=_instant(event.due_at),
            priority=event.priority if event.priority is not None else _DEFAULT_PRIORITY,
        )  # fmt: skip
        self._open.setdefault(case.case_id, {})[event.token_id] = work
        self._notebook.offered(work)
        self._new.append(work)

    def assigned(self, case: Played, event: UserTaskAssigned, now: datetime) -> None:
        """It is given to one person, before anybody has begun."""
        work = self._find(case, event.token_id)
        if work is not None and work.begun is None:
            work.groups = (event.assignee,)

    def completed(self, case: Played, event: UserTaskCompleted, now: datetime) -> None:
        """It is done."""
        self._close(case, event.token_id, now, done=True)

    def cancelled(self, case: Played, event: UserTaskCancelled, now: datetime) -> None:
        """It was withdrawn."""
        self._close(case, event.token_id, now, done=False)

    def due_moved(self, case: Played, event: DeadlineMoved) -> None:
        """It is due at another time now."""
        work = self._find(case, event.token_id)
        if work is not None:
            work.due = _instant(event.after)

    def open_elements(self, case: Played) -> list[str]:
        """Elements at which tasks of the case are open."""
        return sorted({work.element_id for work in self._open.get(case.case_id, {}).values()})

    def close_late(self, now: datetime) -> None:
        """At the end of the season: what is open beyond its due instant has missed it."""
        for works in self._open.values():
            for work in works.values():
                if work.due is not None and work.due <= now:
                    self._notebook.closed(work, now, done=False)

    def offer_new(self, is_ballot: Callable[[Work], bool]) -> None:
        """Let people see what came up since the last time; ballots are others' matter."""
        fresh, self._new = self._new, []
        for work in fresh:
            if not work.over and not is_ballot(work):
                self._offer(work)

    # ---- a task's way
    def _offer(self, work: Work) -> None:
        """Who does it, when they see it, how long it takes them."""
        plan, luck = self._plan.task(work.element_id), self._luck
        key = (work.case.number, work.element_id, work.groups[0] if work.groups else "", work.turn)
        work.crews = self._crews.serving(work.groups)
        notice, effort = plan.notice, plan.work
        named = next((group for group in work.groups if group in plan.of_groups), None)
        if named is not None:
            other_notice, other_effort = plan.of_groups[named]
            notice, effort = other_notice or notice, other_effort or effort
        delay, work.work_seconds = notice.at(luck.draw("notice", *key)), effort.at(luck.draw("work", *key))
        if plan.of_deadline is not None and work.due is not None and work.crews and named is None:
            delay, work.work_seconds = self._of_deadline(work, work.due, plan.of_deadline, key)
        if not work.crews:
            self._stage.remark(f"nobody is asked for {work.element_id}")
        elif plan.answered >= 1 or luck.draw("answered", *key) < plan.answered:
            self._stage.after(max(delay, plan.not_before), lambda: self._see(work))

    def _of_deadline(
        self, work: Work, due: datetime, shares: tuple[Distribution, Distribution], key: tuple[Any, ...]
    ) -> tuple[float, float]:
        """Seconds until it is noticed, and of work, as shares of the time until it is due."""
        notice, effort = shares[0].at(self._luck.draw("notice", *key)), shares[1].at(self._luck.draw("work", *key))
        span = max(0.0, (due - work.created).total_seconds())
        staffed = work.crews[0].team.hours.there(0, work.created, due) if span else 0.0
        return notice * span, effort * staffed

    def _see(self, work: Work) -> None:
        """It is seen; from now on it waits for somebody who is free."""
        if work.over:
            return
        if self._is_held(work):
            work.held = True
            return
        work.held, work.seen = False, self._stage.now
        self._queue(work)

    def _queue(self, work: Work) -> None:
        for crew in work.crews:
            crew.add(work, self._stage.now)
        for crew in work.crews:
            self._begin(crew)

    def _is_held(self, work: Work) -> bool:
        """Whether something of its case has to be done before."""
        after = self._plan.task(work.element_id).after
        return bool(after) and any(other.element_id in after for other in self._open[work.case.case_id].values())

    def _begin(self, crew: Crew) -> None:
        """Everybody of the crew who can begin something does."""
        now = self._stage.now
        while (found := crew.next_for(now)) is not None:
            work, worker = found
            for other in work.crews:
                other.leave(now)
            worker.task, worker.since = work, now
            work.worker, work.begun = worker, now
            crew.waits.append((now - (work.seen or now)).total_seconds())
            self._notebook.begun(work, now)
            ends = crew.team.hours.done(worker.number, now, work.work_seconds * worker.factor)
            if self._plan.takes_on:
                self._stage.at(now, partial(self._take_on, work, worker))
            self._stage.at(ends, partial(self._finish, work, worker))
        opening = crew.next_opening(now)
        if opening is not None and (crew.wake_at is None or opening < crew.wake_at or crew.wake_at <= now):
            crew.wake_at = opening
            self._stage.at(opening, lambda: self._begin(crew))

    def _take_on(self, work: Work, worker: Worker) -> None:
        """Others see who works on it."""
        if work.over or work.worker is not worker:
            return
        task_id = f"{work.case.case_id}.{work.token_id}"
        try:
            self._stage.do(
                work.case, ClaimUserTask(command_id=self._stage.next_id("claim"), user_task_id=task_id), worker.actor
            )
        except NotPermittedError:
            self._give_back(work, worker)

    def _finish(self, work: Work, worker: Worker) -> None:
        """The work is done: what was filled in is submitted."""
        if work.over or work.worker is not worker:
            return
        filled = self._filled(work)
        task_id = f"{work.case.case_id}.{work.token_id}"
        command = CompleteUserTask(
            command_id=self._stage.next_id("complete"), user_task_id=task_id, variables=filled.form
        )
        try:
            if filled.attach is not None:
                attached = self._incoming.attach(work.case, filled.attach, self._stage.next_id("attach"))
                self._stage.do(work.case, attached, worker.actor)
            if not self._stage.do(work.case, command, worker.actor):
                self._give_up(work)
        except NotPermittedError:
            self._give_back(work, worker)

    def _filled(self, work: Work) -> Filled:
        draw = self._luck.draw("answer", work.case.number, work.element_id, *work.groups[:1], work.turn)
        return self._forms.fill(work.case.kind, work.element_id, work.form_key, work.turn, draw)

    def _give_back(self, work: Work, worker: Worker) -> None:
        """Who did the work may not submit it (two persons, a conflict): another one does it."""
        work.barred.add(worker.actor.actor_id)
        freed = self._free(work)
        if any(crew.someone_able(work) for crew in work.crews):
            work.begun = work.worker = None
            self._queue(work)
        else:
            groups = ", ".join(work.groups)
            self._stage.remark(f"nobody may do {work.element_id}: everybody of {groups} was refused")
        if freed is not None:
            self._begin(freed)

    def _give_up(self, work: Work) -> None:
        """It was refused for what was filled in, and would be again."""
        work.over = True
        freed = self._free(work)
        if freed is not None:
            self._begin(freed)

    def _free(self, work: Work) -> Crew | None:
        """Whoever works on it is free; the crew that may begin something else now."""
        worker = work.worker
        if worker is None or worker.task is not work:
            return None
        worker.crew.account(worker, self._stage.now)
        return worker.crew

    def _close(self, case: Played, token_id: int, now: datetime, *, done: bool) -> None:
        works = self._open.get(case.case_id, {})
        work = works.pop(token_id, None)
        if work is None or work.over:
            return
        work.over = True
        self._notebook.closed(work, now, done)
        if done and work.worker is not None:
            work.worker.crew.done += 1
        if work.seen is not None and work.begun is None:
            for crew in work.crews:
                crew.leave(now)
        freed = self._free(work)
        if freed is not None:
            self._stage.after(0.0, lambda: self._begin(freed))
        for other in works.values():
            if other.held and not self._is_held(other):
                other.held = False
                self._stage.after(0.0, partial(self._see, other))

    def _find(self, case: Played, token_id: int) -> Work | None:
        return self._open.get(case.case_id, {}).get(token_id)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
