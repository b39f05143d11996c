"""Taking personal values out of every row of a case: any table that refers to cases, also one that is added later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import LargeBinary, Table, Text, and_, delete, or_, select, update

from workflow_engine.domain.destruction import INSTEAD, without_personal
from workflow_engine.domain.traces import Traces
from workflow_engine.storage.schema import METADATA, attachment, comment, note, task_draft
from workflow_engine.storage.statement import Statement, param
from workflow_engine.storage.unit_of_work import UnitOfWork

LEFT_ALONE = frozenset({
    "audit_entry", "entry_payload", "token",
    "alert", "published_warning", "published_decision", "consultation", "supervision_notice",
    "destruction", "destruction_case",
})  # fmt: skip
"""Chains and tokens have ways of their own; what was made public, or came from a sender outside with a signature, is
nobody's personal data by its nature and stays word for word."""
REDACTED = "redacted_values"
DOCUMENTS = frozenset({"situation_report_version", "command_briefing", REDACTED})
"""Tables whose ``content`` has its digest on record; what is left of it gets another one, recorded too."""
REFERENCES = ("case_id", "origin_case_id", "target_case_id")
_DROP_DRAFTS = Statement(delete(task_draft).where(task_draft.c.case_id == param("case")))
_EMPTY_COMMENTS = Statement(update(comment).where(comment.c.case_id == param("case")).values(content=INSTEAD))
_EMPTY_NOTES = Statement(update(note).where(note.c.case_id == param("case")).values(content=INSTEAD))
_EMPTY_FILES = Statement(
    update(attachment)
    .where(attachment.c.case_id == param("case"))
    .values(name=INSTEAD, removed_at=param("at", attachment.c.removed_at), removed_by=param("by"))
)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """What was done to the rows of a case."""

    changed: dict[str, int]
    """How many rows by table."""
    ids: list[str]
    """Of all rows that have one id."""
    documents: dict[str, str]
    """Digests of documents in ``DOCUMENTS`` as they are now, by ``document_key``."""


@dataclass(frozen=True, slots=True)
class _Scrub:
    """How the rows of one table are read and written."""

    table: str
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    binary: frozenset[str]
    read: Statement
    write: Statement


def scrub(
    unit: UnitOfWork, case_id: str, names: frozenset[str], traces: Traces
) -> Scrubbed:
    """Clean every row of the case."""
    changed: dict[str, int] = {}
    ids: list[str] = []
    documents: dict[str, str] = {}
    for plan in _SCRUBS:
        for row in unit.all(plan.read, {"case": case_id}):
            keys, before = row[: len(plan.keys)], row[len(plan.keys) :]
            if len(keys) == 1 and isinstance(keys[0], str):
                ids.append(keys[0])
            after = [
                _cleaned(value, name in plan.binary, names, traces)
                for name, value in zip(plan.columns, before, strict=True)
            ]
            if all(new is old for new, old in zip(after, before, strict=True)):
                continue
            values = dict(zip(plan.columns, after, strict=True))
            unit.run(plan.write, {**{f"k_{name}": key for name, key in zip(plan.keys, keys, strict=True)}, **values})
            changed[plan.table] = changed.get(plan.table, 0) + 1
            if plan.table in DOCUMENTS and values["content"] is not None:
                documents[document_key(plan.table, tuple(keys))] = sha256(values["content"].encode()).hexdigest()
    dropped = unit.run(_DROP_DRAFTS, {"case": case_id})
    if dropped:
        changed["task_draft"] = dropped
    return Scrubbed(changed, ids, documents)


def empty_comments(unit: UnitOfWork, case_id: str) -> dict[str, int]:
    """Nothing of what people wrote to each other stays."""
    said = (("comment", _EMPTY_COMMENTS), ("note", _EMPTY_NOTES))
    return {table: count for table, each in said if (count := unit.run(each, {"case": case_id}))}


def empty_files(unit: UnitOfWork, case_id: str, at: datetime, by: str) -> dict[str, int]:
    """The rows of files stay without their names, as removed."""
    count = unit.run(_EMPTY_FILES, {"case": case_id, "at": at, "by": by})
    return {"attachment": count} if count else {}


def _cleaned(value: Any, is_binary: bool, names: frozenset[str], traces: Traces) -> Any:
    """The value of a column without what is personal; the very same object where nothing is."""
    if value is None:
        return None
    text = bytes(value).decode("utf-8", "replace") if is_binary else str(value)
    document = json_of(text)
    if document is None:
        cleaned = traces.without(text, INSTEAD)
        if cleaned == text:
            return value
    else:
        new = without_personal(document, names, traces)
        if new == document:
            return value
        cleaned = orjson.dumps(new).decode()
    return cleaned.encode() if is_binary else cleaned


def document_key(table: str, key: tuple[Any, ...]) -> str:
    """How the record names a document."""
    return f"{table}:{','.join(map(str, key))}"


def json_of(text: str) -> Any:
    """The document that a text is; None when it is plain text."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _scrubs() -> Iterator[_Scrub]:
    for table in METADATA.sorted_tables:
        references = [table.c[name] for name in REFERENCES if name in table.c]
        columns = text_columns(table)
        if not references or not columns or table.name in LEFT_ALONE:
            continue
        keys = tuple(column.name for column in table.primary_key.columns)
        read = select(*(table.c[name] for name in (*keys, *columns))).where(
            or_(*(each == param("case") for each in references))
        )
        write = (
            update(table)
            .where(and_(*(table.c[name] == param(f"k_{name}", table.c[name]) for name in keys)))
            .values({name: param(name, table.c[name]) for name in columns})
        )
        binary = frozenset(name for name in columns if isinstance(table.c[name].type, LargeBinary))
        yield _Scrub(str(table.name), keys, columns, binary, Statement(read), Statement(write))


def text_columns(table: Table) -> tuple[str, ...]:
    """Columns that hold what people wrote, alone or inside a document."""
    keys = {column.name for column in table.primary_key.columns}
    wanted: Callable[[Any], bool] = lambda c: isinstance(c.type, Text | LargeBinary) and c.name not in keys  # noqa: E731 - one test
    return tuple(column.name for column in table.columns if wanted(column))


_SCRUBS = tuple(_scrubs())
