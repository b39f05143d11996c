"""``liandong audit verify``: all chains, all values, and a sample of cases run again from their record."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import LargeBinary, and_, cast, select

from workflow_engine.audit.chain import ChainHead, Entry, Finding
from workflow_engine.audit.verification import Payload, verify_case
from workflow_engine.domain.errors import AuditError
from workflow_engine.handlers.handling import Parts
from workflow_engine.queries.snapshot import Snapshot
from workflow_engine.replaying import CannotReplayError, re_execute
from workflow_engine.storage.chains import is_case_stream, slot_salt
from workflow_engine.storage.rebuilding import differences, rebuild, stored_rows
from workflow_engine.storage.schema import audit_entry, entry_payload, process_instance, stream

Progress = Callable[[int, int], None]
"""Called with (chains checked, chains in all)."""

_a = audit_entry.c
_y = entry_payload.c
_c = process_instance.c
_MOST_IN_MEMORY = 1_000


@dataclass(slots=True)
class AuditReport:
    """What was checked and what was found; ``ok`` when nothing was."""

    chains: int = 0
    entries: int = 0
    values: int = 0
    """Values that were checked against their commitments."""
    erased: int = 0
    """Entries whose values are erased: they verify, but cannot be run again."""
    re_executed: int = 0
    not_re_executed: int = 0
    """Cases of the sample that could not be run again, for reasons that are no fault."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        counts = ("chains", "entries", "values", "erased", "re_executed", "not_re_executed")
        return {
            "ok": self.ok,
            **{name: getattr(self, name) for name in counts},
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class _Chain:
    """Everything that is stored about one chain."""

    stream_id: str
    entries: list[Entry]
    contents: Mapping[int, tuple[bytes, dict[str, Any]]]
    """(salt, values) of those entries whose values are not erased."""
    columns: list[tuple[Entry, dict[str, str]]]


def verify_audit(
    snapshot: Snapshot, parts: Parts, *, sample: int | None = 50, seed: int = 0, progress: Progress | None = None
) -> AuditReport:
    """Check every chain with its values; run ``sample`` cases again (None: all) and compare their rows.

    ``seed`` picks the sample: the same seed and cases, the same sample.
    """
    report = AuditReport()
    heads = _heads(snapshot)
    chosen = _sample([name for name in heads if is_case_stream(name)], sample, seed)
    total = len(heads)
    with closing(_chains(snapshot)) as chains:
        for chain in chains:
            _verify_chain(report, heads.pop(chain.stream_id, None), chain)
            if chain.stream_id in chosen:
                _verify_case_again(report, snapshot, parts, chain)
            if progress is not None:
                progress(report.chains, max(total, report.chains))
    for head in heads.values():  # Chains without a single entry.
        report.chains += 1
        report.findings.extend(verify_case(head, ()))
    return report


def _verify_chain(report: AuditReport, head: ChainHead | None, chain: _Chain) -> None:
    payloads = [
        Payload(chain.stream_id, seq, slot, slot_salt(salt, slot), value)
        for seq, (salt, content) in chain.contents.items()
        for slot, value in content.items()
    ]
    report.findings.extend(verify_case(head, chain.entries, payloads))
    report.findings.extend(_find_edited_columns(chain))
    report.chains += 1
    report.entries += len(chain.entries)
    report.values += len(payloads)
    committed = (entry for entry in chain.entries if b'"commitments"' in entry.body_json)
    report.erased += sum(1 for entry in committed if entry.seq not in chain.contents)


def _find_edited_columns(chain: _Chain) -> Iterator[Finding]:
    """Columns beside the hashed body repeat parts of it, for indexes; they must say the same."""
    for entry, columns in chain.columns:
        try:
            body = entry.body
        except AuditError:
            continue  # Found already.
        for name, value in columns.items():
            if body.get(name) != value:
                message = f"Expected column {name} to be {body.get(name)!r}, as in the entry, but it is {value!r}."
                yield Finding("edited_column", entry.case_id, entry.seq, message)


def _verify_case_again(report: AuditReport, snapshot: Snapshot, parts: Parts, chain: _Chain) -> None:
    """Only for cases whose chain holds: whatever was changed there is found already."""
    case_id = chain.stream_id
    if any(finding.case_id == case_id for finding in report.findings):
        return
    values = {seq: content for seq, (_, content) in chain.contents.items()}
    try:
        report.findings.extend(re_execute(snapshot.unit, parts, chain.entries, values))
    except CannotReplayError:
        report.not_re_executed += 1
        return
    report.re_executed += 1
    lane = snapshot.connection.execute(select(_c.lane).where(_c.case_id == case_id)).scalar_one()
    rebuilt = rebuild(chain.entries, values, lane)
    for table, what in differences(rebuilt, stored_rows(snapshot.unit, case_id)):
        message = f"Expected the rows that the record gives, but in {table} {what}."
        report.findings.append(Finding("changed_row", case_id, None, message))


def _heads(snapshot: Snapshot) -> dict[str, ChainHead]:
    """The head of every chain, as the case and stream rows say."""
    found = {}
    cases = select(_c.case_id, _c.version, _c.chain_head)
    streams = select(stream.c.stream_id, stream.c.seq, stream.c.head)
    for source in (cases, streams):
        for stream_id, seq, head in snapshot.connection.execute(source):
            found[stream_id] = ChainHead(stream_id, seq, head)
    return found


def _sample(case_ids: list[str], most: int | None, seed: int) -> set[str]:
    case_ids.sort()
    if most is None or most >= len(case_ids):
        return set(case_ids)
    return set(random.Random(seed).sample(case_ids, most))  # noqa: S311 - a sample for checking, no secret


def _chains(snapshot: Snapshot) -> Generator[_Chain]:
    """Every chain, one at a time."""
    joined = audit_entry.outerjoin(entry_payload, and_(_y.stream_id == _a.stream_id, _y.seq == _a.seq))
    statement = (
        select(
            _a.stream_id, _a.seq, _a.prev, _a.body, _a.hash, _a.actor, _a.at, _a.command_id,
            cast(_y.salt, LargeBinary), _y.content,
        )
        .select_from(joined)
        .order_by(_a.stream_id, _a.seq)
    )  # fmt: skip
    with closing(snapshot.connection.execution_options(yield_per=_MOST_IN_MEMORY).execute(statement)) as rows:
        yield from _grouped(rows)


def _grouped(rows: Iterable[Any]) -> Iterator[_Chain]:
    for stream_id, group in groupby(rows, key=itemgetter(0)):
        entries: list[Entry] = []
        contents: dict[int, tuple[bytes, dict[str, Any]]] = {}
        columns: list[tuple[Entry, dict[str, str]]] = []
        for _, seq, prev, body, own_hash, actor, at, command_id, salt, content in group:
            entry = Entry(stream_id, seq, prev, body.encode(), own_hash)
            entries.append(entry)
            columns.append((entry, {"actor": actor, "at": at.isoformat(), "command_id": command_id}))
            if content is not None:
                contents[seq] = (bytes(salt), _values(content))
        yield _Chain(stream_id, entries, contents, columns)


def _values(content: str) -> dict[str, Any]:
    """The stored values; nonsense stands for itself, so that it holds no commitment."""
    try:
        values = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {"unreadable": content}
    return values if isinstance(values, dict) else {"unreadable": values}
