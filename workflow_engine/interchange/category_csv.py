"""The catalogue of categories as CSV: what spreadsheets write is read, what is written opens in them.

UTF-8 with or without a byte order mark; comma, semicolon or tab between cells; the first line names the fields.
Keywords are parted by semicolons, attributes are JSON.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from workflow_engine.domain.service_categories import COLUMNS, MOST_CATEGORIES, REQUIRED, Category
from workflow_engine.interchange.organisation_csv import CellProblem
from workflow_engine.interchange.spreadsheet_cells import delimiter_of, guarded, unguarded

LARGEST_BYTES = 8_000_000
_ROW = re.compile(r"(?:categories|rows)\[(\d+)\]\.(\w+)")


class CategoryFile:
    """The rows of a file, still as text, and what is wrong with its form."""

    what = "categories"
    columns: tuple[str, ...] = tuple(COLUMNS)
    required: tuple[str, ...] = tuple(REQUIRED)
    most = MOST_CATEGORIES

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.rows: list[dict[str, str]] = []
        self.problems: list[CellProblem] = []
        self._lines: list[int] = []
        try:
            self._read(_text(content))
        except ValueError as error:
            self.problems.append(CellProblem(name, 1, "", str(error)))

    def told(self, problems: Mapping[str, str]) -> list[CellProblem]:
        """The engine's problems with its rows, by line and column."""
        found = []
        for place, what in problems.items():
            match = _ROW.fullmatch(place)
            if match is not None and int(match[1]) < len(self._lines):
                found.append(CellProblem(self.name, self._lines[int(match[1])], match[2], what))
        return sorted(found, key=lambda problem: problem.line)

    def line_of(self, number: int) -> int:
        """On which line of the file a row begins; rows count from 0."""
        return self._lines[number]

    def _read(self, text: str) -> None:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
        try:
            header = [cell.strip() for cell in next(lines, [])]
            self._check(header)
            before = lines.line_num
            for cells in lines:
                line, before = before + 1, lines.line_num
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) != len(header):
                    what = f"{len(cells)} cells, but the first line has {len(header)}"
                    self.problems.append(CellProblem(self.name, line, header[0], what))
                    continue
                self.rows.append(dict(zip(header, map(unguarded, cells), strict=True)))
                self._lines.append(line)
                if len(self.rows) > self.most:
                    raise ValueError(f"more than {self.most:,} {self.what}")
        except csv.Error as error:
            raise ValueError(f"line {lines.line_num}: {error}") from error

    def _check(self, header: list[str]) -> None:
        if unknown := [name for name in header if name not in self.columns]:
            raise ValueError(f"no such column: {unknown[0]!r}; the columns are {', '.join(self.columns)}")
        if missing := [name for name in self.required if name not in header]:
            raise ValueError(f"the first line lacks {', '.join(missing)}")
        if len(set(header)) != len(header):
            raise ValueError("a column stands twice in the first line")


def category_csv(categories: Iterable[Category]) -> str:
    """Categories as a file, with a byte order mark so that spreadsheets see the encoding."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in categories:
        content = one.content()
        writer.writerow([guarded(_cell(content[name])) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def _text(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"larger than {LARGEST_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"no UTF-8 at byte {error.start}; save it as “CSV UTF-8”") from error
    if "\x00" in text:
        raise ValueError("holds a NUL character")
    return text


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        is_plain = all(isinstance(one, str) for one in value)
        return "; ".join(value) if is_plain else json.dumps(value, ensure_ascii=False)
    return str(value)
