"""Whether the rows of resources are those that the record gives: made again from the chains and compared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from workflow_engine.audit.chain import Finding
from workflow_engine.domain.errors import AuditError
from workflow_engine.domain.events import event_from
from workflow_engine.domain.resources import REGISTER_STREAM, request_stream
from workflow_engine.queries.chains import StoredChain
from workflow_engine.storage.resource_rows import TABLES, At, Key, Rebuilt, Values
from workflow_engine.storage.resources import stored
from workflow_engine.storage.unit_of_work import UnitOfWork

_REQUESTS = request_stream("")
_JSON = frozenset({"why", "weights", "row"})
_ERASABLE = frozenset({"contact", "stood_reason", "title", "reason", "note", "basis"})


class FollowedResources:
    """Takes the chains that tell of resources as they pass by."""

    def __init__(self) -> None:
        self._rebuilt = Rebuilt()

    def take(self, chain: StoredChain) -> None:
        """Follow it, if it is one of these; what cannot be read is found elsewhere."""
        if chain.stream_id != REGISTER_STREAM and not chain.stream_id.startswith(_REQUESTS):
            return
        for entry in chain.entries:
            try:
                body = entry.body
            except AuditError:
                continue
            _, values = chain.contents.get(entry.seq, (b"", {}))
            events = [event_from(event, values.get(str(number))) for number, event in enumerate(body["events"])]
            self._rebuilt.take(events, At(datetime.fromisoformat(body["at"]), body["actor"]))

    def findings(self, unit: UnitOfWork) -> Iterator[Finding]:
        """What is not as the record says."""
        wanted = self._rebuilt.counted()
        for table in TABLES:
            keys = [column.name for column in table.primary_key]
            found: dict[Key, Values] = {tuple(row[name] for name in keys): row for row in stored(unit, table)}
            for key in sorted(wanted[table.name].keys() | found.keys(), key=str):
                if what := _difference(wanted[table.name].get(key), found.get(key)):
                    message = f"Expected the rows that the record gives, but in {table.name} row {key} {what}."
                    yield Finding("changed_row", REGISTER_STREAM, None, message)


def _difference(wanted: Values | None, found: Values | None) -> str:
    if found is None:
        return "is missing"
    if wanted is None:
        return "is in no entry"
    columns = sorted(name for name, value in found.items() if _plain(name, wanted.get(name)) != _plain(name, value))
    return f"differs in {', '.join(columns)}" if columns else ""


def _plain(name: str, value: Any) -> Any:
    if name in _ERASABLE:
        return value or ""
    if name in _JSON:
        return orjson.loads(value or "null")
    return value.astimezone(UTC) if isinstance(value, datetime) else value
