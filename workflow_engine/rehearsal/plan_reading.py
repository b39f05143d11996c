"""Makes a plan out of its document; ``docs/rehearsal.md`` lists every field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from workflow_engine.domain.office_hours import CalendarError, Opening
from workflow_engine.domain.rehearsals import USUAL_SEASON
from workflow_engine.domain.working_time import Calendar
from workflow_engine.rehearsal.chances import Constant, Distribution, Exponential
from workflow_engine.rehearsal.hours import Always, Hours, Office, Turns, roster_of
from workflow_engine.rehearsal.plan import (
    MOST_CASES,
    MOST_PEOPLE,
    Answer,
    Arrivals,
    Inject,
    JobPlan,
    Kind,
    Milestone,
    Plan,
    TaskPlan,
    Team,
)
from workflow_engine.rehearsal.plan_fields import Field, optional, required
from workflow_engine.rehearsal.scenario import INJECTS

Roster = Callable[[str], Iterable[tuple[str, datetime, datetime]]]
"""Who is on duty for a group, from when, until when."""

_PLAN = (
    "name", "about", "process_id", "start_at", "season", "arrivals", "kinds", "start", "injects", "teams", "others",
    "tasks", "forms", "votes", "jobs", "milestones", "what_if", "queue", "guessed", "take_on",
)  # fmt: skip
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_DAY_MINUTES = 24 * 60
_LONG = 400 * 86_400.0
_FOREVER = 10**9
_NOTHING: dict[str, Any] = {}
_NO_FIELDS: dict[str, Field] = {}


def plan_from(document: Mapping[str, Any], file: str, calendar: Calendar, roster: Roster) -> Plan:
    """The plan in a settled document (see ``plan_files.settle``); hours are those of this calendar and roster.

    Raises:
        PlanError: it is none.
    """
    whole = Field(file, "", document)
    parts = whole.members(*_PLAN)
    season = optional(parts, "season", lambda one: one.members("cases", "watched", "longest"), _NO_FIELDS)
    reader = _People(calendar, roster)
    others = optional(parts, "others", reader.others, reader.others(Field(file, "others", {})))
    every, tasks = _tasks(parts.get("tasks"))
    kinds = _kinds(whole, parts)
    teams = tuple(map(reader.team, required(whole, parts, "teams").items())) if "teams" in parts else ()
    _refuse_twice(parts.get("teams"), [team.team_id for team in teams])
    plan = Plan(
        name=optional(parts, "name", Field.text, file),
        about=optional(parts, "about", Field.text, ""),
        process_id=required(whole, parts, "process_id").text(),
        start_at=required(whole, parts, "start_at").instant(),
        zone=calendar.zone,
        cases_per_season=optional(season, "cases", lambda one: one.whole(1, MOST_CASES), USUAL_SEASON),
        watched_seconds=optional(season, "watched", Field.seconds, None),
        longest_seconds=optional(season, "longest", Field.seconds, _LONG),
        arrivals=optional(parts, "arrivals", _arrivals, Arrivals(Exponential(86_400.0))),
        kinds=kinds,
        teams=teams,
        others=others,
        every_task=every,
        tasks=tasks,
        forms=optional(parts, "forms", _forms, _NOTHING),
        votes=optional(parts, "votes", _votes, _NOTHING),
        jobs=optional(parts, "jobs", _jobs, _NOTHING),
        milestones=optional(parts, "milestones", _milestones, ()),
        what_if=optional(parts, "what_if", Field.texts, ()),
        guessed=optional(parts, "guessed", Field.flag, False),
        takes_on=optional(parts, "take_on", Field.flag, False),
        first_come=optional(parts, "queue", _queue, False),
    )
    known = {team.team_id for team in teams}
    if not known.issuperset(plan.what_if):
        parts["what_if"].refuse(f"ids of teams ({', '.join(sorted(known)) or 'none is planned'})")
    return plan


class _People:
    """Reads teams, with the city's hours."""

    def __init__(self, calendar: Calendar, roster: Roster) -> None:
        self._calendar = calendar
        self._roster = roster

    def team(self, found: Field) -> Team:
        """One team."""
        parts = found.members("id", "name", "groups", "people", "crews", "crew_size", "hours", "skill")
        team_id = required(found, parts, "id").text()
        groups = required(found, parts, "groups").texts()
        if not groups:
            parts["groups"].refuse("at least one group")
        return Team(
            team_id=team_id,
            name=optional(parts, "name", Field.name, {"zh_CN": team_id, "en": team_id}),
            groups=groups,
            crews=_crews(parts),
            crew_size=optional(parts, "crew_size", lambda one: one.whole(1, MOST_PEOPLE), 1),
            hours=optional(parts, "hours", lambda one: self.hours(one, groups), Always()),
            skill=optional(parts, "skill", Field.factor, Constant(1.0)),
        )

    def others(self, found: Field) -> Team:
        """Whoever is needed for groups that no team serves."""
        parts = found.members("people", "crews", "crew_size", "hours", "skill")
        return Team(
            team_id="", name={}, groups=(), planned=False, crews=_crews(parts),
            crew_size=optional(parts, "crew_size", lambda one: one.whole(1, MOST_PEOPLE), 1),
            hours=optional(parts, "hours", lambda one: self.hours(one, ()), Always()),
            skill=optional(parts, "skill", Field.factor, Constant(1.0)),
        )  # fmt: skip

    def hours(self, found: Field, groups: tuple[str, ...]) -> Hours:
        """``always``, ``office``, ``roster``, hours of the day, or turns."""
        if found.value == "always":
            return Always()
        if found.value == "office":
            return Office(self._calendar)
        if found.value == "roster":
            rows = [row for group in groups for row in self._roster(group)]
            if not rows:
                found.refuse(f"duty in the city's roster for {' or '.join(groups)}, and there is none")
            return roster_of(rows)
        if isinstance(found.value, Mapping) and "turns" in found.value:
            return self._turns(found)
        if not isinstance(found.value, Mapping):
            found.refuse("always, office, roster, or an object with open or turns")
        parts = found.members("open", "days")
        days = optional(parts, "days", Field.text, "working")
        if days not in ("working", "all"):
            parts["days"].refuse("working or all")
        openings = tuple(_opening(one) for one in required(found, parts, "open").items())
        weekly = dict.fromkeys(range(7) if days == "all" else range(5), openings)
        bare = Calendar(zone=self._calendar.zone) if days == "all" else self._calendar
        try:
            return Office(replace(bare, weekly=weekly, make_up_hours=openings))
        except CalendarError:
            parts["open"].refuse("openings in order and apart")

    def _turns(self, found: Field) -> Turns:
        parts = found.members("turns", "change_at")
        changes = tuple(_minutes(one) for one in required(found, parts, "change_at").items())
        if not changes or list(changes) != sorted(set(changes)):
            parts["change_at"].refuse("times of the day, each later than the one before")
        turns = parts["turns"].whole(1, 20)
        return Turns(ZoneInfo(self._calendar.zone), turns, changes)


def _crews(parts: Mapping[str, Field]) -> int:
    """How many people who work alone, or crews of several who act as one."""
    if "crews" not in parts:
        if "crew_size" in parts:
            parts["crew_size"].refuse("it only where crews are said")
        return optional(parts, "people", lambda one: one.whole(0, MOST_PEOPLE), 1)
    if "people" in parts:
        parts["people"].refuse("people or crews, not both")
    if "hours" in parts and parts["hours"].value == "roster":
        parts["hours"].refuse("other hours where crews are said: the roster is of people")
    return parts["crews"].whole(0, MOST_PEOPLE)


def _opening(found: Field) -> Opening:
    try:
        return Opening.parse(found.text())
    except CalendarError:
        found.refuse("hours such as 08:00-12:00")


def _minutes(found: Field) -> int:
    match = _CLOCK.fullmatch(str(found.value))
    if match is None or (minutes := int(match[1]) * 60 + int(match[2])) > _DAY_MINUTES:
        found.refuse("a time of the day such as 08:00")
    return minutes


def _refuse_twice(found: Field | None, ids: list[str]) -> None:
    for number, one in enumerate(ids):
        if found is not None and one in ids[:number]:
            found.items()[number].refuse(f"a team of another id than {one}")


def _arrivals(found: Field) -> Arrivals:
    parts = found.members("between", "by_hour")
    weights = optional(parts, "by_hour", lambda one: tuple(each.number(0, 1e6) for each in one.items()), ())
    if weights and (len(weights) != 24 or not sum(weights)):
        parts["by_hour"].refuse("24 weights, not all of them nothing")
    return Arrivals(required(found, parts, "between").duration(), weights)


def _kinds(whole: Field, parts: Mapping[str, Field]) -> tuple[Kind, ...]:
    if "kinds" not in parts:
        start = optional(parts, "start", _start, _NOTHING)
        return (Kind("case", 1.0, start, optional(parts, "injects", _injects, ())),)
    found = tuple(_kind(one) for one in parts["kinds"].items())
    if not found or not sum(kind.share for kind in found):
        parts["kinds"].refuse("at least one kind with a share")
    for name in ("start", "injects"):
        if name in parts:
            parts[name].refuse("it not to be said, where there are kinds")
    return found


def _kind(found: Field) -> Kind:
    parts = found.members("name", "share", "start", "injects", "answers")
    answers = optional(parts, "answers", lambda one: {k: _answers(v) for k, v in one.members().items()}, _NOTHING)
    return Kind(
        name=required(found, parts, "name").text(),
        share=optional(parts, "share", lambda one: one.number(0, 1e6), 1.0),
        start=optional(parts, "start", _start, _NOTHING),
        injects=optional(parts, "injects", _injects, ()),
        tasks=answers,
    )


def _start(found: Field) -> dict[str, Any]:
    parts = found.members("alert", "service_request", "variables", "title", "business_key", "exercise", "element")
    if "alert" in parts and "service_request" in parts:
        found.refuse("an alert or a service_request, not both")
    for name in ("alert", "service_request", "variables"):
        if name in parts:
            parts[name].json()
    return dict(found.value)


def _injects(found: Field) -> tuple[Inject, ...]:
    return tuple(_inject(one) for one in found.items())


def _inject(found: Field) -> Inject:
    parts = found.members()
    kinds = [kind for kind in INJECTS if kind in parts]
    if len(kinds) != 1:
        found.refuse(f"one of {', '.join(INJECTS)}")
    kind = kinds[0]
    rest = {name: part.value for name, part in parts.items() if name not in (kind, "at", "share", "told", "note")}
    value = parts[kind].json() if kind == "alert" else parts[kind].text()
    return Inject(
        after_seconds=required(found, parts, "at").seconds(), kind=kind, value=value, details=rest,
        share=optional(parts, "share", lambda one: one.number(0, 1), 1.0),
    )  # fmt: skip


def _tasks(found: Field | None) -> tuple[TaskPlan, dict[str, TaskPlan]]:
    parts = {} if found is None else found.members()
    every = optional(parts, "*", lambda one: _task(one, TaskPlan()), TaskPlan())
    return every, {name: _task(part, every) for name, part in parts.items() if name != "*"}


def _task(found: Field, every: TaskPlan) -> TaskPlan:
    parts = found.members("notice", "work", "of_deadline", "answered", "after", "not_before", "answers", "of_groups")
    told = "notice" in parts or "work" in parts
    return TaskPlan(
        notice=optional(parts, "notice", Field.duration, every.notice),
        work=optional(parts, "work", Field.duration, every.work),
        of_deadline=optional(parts, "of_deadline", _of_deadline, None if told else every.of_deadline),
        answered=optional(parts, "answered", lambda one: one.number(0, 1), every.answered),
        after=optional(parts, "after", Field.texts, ()),
        not_before=optional(parts, "not_before", Field.seconds, 0.0),
        answers=optional(parts, "answers", _answers, ()),
        of_groups=optional(parts, "of_groups", lambda one: {k: _times(v) for k, v in one.members().items()}, _NOTHING),
    )


def _of_deadline(found: Field) -> tuple[Distribution, Distribution]:
    parts = found.members("notice", "work")
    return required(found, parts, "notice").share(), required(found, parts, "work").share()


def _times(found: Field) -> tuple[Distribution | None, Distribution | None]:
    parts = found.members("notice", "work")
    notice, work = (parts[name].duration() if name in parts else None for name in ("notice", "work"))
    return notice, work


def _answers(found: Field) -> tuple[Answer, ...]:
    return tuple(_answer(one) for one in found.items())


def _answer(found: Field) -> Answer:
    parts = found.members("share", "form", "turn", "from_turn", "attach")
    turn = optional(parts, "turn", lambda one: one.whole(1, _FOREVER), 0)
    since = optional(parts, "from_turn", lambda one: one.whole(1, _FOREVER), 1)
    return Answer(
        share=optional(parts, "share", lambda one: one.number(0, 1e6), 1.0),
        form=optional(parts, "form", Field.json, _NOTHING),
        turns=(turn, turn) if turn else (since, _FOREVER),
        attach=optional(parts, "attach", Field.text, None),
    )


def _forms(found: Field) -> dict[str, tuple[Mapping[str, Any], ...]]:
    return {name: tuple(one.json() for one in part.items()) for name, part in found.members().items()}


def _votes(found: Field) -> dict[str, tuple[Answer, ...]]:
    def vote(one: Field) -> Answer:
        parts = one.members("share", "choice", "reason")
        share = optional(parts, "share", lambda part: part.number(0, 1e6), 1.0)
        choice = required(one, parts, "choice").text()
        return Answer(share=share, choice=choice, reason=optional(parts, "reason", Field.text, None))

    return {name: tuple(vote(one) for one in part.items()) for name, part in found.members().items()}


def _jobs(found: Field) -> dict[str, JobPlan]:
    def job(one: Field) -> JobPlan:
        parts = one.members("work", "variables", "error", "error_share")
        error = optional(parts, "error", Field.text, None)
        share = optional(parts, "error_share", lambda part: part.number(0, 1), 0.0 if error is None else 1.0)
        work = optional(parts, "work", Field.duration, Constant(0.0))
        return JobPlan(work, optional(parts, "variables", Field.json, _NOTHING), error, share)

    return {name: job(part) for name, part in found.members().items()}


def _milestones(found: Field) -> tuple[Milestone, ...]:
    read = tuple(_milestone(one) for one in found.items())
    for number, one in enumerate(read):
        if one.milestone_id in {earlier.milestone_id for earlier in read[:number]}:
            found.items()[number].refuse("a milestone of another id")
    return read


def _milestone(found: Field) -> Milestone:
    parts = found.members("id", "name", "from", "until", "which", "within", "told")
    milestone_id = required(found, parts, "id").text()
    which = optional(parts, "which", Field.text, "first")
    if which not in ("first", "last"):
        parts["which"].refuse("first or last")
    return Milestone(
        milestone_id=milestone_id,
        name=optional(parts, "name", Field.name, {"zh_CN": milestone_id, "en": milestone_id}),
        begins=optional(parts, "from", lambda one: _point(one, "start"), ("start", "")),
        ends=_point(required(found, parts, "until"), "end"),
        last=which == "last",
        within_seconds=optional(parts, "within", Field.seconds, None),
        told=optional(parts, "told", Field.name, None),
    )


def _point(found: Field, plain: str) -> tuple[str, str]:
    if found.value == plain:
        return plain, ""
    if isinstance(found.value, str):
        found.refuse(f"{plain}, or an object with activated or completed")
    parts = found.members("activated", "completed")
    if len(parts) != 1:
        found.refuse("activated or completed")
    ((kind, part),) = parts.items()
    return kind, part.text()


def _queue(found: Field) -> bool:
    if found.value not in ("urgent_first", "first_come"):
        found.refuse("urgent_first or first_come")
    return bool(found.value == "first_come")
