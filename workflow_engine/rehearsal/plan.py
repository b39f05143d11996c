"""A plan of a rehearsal: what comes in, who works when, how long things take, what people answer, what is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from workflow_engine.domain.errors import RejectedError
from workflow_engine.rehearsal.chances import Constant, Distribution
from workflow_engine.rehearsal.hours import Hours, Turns

AT_ONCE = Constant(0.0)
MOST_CASES = 100_000
MOST_PEOPLE = 1_000


class PlanError(RejectedError):
    """A plan that cannot be read; the message says which file, which field, and what was expected."""

    code = "invalid_plan"


@dataclass(frozen=True, slots=True)
class Team:
    """Crews who share one queue: whatever is offered to one of the groups. A person alone is a crew of one."""

    team_id: str
    name: Mapping[str, str]
    groups: tuple[str, ...]
    crews: int
    """How many tasks it can work on at the same time."""
    hours: Hours
    skill: Distribution
    """Of each crew: 2 takes twice as long as the plan says, 0.5 half."""
    crew_size: int = 1
    """People who act as one."""
    planned: bool = True
    """False: nobody planned for these groups, and the plan's ``others`` was taken."""

    @property
    def people(self) -> int:
        """All of them together."""
        return self.crews * self.crew_size

    @property
    def shifts(self) -> int:
        """Who relieves one another: one more there means one more in each."""
        return self.hours.turns if isinstance(self.hours, Turns) else 1


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing that may be answered: submitted in a form, or said in a vote."""

    share: float
    form: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[int, int] = (1, 10**9)
    """At which turns of the element in its case: the first, up to the last."""
    attach: str | None = None
    """A file of this name is put to the case before."""
    choice: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """How people deal with the tasks of one element."""

    notice: Distribution = AT_ONCE
    """From being offered to being seen, while it does not wait for a free person yet."""
    work: Distribution = AT_ONCE
    answered: float = 1.0
    """The share that anybody answers at all."""
    after: tuple[str, ...] = ()
    """Nobody begins while a task of these elements is open in the case."""
    not_before: float = 0.0
    """Seconds since it was offered."""
    answers: tuple[Answer, ...] = ()
    of_deadline: tuple[Distribution, Distribution] | None = None
    """Instead of notice and work, where the task has a deadline: shares of the time until then; of work, while the team
    is there."""
    of_groups: Mapping[str, tuple[Distribution | None, Distribution | None]] = field(default_factory=dict)
    """Other times (notice, work) where it is offered to this group."""


@dataclass(frozen=True, slots=True)
class Inject:
    """Something from outside, so long after the case began, in this share of cases."""

    after_seconds: float
    kind: str
    value: Any
    details: Mapping[str, Any]
    share: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of case that comes in."""

    name: str
    share: float
    start: Mapping[str, Any]
    injects: tuple[Inject, ...] = ()
    tasks: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    """Answers that only these cases get, by element."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A time to measure in every case: from one thing to another."""

    milestone_id: str
    name: Mapping[str, str]
    begins: tuple[str, str]
    """``("start", "")``, ``("activated", element)`` or ``("completed", element)``."""
    ends: tuple[str, str]
    """As ``begins``, or ``("end", "")``."""
    last: bool
    within_seconds: float | None
    told: Mapping[str, str] | None = None
    """What cases do that reach it within its limit: ``acknowledge in time``."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How cases come in: so long one after the other, more in some hours than in others."""

    between: Distribution
    by_hour: tuple[float, ...] = ()
    """24 weights by the local hour; empty: the same at any time."""


@dataclass(frozen=True, slots=True)
class JobPlan:
    """How outside work of one element ends."""

    work: Distribution = AT_ONCE
    variables: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    error_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan, read and checked."""

    name: str
    about: str
    process_id: str
    start_at: datetime
    zone: str
    cases_per_season: int
    watched_seconds: float | None
    """How long queues and utilisation are watched from the beginning of a season; None: while cases come in."""
    longest_seconds: float
    """No season is played beyond."""
    arrivals: Arrivals
    kinds: tuple[Kind, ...]
    teams: tuple[Team, ...]
    others: Team
    every_task: TaskPlan
    tasks: Mapping[str, TaskPlan]
    forms: Mapping[str, tuple[Mapping[str, Any], ...]]
    """What the scenario behind the plan submits, in its order, by element."""
    votes: Mapping[str, tuple[Answer, ...]]
    jobs: Mapping[str, JobPlan]
    milestones: tuple[Milestone, ...]
    what_if: tuple[str, ...]
    """Teams that are tried with one crew (or person) more and one fewer."""
    guessed: bool
    """Nobody has said how long things take: times are guesses."""
    takes_on: bool
    """People take tasks on when they begin, and complete them when they are done."""
    first_come: bool
    """Who waits longest is next, instead of what is due first among the most urgent."""

    def task(self, element_id: str) -> TaskPlan:
        """How tasks of this element are dealt with."""
        return self.tasks.get(element_id, self.every_task)

    def with_crews(self, team_id: str, more: int) -> Plan:
        """The same with so many more crews (or fewer, but at least none) in one team, in each of its shifts."""
        teams = tuple(
            replace(team, crews=max(0, team.crews + more * team.shifts)) if team.team_id == team_id else team
            for team in self.teams
        )
        return replace(self, teams=teams)


def team_ids(plan: Plan) -> Sequence[str]:
    """Of those the plan names, in its order."""
    return [team.team_id for team in plan.teams]
