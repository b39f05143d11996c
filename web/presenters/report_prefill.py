"""The form of a report as the case would fill it in: every value says where it comes from, and a person decides.

Nothing of it is kept before somebody sends or drafts it: what is in the form is looked at anew each time, except what a
person typed. Then what the case says now stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from web.context import engine
from web.forms.shown import ShownField
from web.presenters.situation_reports import briefing_view, note_of
from workflow_engine import REPORT_FIELDS, REPORT_IN_WORDS, Actor, Assembled, Prefill, UserTaskRow, assembled_dict

TAKING_OVER = frozenset({"take_command", "superior_takes_command", "take_over_shift"})
"""Elements at which somebody confirms that the command is theirs now."""
_FIELDS = {field.id: field.id for field in REPORT_FIELDS} | REPORT_IN_WORDS


def prefill_of(task: UserTaskRow, actor: Actor) -> Prefill | None:
    """What the case would say; None for a task that prepares no report."""
    return engine().queries.situation_reports.prefill(task.case_id, task.element_id, actor)


def briefing_of(task: UserTaskRow, actor: Actor) -> dict[str, Any] | None:
    """Where the emergency stands, for whoever is asked to take over the command; None for every other task."""
    if task.element_id not in TAKING_OVER:
        return None
    return briefing_view(engine().queries.situation_reports.brief(task.case_id, actor), task.case_id)


def prefilled(variables: Mapping[str, Any], prefill: Prefill) -> dict[str, Any]:
    """The values that stand in the form: what came back for changes, else what is assembled, never an old report's."""
    found = {key: prefill.assembled[field_id].value for key, field_id in _FIELDS.items()}
    back = {key: value for key, value in prefill.sent_back.items() if key in _FIELDS}
    return {**variables, **found, **back}


def with_notes(shown: Sequence[ShownField], prefill: Prefill, case_id: str) -> list[ShownField]:
    """The fields with what is known of where their values come from."""
    return [replace(one, note=_note(one, prefill.assembled, case_id)) for one in shown]


def _note(shown: ShownField, assembled: Mapping[str, Assembled], case_id: str) -> Any:
    field_id = _FIELDS.get(shown.field.key)
    if field_id is None or not shown.field.takes_answer:
        return None
    return note_of(assembled_dict(assembled[field_id]), _standing(shown), case_id)


def _standing(shown: ShownField) -> str:
    """What stands in the field now."""
    if shown.field.choices:
        return "".join(str(choice.value) for n, choice in enumerate(shown.field.choices) if str(n) in shown.chosen)
    return shown.text
