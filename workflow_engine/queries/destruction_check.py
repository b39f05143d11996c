"""``liandong audit destruction``: looks for destroyed values in every table, column and file, by their salted hashes.

Nothing says beforehand where to look: every text of every table is searched, whoever added the table; the kept files;
and on SQLite the bytes of the database's own files, where deleted rows would lie.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import JSON, LargeBinary, String, Table, select

from workflow_engine.attached_files import AttachedFiles
from workflow_engine.domain.actors import Actor
from workflow_engine.domain.errors import InvalidStateError, NotFoundError
from workflow_engine.domain.traces import Trace, Traces, values_to_trace
from workflow_engine.queries.destructions import read_traces, require_destruction
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.storage.schema import METADATA
from workflow_engine.storage.scrubbing import LEFT_ALONE, REFERENCES

MOST_PLACES = 200
_ROWS_AT_ONCE = 500
_OWN_TABLES = frozenset({"destruction", "destruction_case", "destruction_trace", "destruction_file"})
_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Where a value was found. Which value it is nobody can say any more."""

    where: str
    """``table.column`` or the name of a file."""
    key: str
    case_id: str | None
    must_go: bool
    """In records of the cases that were gone through; else in records of their own right."""


@dataclass(slots=True)
class DestructionCheck:
    """What was looked at and found."""

    destruction_id: str
    tables: int = 0
    columns: int = 0
    rows: int = 0
    files: int = 0
    storage: str = "not readable from here"
    """Files of the database itself: ``searched``, or why not."""
    places: list[FoundPlace] = field(default_factory=list)
    left: int = 0
    elsewhere: int = 0

    @property
    def ok(self) -> bool:
        return self.left == 0

    def add(self, place: FoundPlace) -> None:
        """Count it; the first ones are kept."""
        if place.must_go:
            self.left += 1
        else:
            self.elsewhere += 1
        if len(self.places) < MOST_PLACES:
            self.places.append(place)

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        names = ("destruction_id", "tables", "columns", "rows", "files", "storage", "left", "elsewhere")
        places = [{"where": p.where, "key": p.key, "case_id": p.case_id, "must_go": p.must_go} for p in self.places]
        return {"ok": self.ok, **{name: getattr(self, name) for name in names}, "places": places}


def check_destruction(
    snapshot: Snapshot, kept: AttachedFiles, destruction_id: str, actor: Actor
) -> DestructionCheck:
    """Search everything. Raises NotFoundError, or InvalidStateError where there is nothing to search with."""
    row = require_destruction(snapshot, destruction_id, actor)
    salt, stored, cases = read_traces(snapshot, destruction_id)
    if salt is None:
        raise InvalidStateError(
            f"Expected a destruction with traces to look for, but it is {row.state} and has none.", state=row.state
        )
    traces = Traces(salt, (Trace(*each) for each in stored))
    check = DestructionCheck(destruction_id)
    explained: set[str] = set()
    for table in METADATA.sorted_tables:
        if table.name not in _OWN_TABLES:
            explained |= _search_table(snapshot, table, traces, cases, check)
    _search_files(snapshot, kept, traces, destruction_id, check)
    if snapshot.connection.dialect.name == "sqlite":
        _search_storage(snapshot, traces, explained, check)
    return check


def _search_table(
    snapshot: Snapshot, table: Table, traces: Traces, cases: set[str], check: DestructionCheck
) -> set[str]:
    """Hashes of the values that stand in the table, with each place in the check."""
    keys = [column.name for column in table.primary_key.columns]
    texts = [c.name for c in table.columns if isinstance(c.type, String | LargeBinary | JSON)]
    owners = [name for name in (*REFERENCES, "stream_id") if name in table.c]
    if not texts:
        return set()
    names = list(dict.fromkeys((*keys, *owners, *texts)))
    check.tables += 1
    check.columns += len(texts)
    found: set[str] = set()
    wanted = select(*(table.c[name] for name in names)).execution_options(yield_per=_ROWS_AT_ONCE)
    for row in snapshot.connection.execute(wanted):
        check.rows += 1
        values = dict(zip(names, row, strict=True))
        whole = "\x00".join(_text_of(values[name]) for name in texts if values[name] is not None)
        if not traces.is_in(whole):
            continue
        for name in texts:
            hits = {digest for _, _, digest in traces.find(_text_of(values[name]))}
            if hits:
                found |= hits
                owner = next((str(values[each]) for each in owners if values[each] in cases), None)
                key = ", ".join(str(values[each]) for each in keys)
                must_go = owner is not None and table.name not in LEFT_ALONE - {"audit_entry", "entry_payload", "token"}
                check.add(FoundPlace(f"{table.name}.{name}", key, owner, must_go))
    return found


def _text_of(value: Any) -> str:
    """What can be read of a column: for a document its texts as people wrote them beside its own characters."""
    text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
    if text[:1] in ("{", "[") and "\\" in text:
        try:
            return text + "\x00" + "\x00".join(values_to_trace(orjson.loads(text)))
        except orjson.JSONDecodeError:
            return text
    return text


def _search_files(
    snapshot: Snapshot, kept: AttachedFiles, traces: Traces, destruction_id: str, check: DestructionCheck
) -> None:
    """Contents that were to go must not be there; no other kept text may hold a value."""
    wanted = METADATA.tables["destruction_file"].c
    gone = snapshot.connection.execute(select(wanted.digest).where(wanted.destruction_id == destruction_id)).all()
    for (digest,) in gone:
        check.files += 1
        try:
            kept.open(digest).close()
        except NotFoundError:
            continue
        check.add(FoundPlace("kept file", digest, None, must_go=True))
    for place in kept.places():
        check.files += 1
        if any(traces.is_in(text) for text in _chunks(place)):
            check.add(FoundPlace("kept file", place.name, None, must_go=False))


def _search_storage(snapshot: Snapshot, traces: Traces, explained: set[str], check: DestructionCheck) -> None:
    """The bytes of the database: values that no row holds any more would lie in freed pages or in the log."""
    path = Path(str(snapshot.connection.engine.url.database)).resolve()
    for name in (path, path.with_name(path.name + "-wal")):
        if not name.exists():
            continue
        check.files += 1
        left = {digest for text in _chunks(name) for _, _, digest in traces.find(text)} - explained
        for _ in left:
            check.add(FoundPlace("database file", name.name, None, must_go=True))
    check.storage = "searched"


def _chunks(path: Path) -> Iterator[str]:
    """The text that a file's bytes are, in overlapping pieces; what is no text stays out."""
    before = b""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            yield (before + piece).decode("utf-8", "ignore")
            before = piece[-400:]
