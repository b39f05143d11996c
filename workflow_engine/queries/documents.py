"""Documents beside the cases, held against the record: situation reports, briefings, warnings, proofs of destruction.

Their rows are written once, but somebody with the database could change them. What each row must say, and the digest of
the document in it, stands in chains of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Table, select, true

from workflow_engine.audit.chain import Finding
from workflow_engine.domain.destruction import stream_of as destruction_stream
from workflow_engine.domain.situation_reports import stream_of as report_stream
from workflow_engine.domain.warnings import stream_of as warning_stream
from workflow_engine.queries.chains import read_chain
from workflow_engine.queries.documents_on_record import OnRecord, Wanted
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.keeping import KEPT
from workflow_engine.storage.schema import (
    case_removal,
    command_briefing,
    destruction,
    destruction_case,
    destruction_file,
    entry_payload,
    published_warning,
    redacted_values,
    report_transmission,
    situation_report,
    situation_report_version,
)
from workflow_engine.storage.scrubbing import document_key

_HELD: Mapping[Table, tuple[str, ...]] = {
    situation_report: (), situation_report_version: ("content",), report_transmission: (),
    command_briefing: ("content",), published_warning: ("document", "end_document"), destruction: (),
    destruction_case: (), destruction_file: (), redacted_values: ("content",),
}  # fmt: skip
"""The tables, and the columns of each that are documents."""
_ROWS_AT_ONCE = 200


def documents_of(snapshot: Snapshot, case_id: str) -> OnRecord:
    """What the record says of the documents of one case."""
    found = OnRecord()
    warnings = select(published_warning.c.warning_id).where(published_warning.c.case_id == case_id)
    orders = select(destruction_case.c.destruction_id).where(destruction_case.c.case_id == case_id)
    streams = [
        report_stream(case_id),
        *map(warning_stream, snapshot.connection.execute(warnings).scalars()),
        *map(destruction_stream, snapshot.connection.execute(orders).scalars()),
    ]
    for stream_id in streams:
        found.take(read_chain(snapshot, stream_id))
    return found


def is_on_record(record: OnRecord, table: Table, key: tuple[Any, ...], content: str | None) -> bool:
    """Whether a document is the one on record, or what the destruction of personal data left of it."""
    wanted = record.rows.get((table.name, key))
    return wanted is not None and _fits(record, table, key, wanted, "content", content)


def find_changed_documents(snapshot: Snapshot, record: OnRecord, case_id: str | None = None) -> Iterator[Finding]:
    """Rows and documents that are not as the record says, and destroyed values that are there again; of one case, or
    of all."""
    removed = set(snapshot.connection.execute(select(case_removal.c.case_id)).scalars())
    left = {place: wanted for place, wanted in record.rows.items() if case_id in (None, wanted.case_id)}
    for table in _HELD:
        for row in _rows(snapshot, table, case_id):
            key = tuple(row[column.name] for column in table.primary_key)
            wanted = left.pop((table.name, key), None)
            if wanted is not None:
                yield from _compared(record, table, key, wanted, row)
            elif (table.name, key) not in record.rows:
                owner = str(row.get("case_id", row[table.primary_key.columns[0].name]))
                yield Finding("changed_row", owner, None, f"{_named(table, key)} is in no entry of the record.")
    for (name, key), wanted in left.items():
        if wanted.case_id not in removed or name in KEPT:
            message = f"Expected {name} {_words(key)}, as the record tells of it, but it is gone."
            yield Finding("missing_document", wanted.stream_id, wanted.seq, message)
    yield from _restored(snapshot, record, case_id)


def _compared(
    record: OnRecord, table: Table, key: tuple[Any, ...], wanted: Wanted, row: Mapping[str, Any]
) -> Iterator[Finding]:
    values = dict(wanted.values)
    if table is published_warning and key[0] in record.replaced:
        values["state"] = "replaced"
    differing = sorted(column for column, value in values.items() if _plain(row[column]) != _plain(value))
    if differing:
        message = f"{_named(table, key)} says something else than the record: {', '.join(differing)}."
        yield Finding("changed_row", wanted.stream_id, wanted.seq, message)
    for column in _HELD[table]:
        if not _fits(record, table, key, wanted, column, row[column]):
            message = f"{_named(table, key)} has another digest in {column} than the one on record."
            yield Finding("changed_document", wanted.stream_id, wanted.seq, message)


def _fits(
    record: OnRecord, table: Table, key: tuple[Any, ...], wanted: Wanted, column: str, content: str | None
) -> bool:
    digest = None if content is None else sha256(content.encode()).hexdigest()
    cleaned = record.cleaned.get(document_key(table.name, key))
    return digest in cleaned if cleaned else digest == wanted.digests.get(column)


def _restored(snapshot: Snapshot, record: OnRecord, case_id: str | None) -> Iterator[Finding]:
    """Values of entries whose destruction is on record."""
    columns = entry_payload.c
    for owner, (stream_id, numbers) in record.erased.items():
        if case_id not in (None, owner):
            continue
        there = snapshot.connection.execute(select(columns.seq).where(columns.stream_id == owner)).scalars()
        for seq in sorted(numbers.intersection(there)):
            message = f"Expected no values, as {stream_id} destroyed them, but they are there again."
            yield Finding("restored_value", owner, seq, message)


def _rows(snapshot: Snapshot, table: Table, case_id: str | None) -> Iterator[Mapping[str, Any]]:
    wanted = select(table).where(_of_case(table, case_id)).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in snapshot.connection.execute(wanted):
        yield dict(row._mapping)


def _of_case(table: Table, case_id: str | None) -> ColumnElement[bool]:
    if case_id is None:
        return true()
    if table is destruction_file:
        own = select(destruction.c.destruction_id).where(destruction.c.case_id == case_id)
        return table.c.destruction_id.in_(own)
    return table.c.case_id == case_id


def _plain(value: Any) -> Any:
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def _named(table: Table, key: tuple[Any, ...]) -> str:
    return f"Expected what was recorded, but {table.name} {_words(key)}"


def _words(key: tuple[Any, ...]) -> str:
    return ", ".join(map(str, key))
