"""Everything the task page shows, put together once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from web.context import engine
from web.forms import Form, form_of
from web.forms.conditions import without_settled
from web.forms.shown import show
from web.presenters.ballots import ballot_page, opened_for
from web.presenters.deadline_words import clock_of_task
from web.presenters.diagram import Diagram, diagram_of
from web.presenters.names import Names, names_of
from web.presenters.replanning import plans_of_task
from web.presenters.report_prefill import briefing_of, prefill_of, prefilled, with_notes
from web.presenters.story import Moment, by_day, tell
from web.presenters.superseding import superseded_values
from web.presenters.task_work import STATES, VERBS_OUTSIDE, Verb, around, working_clock
from web.presenters.tasks import line_of
from web.presenters.times import zone
from web.presenters.values import facts
from workflow_engine import Actor, EngineError, HistoryRow, InvalidVariablesError, UserTaskRow

Typed = MultiDict[str, str]
MOST_MOMENTS = 40
VERBS_OF_BALLOTS = frozenset({"copy", "urge"})
"""What can be done with a task that is put to the vote; everything else would decide for the voters."""


def form_of_task(task: UserTaskRow) -> Form:
    """The task's form in the visitor's language."""
    form = form_of(task.form, task.fields, task.variables, names_of(task.definition_id).text)
    return without_settled(form, task.variables, engine().clock.now())


def task_page(
    task: UserTaskRow,
    actor: Actor,
    *,
    command_id: str,
    error: EngineError | None = None,
    typed: Typed | None = None,
    refused: str = "",
    refusal: EngineError | None = None,
    verb_typed: Typed | None = None,
) -> dict[str, Any]:
    """The template's values. ``typed`` is what a refused form held; ``error`` why it was refused.

    ``refused``, ``refusal`` and ``verb_typed`` are the same of a verb's small form.
    """
    queries = engine().queries
    names = names_of(task.definition_id)
    form = form_of_task(task)
    problems: Mapping[str, str] = error.problems if isinstance(error, InvalidVariablesError) else {}
    case = queries.get_case(task.case_id, actor)
    history = queries.get_history(task.case_id, actor)
    story = tell(history[-MOST_MOMENTS:], names)
    is_open = task.state in ("ready", "claimed")
    clock = clock_of_task(task.user_task_id)
    work = queries.work.around(task.user_task_id, actor)
    draft = None if typed is not None or not is_open else work.draft
    if draft is not None:
        typed = MultiDict((name, value) for name, values in dict(draft.content).items() for value in values)
    prefill = prefill_of(task, actor) if is_open and form else None
    values = task.variables if prefill is None else prefilled(task.variables, prefill)
    shown = show(form, values, zone(), typed if is_open else None, problems)
    if prefill is not None:
        shown = with_notes(shown, prefill, task.case_id)
    mine = task.assignee in (actor.actor_id, *(one.person_id for one in actor.absent(task.process_id)))
    around_it = around(task, work, case, names, refused)
    if refusal is not None and not _has_form(refused, around_it["verbs"]):
        error = refusal
    ballot = queries.ballots.find(task.user_task_id, actor)
    if ballot is not None:
        around_it["verbs"] = [verb for verb in around_it["verbs"] if verb.key in VERBS_OF_BALLOTS]
    return {
        "task": task,
        "ballot": None if ballot is None else ballot_page(ballot, actor),
        "ballot_forms": [] if ballot is None else opened_for(ballot),
        "line": line_of(task),
        "names": names,
        "fields": [part for part in shown if part.field.takes_answer or not part.field.is_input],
        "givens_list": [part for part in shown if part.field.readonly and part.field.is_input and part.words],
        "typed": _kept(form, typed, is_open),
        "problems": problems,
        "error": None if problems else error,
        "submitted": facts(task.submission or {}, names),
        "is_open": is_open,
        "is_mine": is_open and mine,
        "can_claim": ballot is None and "claim" in work.verbs,
        "may_complete": ballot is None
        and is_open
        and (mine or task.assignee is None) and work.delegation is None and not work.opinion,
        **around_it,
        "draft": draft,
        "draft_version": work.draft.version if work.draft else 0,
        "clock": clock,
        "plans": plans_of_task(task.user_task_id) if is_open else [],
        "working_clock": working_clock(task.due_at) if is_open and clock.stands_since is None else "",
        "voice_states": STATES,
        "refused": refused,
        "verb_error": refusal,
        "verb_typed": verb_typed or MultiDict(),
        "verb_problems": refusal.problems if isinstance(refusal, InvalidVariablesError) else {},
        "work_task_id": lambda one: work.opinion.user_task_id if work.opinion else one.user_task_id,
        "briefing": briefing_of(task, actor) if is_open else None,
        "prefilled": prefill is not None,
        "facts": facts(_without_form(task.variables, form), names, superseded_values(history, task.variables)),
        "case": case.case,
        "diagram": _diagram(task, case),
        "days": by_day(reversed(story)),
        "ended_by": _ended_by(task, history, names),
        "command_id": command_id,
    }


def _has_form(verb: str, bar: Sequence[Verb]) -> bool:
    """Whether the refused verb's form is on the page to say so; not when the task has left one's hands meanwhile."""
    return verb in VERBS_OUTSIDE or any(one.key == verb for one in bar)


def _diagram(task: UserTaskRow, case: Any) -> Diagram:
    here = [task.element_id] if task.state in ("ready", "claimed") else []
    return diagram_of(case, here=here, focus=[task.element_id])


def _without_form(variables: Mapping[str, Any], form: Form) -> dict[str, Any]:
    asked = {field.key for field in form.fields if field.is_input and "." not in field.key}
    return {key: value for key, value in variables.items() if key not in asked}


def _kept(form: Form, typed: Typed | None, is_open: bool) -> list[tuple[str, str]]:
    """What a person typed into a form that can no longer be sent, by label, so that nothing is lost."""
    if typed is None or is_open:
        return []
    kept = []
    for shown in show(form, {}, zone(), typed):
        if not shown.field.takes_answer:
            continue
        chosen = [choice.label for number, choice in enumerate(shown.field.choices) if str(number) in shown.chosen]
        text = ", ".join(chosen) or shown.text
        if text.strip():
            kept.append((shown.field.label, text))
    return kept


def _ended_by(task: UserTaskRow, history: Sequence[HistoryRow], names: Names) -> Moment | None:
    """The moment in which somebody completed the task, or in which it was withdrawn."""
    if task.state in ("ready", "claimed"):
        return None
    token_id = int(task.user_task_id.rpartition(".")[2])
    endings = ("user_task.completed", "user_task.cancelled")
    for row in reversed(history):
        if any(event.get("event") in endings and event.get("token_id") == token_id for event in row.events):
            return tell([row], names)[0]
    return None
