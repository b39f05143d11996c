"""The record checked by itself: an own RFC 8785, an own SHA-256 chain, own commitments (docs/audit.md says how)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from tests.faults.checker_store import Entry, Store, instant

GENESIS = "0" * 64


def canonical(value: Any) -> str:
    """RFC 8785 text of a JSON value."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """As ECMAScript writes it: the shortest digits, an exponent only far from 1."""
    if not math.isfinite(value):
        raise ValueError("no JSON number")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    power = point - 1
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{'+' if power > 0 else '-'}{abs(power)}"


def entry_hash(entry: Entry) -> str:
    """The hash that the entry's content has."""
    whole = {"body": entry.body, "case_id": entry.stream, "prev": entry.prev, "seq": entry.seq}
    return sha256(b"\x00" + canonical(whole).encode()).hexdigest()


def violations(store: Store, entries: dict[str, list[Entry]]) -> Iterator[str]:
    """Everything that is wrong with the chains, their heads and the values beside them."""
    heads = {row[0]: (row[1], row[2]) for row in store.rows("SELECT stream_id, seq, head FROM stream")}
    cases = store.rows("SELECT case_id, version, chain_head FROM process_instance")
    heads |= {row[0]: (row[1], row[2]) for row in cases}
    for stream, (seq, head) in heads.items():
        chain = entries.get(stream, [])
        if (len(chain), chain[-1].hash if chain else GENESIS) != (seq, head):
            yield f"head: {stream} is at {seq}, but its chain has {len(chain)} entries or ends with another hash"
    for stream in entries.keys() - heads.keys():
        yield f"head: {stream} has {len(entries[stream])} entries, but no row"
    for chain in entries.values():
        yield from _chain(chain)
    yield from _commands(store, entries)
    yield from _commitments(store, entries)


def _chain(chain: list[Entry]) -> Iterator[str]:
    before = GENESIS
    for number, entry in enumerate(chain, 1):
        where = f"{entry.stream} entry {entry.seq}"
        if entry.seq != number:
            yield f"chain: {where}, expected {number}"
        if entry.prev != before:
            yield f"chain: {where} does not follow the one before"
        if canonical(entry.body) != entry.text:
            yield f"chain: {where} is not canonical JSON"
        if entry_hash(entry) != entry.hash:
            yield f"chain: {where} has another hash"
        if instant(entry.body["at"]) != entry.at or entry.body["actor"] != entry.actor:
            yield f"chain: {where} has columns that say otherwise than its body"
        before = entry.hash


def _commands(store: Store, entries: dict[str, list[Entry]]) -> Iterator[str]:
    """Every entry has a command, and no command two entries."""
    known = {row[0] for row in store.rows("SELECT command_id FROM command")}
    seen: set[str] = set()
    for chain in entries.values():
        for entry in chain:
            if entry.command_id not in known:
                yield f"command: {entry.command_id} made an entry, but was never claimed"
            if entry.command_id in seen:
                yield f"command: {entry.command_id} made two entries"
            seen.add(entry.command_id)


def _commitments(store: Store, entries: dict[str, list[Entry]]) -> Iterator[str]:
    stored = {
        (row[0], row[1]): (bytes(row[2]), json.loads(row[3]))
        for row in store.rows("SELECT stream_id, seq, salt, content FROM entry_payload")
    }
    for chain in entries.values():
        for entry in chain:
            promised = entry.body.get("commitments", {})
            salt, values = stored.pop((entry.stream, entry.seq), (b"", {}))
            made = {
                slot: sha256(sha256(salt + slot.encode()).digest() + canonical(value).encode()).hexdigest()
                for slot, value in values.items()
            }
            if made != promised:
                yield f"values: those of {entry.stream} entry {entry.seq} are not the ones it commits to"
    for stream, seq in stored:
        yield f"values: there are some for {stream} entry {seq}, which does not exist"
