"""Reports of residents as files carry them, whatever the city they come from: one row each, in one CSV of our own.

The CSV is UTF-8 with the columns of ``COLUMNS`` in any order; ``external_id``, ``category``, ``status`` and
``received_at`` are needed. Instants have a zone. A cell that a spreadsheet would take for a formula has an apostrophe
before it, which reading takes away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from workflow_engine.domain.errors import RejectedError
from workflow_engine.interchange.georeport_model import degrees, read_w3c, w3c

STATUSES = (
    "received", "dispatched", "accepted", "in_progress", "waiting", "replied", "called_back", "closed_resolved",
    "closed_explained", "closed_unreachable", "duplicate", "rejected_with_reason", "transferred", "suspended",
    "cancelled_by_reporter",
)  # fmt: skip
CLOSED = STATUSES[7:]
LONGEST_TEXT = 4_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UnreadableReportsError(RejectedError):
    """The file is none of reports; the message says why."""

    code = "reports_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One report: what was said, where it stands, and what was promised."""

    external_id: str
    category: str
    status: str
    received_at: datetime
    title: str = ""
    description: str = ""
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    place_code: str = ""
    status_note: str = ""
    """Public words."""
    due_at: datetime | None = None
    closed_at: datetime | None = None
    changed_at: datetime | None = None
    on_time: bool | None = None
    """What the file itself says; None where it says nothing."""

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that does not fit, with everything that is wrong; ``number`` is its line, or its place in a list."""

    number: int
    external_id: str
    problems: tuple[str, ...]


COLUMNS = tuple(one.name for one in fields(ReportRow))
_REQUIRED = ("external_id", "category", "status", "received_at")
_INSTANTS = ("received_at", "due_at", "closed_at", "changed_at")
_DEGREES = {"lat": 90, "lon": 180}


def read_csv(text: str) -> Iterator[ReportRow | BadRow]:
    """The reports of our own CSV. Raises UnreadableReportsError."""
    for line, row in read_lines(text, _REQUIRED, COLUMNS):
        yield _report(line, {name: _unguarded(cell) for name, cell in row.items()})


def write_csv(reports: Iterable[ReportRow]) -> Iterator[str]:
    """The lines of our own CSV, the head first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for report in reports:
        yield _taken(out)
        writer.writerow([_cell(getattr(report, name)) for name in COLUMNS])
    yield _taken(out)


def read_lines(
    text: str, required: Iterable[str], known: Iterable[str] | None = None
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Each line of a CSV with a head, as cells by column, with its number. Raises UnreadableReportsError."""
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        head = [cell.strip() for cell in next(lines, [])]
        missing = [name for name in required if name not in head]
        if missing or len(set(head)) != len(head):
            raise UnreadableReportsError(
                f"Expected the columns {', '.join(required)} in line 1, but got {head!r:.300}."
            )
        unknown = [] if known is None else sorted(set(head) - set(known))
        if unknown:
            raise UnreadableReportsError(f"Expected only known columns in line 1, but there is {', '.join(unknown)}.")
        before = lines.line_num
        for cells in lines:
            line, before = before + 1, lines.line_num
            if any(cell.strip() for cell in cells):
                yield line, dict(zip(head, [*cells, *[""] * (len(head) - len(cells))], strict=False))
    except csv.Error as error:
        raise UnreadableReportsError(f"Expected CSV, but in line {lines.line_num}: {error}.") from error


def _report(line: int, row: Mapping[str, str]) -> ReportRow | BadRow:
    problems = [f"{name} is missing" for name in _REQUIRED if not row[name].strip()]
    values: dict[str, Any] = {name: row.get(name, "").strip() for name in COLUMNS}
    for name in _INSTANTS:
        text = values[name]
        values[name] = read_w3c(text) if text else None
        if text and values[name] is None:
            problems.append(f"{name} is {text[:40]!r}, not an instant such as 2010-01-01T00:00:00Z")
    for name, most in _DEGREES.items():
        values[name] = degrees(name, values[name], most, problems)
    if values["status"] and values["status"] not in STATUSES:
        problems.append(f"status is {values['status'][:40]!r}, not one of {', '.join(STATUSES)}")
    if (values["lat"] is None) != (values["lon"] is None) and not any(
        one.startswith(("lat", "lon")) for one in problems
    ):
        problems.append("lat and lon go together; only one of them is given")
    problems += closing_problems(values["status"], values["closed_at"])
    values["on_time"] = {"": None, "true": True, "false": False}.get(values["on_time"].lower())
    texts = ("title", "description", "address", "status_note")
    problems += [
        f"{name} holds more than {LONGEST_TEXT:,} characters" for name in texts if len(values[name]) > LONGEST_TEXT
    ]
    if problems:
        return BadRow(line, values["external_id"], tuple(problems))
    return ReportRow(**values)


def closing_problems(status: str, closed_at: datetime | None) -> list[str]:
    """What is closed was closed at some time, and what is open was not."""
    if status not in STATUSES or (status in CLOSED) == (closed_at is not None):
        return []
    return [f"closed_at is {'missing' if closed_at is None else 'given'}, but status is {status}"]


def _taken(out: io.StringIO) -> str:
    written = out.getvalue()
    out.seek(0)
    out.truncate()
    return written


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return w3c(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return "'" + text if text.startswith((*_FORMULA, "'")) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell
