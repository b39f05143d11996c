"""What intake found out about one file: problems, notes, and which parts of it were understood."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from workflow_engine.bpmn.model import Note
from workflow_engine.bpmn.xml import Element, line_of
from workflow_engine.domain.errors import Problem

MAX_PROBLEMS = 500
MAX_ALIKE = 3
"""The same unused thing is listed this often; beyond, only the number is told."""

Severity = Literal["error", "warning", "info"]


class Findings:
    """Collects problems and notes; the same thing about the same element is kept once."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self._problems: dict[tuple[str, str | None, str], Problem] = {}
        self._notes: dict[Note, None] = {}

    @property
    def has_errors(self) -> bool:
        return any(problem.severity == "error" for problem in self._problems.values())

    @property
    def notes(self) -> tuple[Note, ...]:
        """All of them; the same unused thing on many elements is told once, with its number."""
        alike: dict[tuple[str, str], list[Note]] = {}
        for note in self._notes:
            key = (note.kind, note.what if note.kind == "unused" else f"{note.what} {note.element_id}")
            alike.setdefault(key, []).append(note)
        found: list[Note] = []
        for notes in alike.values():
            if len(notes) <= MAX_ALIKE:
                found.extend(notes)
            else:
                found.append(Note(kind=notes[0].kind, what=f"{notes[0].what} ({len(notes)} times)"))
        return tuple(found)

    def problems(self) -> tuple[Problem, ...]:
        """All of them: errors first, then in the order of the file."""
        rank = {"error": 0, "warning": 1, "info": 2}
        found = sorted(
            self._problems.values(), key=lambda p: (rank[p.severity], p.line or 0, p.element_id or "", p.code)
        )
        return tuple(found[:MAX_PROBLEMS])

    def has_errors_at(self, element: Element) -> bool:
        """Whether an error was already found at this very element."""
        element_id = find_id(element)
        return any(
            problem.severity == "error" and problem.element_id == element_id for problem in self._problems.values()
        )

    def error(self, code: str, element: Element | None, message: str, mend: str = "") -> None:
        self._add("error", code, element, message, mend)

    def warning(self, code: str, element: Element | None, message: str, mend: str = "") -> None:
        self._add("warning", code, element, message, mend)

    def include(self, problems: Iterable[Problem]) -> None:
        """Problems found elsewhere."""
        for problem in problems:
            self._problems.setdefault((problem.code, problem.element_id, problem.message), problem)

    def note(
        self,
        kind: Literal["unused", "translated", "rewritten"],
        element: Element | None,
        what: str,
        *,
        before: str | None = None,
        after: str | None = None,
    ) -> None:
        element_id = None if element is None else find_id(element)
        self._notes.setdefault(Note(kind=kind, element_id=element_id, what=what, before=before, after=after), None)

    def _add(self, severity: Severity, code: str, element: Element | None, message: str, mend: str) -> None:
        element_id = None if element is None else find_id(element)
        problem = Problem(
            code=code,
            severity=severity,
            message=message,
            mend=mend,
            element_id=element_id,
            element_name=None if element is None else find_name(element),
            line=None if element is None else line_of(element),
            file=self.file_name,
        )
        self._problems.setdefault((code, element_id, message), problem)


def find_id(element: Element) -> str | None:
    """The id of the element, or of the nearest one around it that has an id."""
    at: Element | None = element
    while at is not None:
        value = at.get("id")
        if value:
            return value
        at = at.getparent()
    return None


def find_name(element: Element) -> str | None:
    """The name that goes with ``find_id``."""
    at: Element | None = element
    while at is not None and not at.get("id"):
        at = at.getparent()
    if at is None:
        return None
    name = at.get("name")
    return " ".join(name.split()) if name else None
