"""Event logs as CSV (RFC 4180) that spreadsheets cannot be made to execute."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from workflow_engine.interchange.event_log import EXERCISE, CaseLog

_HEAD = ("exercise", "case", "process", "title", "time", "element", "lifecycle", "actor", "event", "token", "groups",
         "id", "outcome")  # fmt: skip
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_table(cases: Iterable[CaseLog]) -> Iterator[bytes]:
    """One line per event, in UTF-8 with the mark by which spreadsheets know it."""
    yield "\ufeff".encode() + _line(_HEAD)
    for case in cases:
        for event in case.events:
            yield _line((
                EXERCISE if case.exercise else "", case.case_id, case.process_id, case.title, event.at.isoformat(),
                event.activity, event.lifecycle, event.actor, event.kind,
                "" if event.token_id is None else str(event.token_id), " ".join(event.groups), event.event_id,
                event.outcome,
            ))  # fmt: skip


def guarded(cell: str) -> str:
    """The cell, with a quote before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return line.getvalue().encode()
