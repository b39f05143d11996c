"""The hash chain of one case: each entry holds the hash of the one before it.

An entry's hash is the RFC 6962 leaf hash of its canonical JSON
``{"body": …, "case_id": …, "prev": …, "seq": …}``, so that the same hash is the leaf of the log over all cases.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from workflow_engine.audit.canonical import canonical_json
from workflow_engine.domain.errors import AuditError, HeadMovedError

GENESIS = "0" * 64
"""What the first entry of a case names as its predecessor."""
_LEAF_PREFIX = b"\x00"


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a case's chain ends: number and hash of its last entry; seq 0 and ``GENESIS`` before the first."""

    case_id: str
    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Entry:
    """One command and what it did, as recorded: ``body_json`` are the canonical bytes that were hashed and stored."""

    case_id: str
    seq: int
    """From 1, without gaps."""
    prev: str
    """Hex hash of entry ``seq - 1``, or ``GENESIS``."""
    body_json: bytes
    hash: str
    """Hex, as stored; whether it is right is for verification to say."""

    @property
    def body(self) -> dict[str, Any]:
        """The body as JSON. Raises AuditError when the stored bytes are no JSON object."""
        try:
            body = orjson.loads(self.body_json)
        except orjson.JSONDecodeError as error:
            raise AuditError(f"Expected JSON in entry {self.seq} of case {self.case_id}: {error}") from error
        if not isinstance(body, dict):
            raise AuditError(f"Expected a JSON object in entry {self.seq} of case {self.case_id}.")
        return body

    @property
    def head(self) -> ChainHead:
        """The head of a chain that ends with this entry."""
        return ChainHead(self.case_id, self.seq, self.hash)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was recorded. ``kind`` is stable and safe to translate by."""

    kind: str
    case_id: str
    seq: int | None
    """The entry concerned; None when it concerns the case as a whole."""
    message: str

    def __str__(self) -> str:
        where = f"case {self.case_id}" + ("" if self.seq is None else f", entry {self.seq}")
        return f"{where}: {self.message} ({self.kind})"

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return {"kind": self.kind, "case_id": self.case_id, "seq": self.seq, "message": self.message}


def entry_hash(case_id: str, seq: int, prev: str, body_json: bytes) -> str:
    """Return the hex SHA-256 of 0x00 and the entry's RFC 8785 bytes, given the body's own RFC 8785 bytes."""
    # Keys in RFC 8785 order: body, case_id, prev, seq.
    digest = hashlib.sha256(_LEAF_PREFIX + b'{"body":' + body_json)
    digest.update(b',"case_id":%b,"prev":%b,"seq":%d}' % (canonical_json(case_id), canonical_json(prev), seq))
    return digest.hexdigest()


def link(head: ChainHead, body: Mapping[str, Any]) -> Entry:
    """Return the entry that follows ``head`` and records ``body``. Raises AuditError when the body is not JSON."""
    body_json = canonical_json(body if type(body) is dict else dict(body))
    seq = head.seq + 1
    return Entry(head.case_id, seq, head.hash, body_json, entry_hash(head.case_id, seq, head.hash, body_json))


def require_head(head: ChainHead, expected: ChainHead) -> None:
    """Raise HeadMovedError when ``head``, as stored now, is not the one on which the work was based."""
    if head != expected:
        raise HeadMovedError(
            f"Expected case {expected.case_id} to end with entry {expected.seq}, but it ends with entry {head.seq}.",
            case_id=expected.case_id,
            expected_seq=expected.seq,
            found_seq=head.seq,
        )


def verify_chain(entries: Iterable[Entry], case_id: str | None = None) -> list[Finding]:
    """Check the entries of one case against themselves and return everything that is wrong, in order of ``seq``.

    ``case_id`` says whose entries these should be; None: whose the first one is. Kinds of finding: ``foreign_entry``,
    ``duplicate_entry``, ``missing_entry``, ``edited_entry`` (the hash does not fit content, number, predecessor or
    case) and ``broken_link`` (does not name the hash of the entry before). A chain says nothing about its own end:
    see ``verification.verify_case``.
    """
    ordered = sorted(entries, key=lambda entry: entry.seq)
    if not ordered:
        return []
    findings: list[Finding] = []
    before = ChainHead(ordered[0].case_id if case_id is None else case_id)
    for entry in ordered:
        findings.extend(_find_in_place(before, entry))
        findings.extend(_find_in_entry(entry))
        before = ChainHead(before.case_id, entry.seq, entry.hash)
    return findings


def _find_in_place(before: ChainHead, entry: Entry) -> Iterator[Finding]:
    """Yield what is wrong between an entry and the one before it."""
    if entry.case_id != before.case_id:
        message = f"Expected an entry of case {before.case_id}, but it is labelled {entry.case_id}."
        yield Finding("foreign_entry", before.case_id, entry.seq, message)
    if entry.seq <= before.seq:
        message = f"Expected a number from {before.seq + 1} up, but {entry.seq} is taken or below 1."
        yield Finding("duplicate_entry", before.case_id, entry.seq, message)
    elif entry.seq > before.seq + 1:
        # What the entry names as its predecessor cannot be compared: the predecessor is gone.
        first, last = before.seq + 1, entry.seq - 1
        message = f"Expected entry {first}" + (f" to {last}" if last > first else "") + ", but nothing is there."
        yield Finding("missing_entry", before.case_id, first, message)
    elif entry.prev != before.hash:
        message = f"Expected the predecessor {before.hash[:16]}…, but it names {entry.prev[:16]}…"
        yield Finding("broken_link", before.case_id, entry.seq, message)


def _find_in_entry(entry: Entry) -> Iterator[Finding]:
    """Yield whether the stored hash is that of the stored content."""
    try:
        found = entry_hash(entry.case_id, entry.seq, entry.prev, entry.body_json)
    except AuditError as error:
        yield Finding("edited_entry", entry.case_id, entry.seq, f"The stored row cannot be hashed: {error}")
        return
    if found != entry.hash:
        message = f"Expected content with the hash {entry.hash[:16]}…, but what is stored has {found[:16]}…"
        yield Finding("edited_entry", entry.case_id, entry.seq, message)
