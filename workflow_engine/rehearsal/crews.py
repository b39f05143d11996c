"""Simulated people at work: who is free and there, what waits for them, how long, and how busy they are."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workflow_engine.domain.actors import Actor
from workflow_engine.rehearsal.chances import Luck
from workflow_engine.rehearsal.following import Played
from workflow_engine.rehearsal.plan import Plan, Team

BUCKETS = 48
"""Into how many spans the watched time is cut."""


@dataclass(slots=True, eq=False)
class Work:
    """One task that simulated people have to do."""

    case: Played
    token_id: int
    element_id: str
    form_key: str | None
    groups: tuple[str, ...]
    turn: int
    created: datetime
    due: datetime | None
    priority: int
    crews: list[Crew] = field(default_factory=list)
    seen: datetime | None = None
    begun: datetime | None = None
    worker: Worker | None = None
    work_seconds: float = 0.0
    barred: set[str] = field(default_factory=set)
    """Who was refused already."""
    over: bool = False
    held: bool = False


@dataclass(slots=True, eq=False)
class Worker:
    """Who can work on one task at a time: a person, or several who act as one."""

    crew: Crew
    number: int
    actor: Actor
    factor: float
    task: Work | None = None
    since: datetime | None = None
    busy_seconds: float = 0.0


class Crew:
    """The people of one team and their queue."""

    def __init__(self, team: Team, actors: Sequence[Actor], luck: Luck, plan: Plan, watch: Watch) -> None:
        self.team = team
        self._first_come = plan.first_come
        self._watch = watch
        self.workers = [
            Worker(self, number, actor, team.skill.at(luck.draw("skill", team.team_id, number)))
            for number, actor in enumerate(actors)
        ]
        self._queue: list[tuple[Any, int, Work]] = []
        self._count = 0
        self.waiting = 0
        self.most_waiting = 0
        self._changed = watch.begins
        self.queued_seconds = [0.0] * BUCKETS
        self.waits: list[float] = []
        self.done = self.met = self.missed = 0
        self.wake_at: datetime | None = None

    # ---- the queue
    def add(self, work: Work, now: datetime) -> None:
        """It waits for somebody of the crew."""
        self._count += 1
        key: Any = (now,) if self._first_come else (-work.priority, work.due or datetime.max.replace(tzinfo=now.tzinfo))
        heapq.heappush(self._queue, ((*key, self._count), self._count, work))
        self._step(now, 1)

    def leave(self, now: datetime) -> None:
        """Something that waited waits no longer."""
        self._step(now, -1)

    def next_for(self, now: datetime) -> tuple[Work, Worker] | None:
        """What is to be begun now, and by whom; None: nothing waits, or nobody who may do it is free and there."""
        free = self._free(now)
        passed: list[tuple[Any, int, Work]] = []
        found = None
        while self._queue and free:
            entry = heapq.heappop(self._queue)
            work = entry[2]
            if work.over or work.begun is not None:
                continue
            able = next((one for one in free if one.actor.actor_id not in work.barred), None)
            if able is not None:
                found = (work, able)
                break
            passed.append(entry)
        for entry in passed:
            heapq.heappush(self._queue, entry)
        return found

    def next_opening(self, now: datetime) -> datetime | None:
        """When somebody who is free now but not there comes; None: nothing waits, or nobody comes."""
        if not self.waiting:
            return None
        hours = self.team.hours
        comes = [hours.opens(one.number, now) for one in self.workers if one.task is None]
        return min((at for at in comes if at is not None and at > now), default=None)

    def someone_able(self, work: Work) -> bool:
        """Whether anybody of the crew has not been refused yet."""
        return any(worker.actor.actor_id not in work.barred for worker in self.workers)

    def _free(self, now: datetime) -> list[Worker]:
        """Who is free and there, the least busy first."""
        hours = self.team.hours
        free = [one for one in self.workers if one.task is None and hours.opens(one.number, now) == now]
        return sorted(free, key=lambda one: (one.busy_seconds, one.number))

    # ---- figures
    def account(self, worker: Worker, now: datetime) -> None:
        """The worker is free again; what was worked within the watched time counts."""
        since = worker.since or now
        begins, ends = max(since, self._watch.begins), min(now, self._watch.ends)
        if ends > begins:
            worker.busy_seconds += self.team.hours.there(worker.number, begins, ends)
        worker.task = worker.since = None

    def settle(self, now: datetime) -> None:
        """At the end of the season: whoever still works, and whatever still waits."""
        for worker in self.workers:
            if worker.task is not None:
                self.account(worker, now)
        self._step(now, 0)

    def there_seconds(self) -> float:
        """How long its people are there in the watched time, together."""
        hours, watch = self.team.hours, self._watch
        return sum(hours.there(one.number, watch.begins, watch.ends) for one in self.workers)

    def _step(self, now: datetime, change: int) -> None:
        if self.waiting:
            self._watch.spread(self.queued_seconds, self._changed, now, self.waiting)
        self._changed = now
        self.waiting += change
        self.most_waiting = max(self.most_waiting, self.waiting)


@dataclass(frozen=True, slots=True)
class Watch:
    """The span of a season in which queues and utilisation are watched."""

    begins: datetime
    ends: datetime

    def spread(self, into: list[float], since: datetime, until: datetime, height: float) -> None:
        """Add ``height`` times the seconds between the two instants to the buckets they fall into."""
        width = (self.ends - self.begins).total_seconds() / BUCKETS
        left, right = ((at - self.begins).total_seconds() for at in (since, min(until, self.ends)))
        while left < right:
            bucket = min(int(left / width), BUCKETS - 1)
            end = right if bucket == BUCKETS - 1 else min(right, (bucket + 1) * width)
            if end <= left:  # rounding at the edge of a bucket
                bucket, end = bucket + 1, min(right, (bucket + 2) * width)
            into[bucket] += (end - left) * height
            left = end


class Crews:
    """Every crew of a season; those nobody planned for are made when something is offered to them."""

    def __init__(self, plan: Plan, luck: Luck, watch: Watch, find_person: Callable[[str], Actor | None]) -> None:
        self._plan = plan
        self._luck = luck
        self._watch = watch
        self._find_person = find_person
        self.all: dict[str, Crew] = {}
        self._of_group: dict[str, list[Crew]] = {}
        for team in plan.teams:
            self._make(team, [_member(team, number) for number in range(team.crews)])

    def serving(self, groups: Sequence[str]) -> list[Crew]:
        """The crews that something offered to these groups waits for: planned ones, else one of the first group."""
        found: dict[str, Crew] = {}
        for group in groups:
            for crew in self._of_group.get(group, ()):
                found[crew.team.team_id] = crew
        planned = [crew for crew in found.values() if crew.team.planned]
        if planned or not groups:
            return planned
        return list(found.values())[:1] or [self._unplanned(groups[0])]

    def _unplanned(self, group: str) -> Crew:
        others = self._plan.others
        person = group.startswith("user:")
        team = Team(
            team_id=group, name={"zh_CN": group, "en": group}, groups=(group,), crews=1 if person else others.crews,
            hours=others.hours, skill=others.skill, crew_size=1 if person else others.crew_size, planned=False,
        )  # fmt: skip
        if person:
            return self._make(team, [self._find_person(group) or Actor(group)])
        return self._make(team, [_member(team, number) for number in range(team.crews)])

    def _make(self, team: Team, actors: Sequence[Actor]) -> Crew:
        crew = self.all[team.team_id] = Crew(team, actors, self._luck, self._plan, self._watch)
        for group in team.groups:
            self._of_group.setdefault(group, []).append(crew)
        return crew


def _member(team: Team, number: int) -> Actor:
    name = "".join(character if character.isalnum() else "_" for character in team.team_id)
    return Actor(f"user:sim_{name}_{number + 1}", frozenset(team.groups))
