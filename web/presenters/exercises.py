"""Exercises in words: the clock of the script, the list of events, and what happened in one course."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, g, request

from web.context import engine, settings
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.names import in_language
from web.presenters.people import actor_name, group_names
from web.presenters.times import span
from workflow_engine import EVERYBODY_SIMULATED, ExerciseRow, ExerciseStory, OfferedScript, Show, offered_scripts

STATES = {
    "planned": marked("Planned"), "running": marked("Under way"), "paused": marked("Paused"), "ended": marked("Ended"),
}  # fmt: skip
LOOKS = {"planned": "", "running": "good", "paused": "warn", "ended": ""}
ICONS = {"planned": "later", "running": "play", "paused": "pause", "ended": "check"}
INJECTS = {
    "waiting": marked("waits"), "given": marked("given"), "skipped": marked("left out"), "failed": marked("failed"),
}  # fmt: skip
INJECT_LOOKS = {"waiting": "", "given": "good", "skipped": "warn", "failed": "stop"}
KINDS = {
    "start": marked("Start of a case"), "alert": marked("CAP alert"), "message": marked("Message"),
    "signal": marked("Signal"), "service_request": marked("Report of a resident"),
}  # fmt: skip
PROBLEMS = {
    "title": marked("A title of at most 120 characters is needed."),
    "goal": marked("At most 4,000 characters."),
    "pace": marked("A pace from 1 to 60 is needed."),
    "script": marked("This script cannot be played"),
    "injects": marked("This script cannot be played"),
    "reason": marked("This is needed."), "text": marked("This is needed."),
    "findings": marked("At most 4,000 characters."),
}  # fmt: skip
_PARTS_OF_CASES = ("user_task_id", "task_id", "ballot_id")
_NAMED = {
    "case_id": "case", "emergency_id": "case", **dict.fromkeys(_PARTS_OF_CASES, "case"),
    "consultation_id": "consultation", "notice_id": "notice",
}  # fmt: skip
"""Parts of addresses that name a case, or what belongs to one."""
PACES = (1, 2, 5, 10, 20, 60)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the course: at which second of the script, what, by whom."""

    at: datetime
    second: int
    kind: str
    what: str
    who: str
    href: str | None


def script_time(second: float) -> str:
    """The clock of a script, as ``1:05:00``."""
    whole = max(0, int(second))
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


def course(story: ExerciseStory, url_of_task: Any) -> list[Moment]:
    """What happened, the newest first: injects, tasks that people completed, notes."""
    found = [*_injected(story), *_done(story, url_of_task), *_noted(story)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _injected(story: ExerciseStory) -> Iterator[Moment]:
    for one in story.injects:
        if one.settled_at is not None:
            what = _("%(kind)s: %(state)s", kind=_(KINDS[one.kind]), state=_(INJECTS[one.state]))
            yield _moment(story, one.settled_at, "inject", what, one.settled_by, None)


def _done(story: ExerciseStory, url_of_task: Any) -> Iterator[Moment]:
    for task in story.tasks:
        if task.completed_at is not None and task.completed_by is not None:
            name = in_language(task.name) or task.element_id
            href = url_of_task(task.user_task_id)
            yield _moment(story, task.completed_at, "task", name, task.completed_by, href)


def _noted(story: ExerciseStory) -> Iterator[Moment]:
    for note in story.notes:
        yield _moment(story, note.noted_at, "note", note.text, note.noted_by, None)


def _moment(story: ExerciseStory, at: datetime, kind: str, what: str, who: str | None, href: str | None) -> Moment:
    return Moment(at, int(story.running.seconds(at)), kind, what, actor_name(who), href)


def open_tasks(story: ExerciseStory) -> list[tuple[str, str, datetime, bool]]:
    """What people have before them now: task, with whom, since when, whether it is late."""
    now = engine().clock.now()
    return [
        (
            in_language(task.name) or task.element_id,
            actor_name(task.assignee) if task.assignee else ", ".join(group_names(task.groups)),
            task.created_at, task.due_at is not None and task.due_at < now,
        )
        for task in story.tasks if task.state in ("ready", "claimed")
    ]  # fmt: skip


def verdict(one: Any) -> tuple[str, str]:
    """Look and words of what was expected beside what happened."""
    if one.done_second is None:
        return "stop", _("did not happen")
    if one.is_met:
        return "good", _("in time, at %(time)s", time=script_time(one.done_second))
    return "warn", _("late by %(span)s, at %(time)s", span=span(one.done_second - one.expected.by),
                     time=script_time(one.done_second))  # fmt: skip


def simulated_words(story: ExerciseStory) -> str:
    """Who is only played."""
    if not story.simulated:
        return _("Everybody is real")
    if EVERYBODY_SIMULATED in story.simulated:
        return _("Everybody is simulated")
    return _("Simulated: %(groups)s", groups=", ".join(group_names(story.simulated)))


def scripts() -> list[OfferedScript]:
    """Those that lie with the processes."""
    return offered_scripts(settings().processes_folder)


def script_name(one: OfferedScript) -> str:
    """Its title in the visitor's language."""
    return str(one.name.get(current_language().key) or one.name.get("en") or one.key)


def is_demo() -> bool:
    """Whether shows may be played here."""
    return bool(current_app.extensions["web_settings"].demo)


def demo_show() -> Show | None:
    """What a demo offers to play; None on a real system."""
    return show() if is_demo() and show().is_there else None


def show() -> Show:
    """The one show of this process."""
    found: Show = current_app.extensions.setdefault("show", Show(engine(), settings().processes_folder))
    return found


def drill_case() -> str | None:
    """The case of the page asked for where it is an exercise, whichever page of it: every one says so at its top.

    Tasks and ballots carry the id of their case in theirs. A page of a refusal tells nothing.
    """
    if "drill_case" not in g:
        named = request.view_args or {}
        name = next((name for name in _NAMED if named.get(name)), None)
        key = "" if name is None else str(named[name])
        key = key.partition(".")[0] if name in _PARTS_OF_CASES else key
        g.drill_case = None if name is None else engine().queries.exercises.case_behind(_NAMED[name], key)
    found: str | None = g.drill_case
    return found


def title_of(row: ExerciseRow) -> str:
    """An exercise's title in the visitor's language where it has both."""
    return in_language(row.title)
