"""The organisation as CSV, one file per kind of row: what spreadsheets write is read, what is written opens in them.

UTF-8 with or without a byte order mark; comma, semicolon or tab between cells. A cell that a spreadsheet would take for
a formula is written with an apostrophe before it, which reading takes away again. A list of administrative divisions
(``code,parent_code,level,name``) is read as units.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow_engine.domain.organisation_rows import KINDS, UNIT, Column, Kind, shown
from workflow_engine.interchange.spreadsheet_cells import delimiter_of, guarded, unguarded

LARGEST_BYTES = 8_000_000
MOST_ROWS = 100_000
_DIVISIONS = ("code", "parent_code", "level", "name")
_TOP_LEVEL = "province"


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one cell; ``line`` counts from 1 as editors do, ``column`` is the name in the first line."""

    file: str
    line: int
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class OrganisationFile:
    """The rows of one file, still as text, with the line on which each begins."""

    name: str
    kind: Kind
    rows: Sequence[Mapping[str, Any]]
    lines: Sequence[int]
    problems: Sequence[CellProblem] = field(default_factory=tuple)


class UnreadableFileError(Exception):
    """The file is none of ours; the message says why."""


def read_file(name: str, content: bytes) -> OrganisationFile:
    """Read one file. Raises UnreadableFileError."""
    if len(content) > LARGEST_BYTES:
        raise UnreadableFileError(f"{name}: larger than {LARGEST_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError(f"{name}: no UTF-8 at byte {error.start}; save it as “CSV UTF-8”") from error
    if "\x00" in text:
        raise UnreadableFileError(f"{name}: holds a NUL character")
    return _read_text(name, text)


def _read_text(name: str, text: str) -> OrganisationFile:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    try:
        header = [cell.strip() for cell in next(lines, [])]
        kind = _kind_of(name, header)
        is_divisions = tuple(header) == _DIVISIONS
        rows, numbers, problems = [], [], []
        before = lines.line_num
        for cells in lines:
            line, before = before + 1, lines.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                what = f"{len(cells)} cells, but the first line has {len(header)}"
                problems.append(CellProblem(name, line, header[0], what))
                continue
            row = dict(zip(header, map(unguarded, cells), strict=True))
            rows.append(_division(row) if is_divisions else row)
            numbers.append(line)
            if len(rows) > MOST_ROWS:
                raise UnreadableFileError(f"{name}: more than {MOST_ROWS:,} rows")
    except csv.Error as error:
        raise UnreadableFileError(f"{name}: line {lines.line_num}: {error}") from error
    return OrganisationFile(name, kind, rows, numbers, problems)


def write_file(kind: Kind, rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as CSV, with a byte order mark so that spreadsheets see the encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.name for column in kind.columns])
    for row in rows:
        writer.writerow([guarded(_cell(column, row.get(column.name))) for column in kind.columns])
    return "\ufeff" + out.getvalue()


def _kind_of(name: str, header: Sequence[str]) -> Kind:
    if tuple(header) == _DIVISIONS:
        return UNIT
    if len(set(header)) != len(header):
        raise UnreadableFileError(f"{name}: a column stands twice in the first line")
    for kind in KINDS:
        known = {column.name for column in kind.columns}
        needed = {column.name for column in kind.columns if column.required}
        if needed <= set(header) <= known:
            return kind
    nearest = max(KINDS, key=lambda kind: len({column.name for column in kind.columns} & set(header)))
    raise UnreadableFileError(
        f"{name}: line 1: the columns fit no kind of row; {nearest.plural} have "
        + ", ".join(column.name for column in nearest.columns)
    )


def _division(row: Mapping[str, str]) -> dict[str, Any]:
    is_top = row["level"].strip() == _TOP_LEVEL
    return {
        "unit_id": row["code"], "parent_id": "" if is_top else row["parent_code"], "level": row["level"],
        "name_zh": row["name"], "name_en": row["name"],
        "subject_class": "society" if row["level"].strip() == "community" else "government",
    }  # fmt: skip


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if column.type == "flag":
        return "true" if value else "false"
    if column.type == "groups":
        return ";".join(value)
    return str(shown(value))
