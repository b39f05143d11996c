"""Files of the organisation: several read as one command, and what was refused told by file, line and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workflow_engine.domain.errors import InvalidVariablesError, NotFoundError
from workflow_engine.domain.organisation_rows import BY_NAME, KINDS
from workflow_engine.interchange.organisation_csv import (
    CellProblem,
    OrganisationFile,
    UnreadableFileError,
    read_file,
    write_file,
)

_PLACE = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


class OrganisationFiles:
    """Files read together."""

    def __init__(self, files: Iterable[tuple[str, bytes]]) -> None:
        self.problems: list[CellProblem] = []
        self._files: list[OrganisationFile] = []
        for name, content in files:
            try:
                found = read_file(name, content)
            except UnreadableFileError as error:
                self.problems.append(CellProblem(name, 1, "", str(error).removeprefix(f"{name}: ")))
            else:
                self._files.append(found)
                self.problems += found.problems

    def parts(self) -> dict[str, Any]:
        """The fields of ``LoadOrganisation``. Raises InvalidVariablesError when a file could not be read."""
        if self.problems:
            raise InvalidVariablesError("Expected files that can be read.", dict(map(_keyed, self.problems)))
        return {kind.plural: [row for file in self._of(kind.plural) for row in file.rows] for kind in KINDS}

    def told(self, problems: Mapping[str, str]) -> list[CellProblem]:
        """The engine's problems with its rows, by file, line and column."""
        found = [problem for place, what in problems.items() if (problem := self._told(place, what)) is not None]
        return sorted(found, key=lambda problem: (problem.file, problem.line))

    def _told(self, place: str, what: str) -> CellProblem | None:
        match = _PLACE.fullmatch(place)
        if match is None:
            return None
        number = int(match[2])
        for file in self._of(match[1]):
            if number < len(file.rows):
                return CellProblem(file.name, file.lines[number], match[3], what)
            number -= len(file.rows)
        return None

    def _of(self, plural: str) -> Sequence[OrganisationFile]:
        return [file for file in self._files if file.kind.plural == plural]


def organisation_csv(kind_name: str, rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows of a kind as a CSV file. Raises NotFoundError."""
    kind = BY_NAME.get(kind_name)
    if kind is None:
        raise NotFoundError(f"Expected a kind of row of the organisation, but got {kind_name[:40]!r}.")
    return write_file(kind, rows)


def _keyed(problem: CellProblem) -> tuple[str, str]:
    return f"{problem.file}:{problem.line}:{problem.column}", problem.what
