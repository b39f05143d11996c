"""Cases as rows of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from web.presenters.names import in_language, names_of
from web.presenters.people import actor_name
from workflow_engine import CaseRow


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in the list."""

    row: CaseRow
    title: str
    process_name: str
    started_by: str


def case_lines(rows: Iterable[CaseRow]) -> list[CaseLine]:
    """The rows of the list."""
    return [case_line(row) for row in rows]


def case_line(row: CaseRow) -> CaseLine:
    """One row of the list."""
    process_name = names_of(row.definition_id).process(row.process_name)
    title = in_language(row.title) or row.business_key or process_name
    return CaseLine(row, title, process_name, actor_name(row.started_by))
