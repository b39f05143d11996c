"""Proofs from stored nodes are those of the plain tree."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.audit.keys import key_from_text, key_to_text
from workflow_engine.audit.merkle import consistency_proof, inclusion_proof, node_hash, root_hash
from workflow_engine.audit.notes import SigningKey
from workflow_engine.audit.ranges import consistency_ranges, inclusion_ranges, range_root

LEAVES = [hashlib.sha256(str(number).encode()).digest() for number in range(1400)]


def nodes(level: int, first: int, count: int) -> list[bytes]:
    """Only what a database keeps: leaves, and subtrees of 256."""
    assert level in (0, 8)
    hashes = LEAVES
    for _ in range(level):
        hashes = [node_hash(a, b) for a, b in zip(hashes[::2], hashes[1::2], strict=False)]
    return hashes[first : first + count]


@given(st.integers(1, len(LEAVES)), st.data())
def test_proofs_are_those_of_the_plain_tree(size: int, data: st.DataObject) -> None:
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    assert [range_root(r, nodes) for r in inclusion_ranges(index, size)] == inclusion_proof(index, LEAVES[:size])
    assert [range_root(r, nodes) for r in consistency_ranges(old, size)] == consistency_proof(old, LEAVES[:size])
    assert range_root((0, size), nodes) == root_hash(LEAVES[:size])


def test_key_survives_its_file() -> None:
    key = SigningKey("city.example/log", bytes(range(32)))
    assert key_from_text(key_to_text(key)) == key
