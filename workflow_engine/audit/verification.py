"""Check what is stored about a case: its entries, the head kept on the case row, and the values people gave.

What this finds and what it cannot find is the table in docs/audit.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow_engine.audit.chain import GENESIS, ChainHead, Entry, Finding, verify_chain
from workflow_engine.audit.commitments import commitment_holds
from workflow_engine.domain.errors import AuditError

COMMITMENTS = "commitments"
"""Key in an entry's body: an object from slot (a name of the recorder's choice) to commitment."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A value that an entry commits to under ``slot``; ``salt`` None: lawfully erased, its row kept as a tombstone."""

    case_id: str
    seq: int
    slot: str
    salt: bytes | None
    value: Any


def verify_case(
    head: ChainHead | None,
    entries: Iterable[Entry],
    payloads: Iterable[Payload] = (),
) -> list[Finding]:
    """Return everything that does not fit together in one case; an empty list means that nothing was found.

    ``head`` is what the case row says (None: there is no case row), ``entries`` and ``payloads`` all rows of the case.
    A payload that is absent counts as erased. Kinds of finding: those of ``verify_chain``, and ``missing_case``,
    ``truncated_tail``, ``head_mismatch``, ``head_behind``, ``changed_value``, ``stray_value``, ``unreadable_entry``.
    """
    ordered = sorted(entries, key=lambda entry: entry.seq)
    findings = verify_chain(ordered, None if head is None else head.case_id)
    findings.extend(_find_at_head(head, ordered))
    findings.extend(_find_in_payloads(ordered, payloads))
    return findings


def compare_copies(entry: Entry, copies: Mapping[str, Any]) -> list[Finding]:
    """Return a finding ``changed_copy`` for each column that repeats a key of the entry's body with another value.

    Stores repeat instant and actor beside the body to search by them; the hash covers the body only. A body that
    cannot be read gives no finding here: ``verify_case`` names it.
    """
    try:
        body = entry.body
    except AuditError:
        return []
    return [
        Finding(
            "changed_copy",
            entry.case_id,
            entry.seq,
            f"Expected the column “{name}” to say {body.get(name)!r}, as the entry does, but it says {value!r}.",
        )
        for name, value in copies.items()
        if body.get(name) != value
    ]


def _find_at_head(head: ChainHead | None, ordered: list[Entry]) -> Iterator[Finding]:
    """Yield what is wrong between the case row and the last entry."""
    if head is None:
        if ordered:
            case_id = ordered[0].case_id
            yield Finding("missing_case", case_id, None, f"Expected a case for {len(ordered)} entries, but it is gone.")
        return
    last_seq, last_hash = (ordered[-1].seq, ordered[-1].hash) if ordered else (0, GENESIS)
    if last_seq < head.seq:
        message = f"Expected entries up to {head.seq}, as the case says, but the last one is {last_seq}."
        yield Finding("truncated_tail", head.case_id, last_seq + 1, message)
    elif last_seq > head.seq:
        message = f"Expected no entry after {head.seq}, as the case says, but there are entries up to {last_seq}."
        yield Finding("head_behind", head.case_id, last_seq, message)
    elif last_hash != head.hash:
        message = f"Expected the hash {head.hash[:16]}…, as the case says, but the last entry has {last_hash[:16]}…"
        yield Finding("head_mismatch", head.case_id, last_seq, message)


def _find_in_payloads(ordered: list[Entry], payloads: Iterable[Payload]) -> Iterator[Finding]:
    """Yield values that are not those their entries commit to."""
    commitments: dict[int, Mapping[str, Any]] = {}
    for entry in ordered:
        try:
            commitments[entry.seq] = _commitments(entry)
        except AuditError as error:
            yield Finding("unreadable_entry", entry.case_id, entry.seq, str(error))
    for payload in payloads:
        if payload.salt is None:
            continue
        commitment = commitments.get(payload.seq, {}).get(payload.slot)
        if not isinstance(commitment, str):
            message = f"Expected a commitment to “{payload.slot}” in the entry, but there is none."
            yield Finding("stray_value", payload.case_id, payload.seq, message)
        elif not commitment_holds(commitment, payload.value, payload.salt):
            message = f"Expected the value of “{payload.slot}” that was recorded, but another one is stored."
            yield Finding("changed_value", payload.case_id, payload.seq, message)


def _commitments(entry: Entry) -> Mapping[str, Any]:
    found = entry.body.get(COMMITMENTS, {})
    return found if isinstance(found, dict) else {}
