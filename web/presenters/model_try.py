"""What the pages on which drafts are tried show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from lxml import etree
from werkzeug.datastructures import MultiDict

from web.context import engine
from web.forms import Form, form_of
from web.forms.conditions import without_settled
from web.forms.shown import ShownField, show
from web.i18n import current_language
from web.i18n import gettext as _
from web.presenters.diagram import diagram_of
from web.presenters.names import Names, messages_in, read_drawn
from web.presenters.people import display_name, group_name
from web.presenters.samples import samples
from web.presenters.sentences_ballots import voter_name
from web.presenters.story import by_day, tell
from web.presenters.times import zone
from web.presenters.values import facts
from workflow_engine import (
    OPERATOR,
    Actor,
    BallotDetail,
    EngineError,
    InboxRow,
    InvalidVariablesError,
    Trial,
    UserTaskRow,
    check_model,
    is_model,
    new_id,
)

MOST_PEOPLE = 12
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_ANYBODY = "anybody:"


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that waits for an answer."""

    row: InboxRow
    name: str
    offered_to: Sequence[str]


@dataclass(frozen=True, slots=True)
class TaskForm:
    """The one task whose form is open."""

    task: UserTaskRow
    name: str
    fields: Sequence[ShownField]
    people: Sequence[tuple[str, str]]
    """Whom one may act as: value and name."""


def start_page(
    files: Mapping[str, bytes], origin: Mapping[str, str], tries: Sequence[tuple[str, Any]]
) -> dict[str, Any]:
    """How a case of these files may start, and which tries are under way."""
    check = check_model(files)
    return {
        "origin": origin,
        "check": check,
        "problems": [problem for problem in check.problems if problem.severity == "error"],
        "starts": _start_events(files) if check.ok else [],
        "tries": tries,
        "samples": samples(),
        "command_id": new_id(),
    }


def trial_page(
    trial_id: str, trial: Trial, chosen: str | None, error: EngineError | None, typed: MultiDict[str, str] | None
) -> dict[str, Any]:
    """The case as it stands in its own place and time."""
    names = trial_names(trial)
    case = trial.case()
    history = trial.queries.get_history(trial.state.case_id, OPERATOR)
    open_tasks = [task for task in case.user_tasks if task.state in ("ready", "claimed")]
    problems: Mapping[str, str] = error.problems if isinstance(error, InvalidVariablesError) else {}
    current = next((task for task in open_tasks if task.user_task_id == chosen), next(iter(open_tasks), None))
    url = url_for("models_try.xml", trial_id=trial_id, language=current_language().tag)
    here = [current.element_id] if current is not None else []
    timer = trial.next_timer()
    ballot = None if current is None else trial.ballot(current.user_task_id)
    return {
        "trial_id": trial_id,
        "state": trial.state,
        "case": case.case,
        "names": names,
        "diagram": diagram_of(case, here=here, url=url),
        "now": trial.now,
        "timer": timer,
        "timer_name": names.element(timer.element_id) if timer is not None else "",
        "tasks": [_open_task(task, names) for task in open_tasks],
        "form": None if current is None or ballot is not None else _task_form(current, trial, names, typed, problems),
        "ballot": None if current is None or ballot is None else _ballot_form(current, ballot, names),
        "messages": _waited_for(case.subscriptions, "message"),
        "signals": _waited_for(case.subscriptions, "signal"),
        "jobs": [(names.element(job.element_id), job) for job in case.jobs if job.state in ("available", "locked")],
        "incidents": [(names.element(i.element_id), i) for i in case.incidents if i.state == "open"],
        "facts": facts(case.variables, names),
        "days": by_day(reversed(tell(history, names))),
        "takes_alerts": "alert" in trial.state.start,
        "samples": samples(),
        "error": None if problems and current is not None and not _is_apart(problems) else error,
        "problems": problems,
        "command_id": new_id(),
    }


def form_of_trial(task: UserTaskRow, trial: Trial) -> Form:
    """The task's form in the visitor's language, at the try's own time."""
    return _form(task, trial_names(trial), trial.now)


def trial_names(trial: Trial) -> Names:
    """Words for the draft; it is checked already, so that it may be read here."""
    definition = trial.queries.get_definition(trial.state.definition_id)
    return Names(
        read_drawn(definition.bpmn_xml), messages_in(definition.files), current_language().key, definition.process_id
    )


def person_who_acts(chosen: str, other: str, task: UserTaskRow) -> tuple[Actor, str]:
    """Who acts, and how a scenario names them: somebody real, or somebody made up of one of the task's groups."""
    person_id = other.strip() or chosen
    if other.strip() and not person_id.startswith("user:"):
        person_id = f"user:{person_id}"
    if person_id.startswith(_ANYBODY) or not person_id:
        group = person_id.removeprefix(_ANYBODY)
        groups = frozenset({group} if group else task.candidate_groups)
        return Actor(f"user:made-up-{group.rpartition(':')[2] or 'person'}", groups), group
    person = engine().queries.find_person(person_id)
    if person is not None:
        return Actor(person.person_id, person.groups), person.sign_in_name
    return Actor(person_id[:100], frozenset(task.candidate_groups)), person_id[:100]


def _form(task: UserTaskRow, names: Names, now: datetime) -> Form:
    return without_settled(form_of(task.form, task.fields, task.variables, names.text), task.variables, now)


def _task_form(
    row: InboxRow, trial: Trial, names: Names, typed: MultiDict[str, str] | None, problems: Mapping[str, str]
) -> TaskForm:
    task = trial.queries.get_user_task(row.user_task_id, OPERATOR)
    shown = show(_form(task, names, trial.now), task.variables, zone(), typed, problems)
    return TaskForm(task, names.element(row.element_id, row.name), shown, _people(task, names))


def _ballot_form(row: InboxRow, ballot: BallotDetail, names: Names) -> dict[str, Any]:
    """Who may still vote, on what, and how."""
    items = [(item.item_id, item.title) for item in ballot.standing if item.item_id]
    waiting = [seat for seat in ballot.seats if seat.state == "expected" and seat.voted < max(1, len(items))]
    return {
        "task_id": row.user_task_id,
        "name": names.element(row.element_id, row.name),
        "voters": [(seat.voter, voter_name(seat.voter)) for seat in waiting],
        "choices": [choice["name"] for choice in ballot.choices],
        "items": items,
        "voted": ballot.ballot.voted,
        "all": ballot.ballot.voters,
    }


def _people(task: UserTaskRow, names: Names) -> list[tuple[str, str]]:
    """Real people of the task's groups, then somebody made up of each group."""
    found: dict[str, str] = {}
    for group in task.candidate_groups:
        for person in engine().queries.list_people(group)[:MOST_PEOPLE]:
            found[person.person_id] = f"{display_name(person)} ({names.group(group) or group_name(group)})"
    for user in (*task.candidate_users, *([task.assignee] if task.assignee else [])):
        found.setdefault(user, user)
    people = list(found.items())[:MOST_PEOPLE]
    for group in task.candidate_groups:
        people.append((f"{_ANYBODY}{group}", _("somebody of %(group)s", group=names.group(group) or group_name(group))))
    return people or [("", _("somebody made up"))]


def _open_task(row: InboxRow, names: Names) -> OpenTask:
    offered = [names.group(group) or group_name(group) for group in row.candidate_groups]
    return OpenTask(row, names.element(row.element_id, row.name), offered)


def _waited_for(subscriptions: Sequence[Any], kind: str) -> list[str]:
    return sorted({one.name for one in subscriptions if one.kind == kind})


def _is_apart(problems: Mapping[str, str]) -> bool:
    """Whether what is wrong belongs to no field of the task's form."""
    return not problems.keys().isdisjoint({"duration", "payload", "variables", "alert", "$"})


def _start_events(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """Start events of the first executable process of checked files, the plain ones first."""
    xml = next(content for name, content in sorted(files.items()) if is_model(name, content))
    names = Names(read_drawn(xml), messages_in(files), current_language().key)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(xml, parser)
    process = next((p for p in root.iter(f"{_BPMN}process") if p.get("isExecutable") == "true"), None)
    found = process.findall(f"{_BPMN}startEvent") if process is not None else []
    found.sort(key=lambda start: any("EventDefinition" in str(child.tag) for child in start))
    return [(str(start.get("id")), names.element(start.get("id"))) for start in found if start.get("id")]
