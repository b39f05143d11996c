"""Everything the case page shows, put together once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from web.context import engine
from web.presenters.case_lines import case_line
from web.presenters.case_parts import participants, related
from web.presenters.deadline_words import ClockWords, clocks_of_case
from web.presenters.diagram import diagram_of
from web.presenters.names import Names, names_of
from web.presenters.story import by_day, tell
from web.presenters.superseding import superseded_values
from web.presenters.task_work import comments_of, files_of
from web.presenters.tasks import TaskLine, line_of
from web.presenters.times import Due, due_of
from web.presenters.values import facts
from workflow_engine import Actor, CaseDetail, new_id

MOST_MOMENTS = 80
Deadlines = dict[tuple[int, int | None], ClockWords]


@dataclass(frozen=True, slots=True)
class ClockLine:
    """Timers that run for one element: when the next is due, and how many there are."""

    name: str
    due: Due | None
    count: int = 1
    stands: ClockWords | None = None


def case_page(case: CaseDetail, actor: Actor, whole_story: bool = False) -> dict[str, Any]:
    """The template's values; the story's latest moments, or all of them."""
    names = names_of(case.case.definition_id)
    history = engine().queries.get_history(case.case.case_id, actor)
    story = tell(history if whole_story else history[-MOST_MOMENTS:], names)
    deadlines = clocks_of_case(case.case.case_id)
    open_tasks = [line_of(task) for task in case.user_tasks if task.state in ("ready", "claimed")]
    return {
        "case": case.case,
        "line": case_line(case.case),
        "names": names,
        "diagram": diagram_of(case),
        "days": by_day(reversed(story)),
        "left_out": len(history) - len(story),
        "seen": history[-1].seq if history else 0,
        "facts": facts(case.variables, names, superseded_values(history, case.variables)),
        "tasks": _by_name(open_tasks),
        "participants": participants(case),
        "related": related(case, history, actor),
        "files": files_of(engine().queries.work.attachments(case.case.case_id, actor)),
        "comments": comments_of(engine().queries.work.comments(case.case.case_id, actor)),
        "clocks": [*_clocks(case, names), *_standing(case, names, deadlines)],
        "clock_of": lambda task_id: deadlines.get((int(task_id.rpartition(".")[2]), None)),
        "case_stands": any(words.by_case for words in deadlines.values()) and case.case.state == "active",
        "keeping": engine().queries.keeping.of_case(case.case.case_id),
        "waiting": [(names.element(s.element_id), s.name) for s in case.subscriptions],
        "jobs": [
            (names.element(job.element_id), job) for job in case.jobs if job.state not in ("completed", "cancelled")
        ],
        "incidents": [(names.element(i.element_id), i) for i in case.incidents if i.state == "open"],
        "mended": [(names.element(i.element_id), i) for i in case.incidents if i.state != "open"],
        "command_id": new_id,
    }


def _by_name(tasks: list[TaskLine]) -> list[tuple[str, list[TaskLine]]]:
    """Open tasks under their names: one task done by many units is one heading."""
    named: dict[str, list[TaskLine]] = {}
    for task in tasks:
        named.setdefault(task.name, []).append(task)
    return list(named.items())


def _clocks(case: CaseDetail, names: Names) -> list[ClockLine]:
    running = [timer for timer in case.timers if timer.state == "scheduled"]
    running.sort(key=lambda timer: timer.due_at)
    first: dict[str, ClockLine] = {}
    for timer in running:
        name = names.element(timer.element_id)
        known = first.get(name)
        first[name] = replace(known, count=known.count + 1) if known else ClockLine(name, due_of(timer.due_at))
    return list(first.values())


def _standing(case: CaseDetail, names: Names, deadlines: Deadlines) -> list[ClockLine]:
    """Timers whose clock stands: they wait for no instant until it runs again."""
    newest = {(timer.token_id or 0, timer.position): timer for timer in sorted(case.timers, key=lambda one: one.due_at)}
    return [
        ClockLine(names.element(newest[key].element_id), None, stands=words)
        for key, words in deadlines.items()
        if words.stands_since is not None and key in newest and newest[key].state == "cancelled"
    ]
