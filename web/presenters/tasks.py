"""User tasks as rows of a list: with the model's names, the clock and who may act."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from web.presenters.names import in_language, names_of
from web.presenters.people import actor_name, group_names
from web.presenters.times import Due, due_of


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task in a list."""

    row: Any
    """The engine's row."""
    name: str
    process_name: str
    case_title: str
    due: Due | None
    holder: str
    """Who has it, or empty."""
    offered_to: list[str]


def rows_of(rows: Iterable[Any]) -> list[TaskLine]:
    """The rows of an inbox."""
    return [line_of(row) for row in rows]


def line_of(row: Any) -> TaskLine:
    """One row."""
    names = names_of(row.definition_id)
    open_task = row.state in ("ready", "claimed")
    return TaskLine(
        row=row,
        name=names.element(row.element_id, row.name),
        process_name=names.process(row.process_name),
        case_title=in_language(row.case_title) or names.process(row.process_name),
        due=due_of(row.due_at, row.created_at) if open_task else None,
        holder=actor_name(row.assignee) if row.assignee else "",
        offered_to=group_names(row.candidate_groups),
    )
