"""The RFC 6962 tree: against its definition, the reference vectors of Certificate Transparency, and forgeries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.audit.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from workflow_engine.domain.errors import AuditError

# Inputs and roots of the reference implementation of Certificate Transparency (merkle tree test vectors).
CT_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_INCLUSION = [
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
]
CT_CONSISTENCY = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
LEAVES = [leaf_hash(data) for data in CT_LEAVES]
SIZES = st.integers(0, 70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % index) for index in range(size)]


# The definitions of RFC 6962, 2.1, word by word.
def split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    if not d:
        return hashlib.sha256(b"").digest()
    if len(d) == 1:
        return d[0]
    k = split(len(d))
    return node_hash(mth(d[:k]), mth(d[k:]))


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = split(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], b: bool) -> list[bytes]:
    if m == len(d):
        return [] if b else [mth(d)]
    k = split(len(d))
    if m <= k:
        return [*subproof(m, d[:k], b), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


@pytest.mark.parametrize("size", range(9))
def test_root_hash_of_the_reference_vectors(size: int) -> None:
    assert root_hash(LEAVES[:size]).hex() == CT_ROOTS[size]


@pytest.mark.parametrize(("index", "size", "expected"), CT_INCLUSION)
def test_inclusion_proof_of_the_reference_vectors(index: int, size: int, expected: list[str]) -> None:
    proof = inclusion_proof(index, LEAVES[:size])
    assert [node.hex() for node in proof] == expected
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(CT_ROOTS[size]))


@pytest.mark.parametrize(("old", "new", "expected"), CT_CONSISTENCY)
def test_consistency_proof_of_the_reference_vectors(old: int, new: int, expected: list[str]) -> None:
    proof = consistency_proof(old, LEAVES[:new])
    assert [node.hex() for node in proof] == expected
    assert verify_consistency(old, new, bytes.fromhex(CT_ROOTS[old]), bytes.fromhex(CT_ROOTS[new]), proof)


@given(SIZES)
def test_root_hash_is_that_of_the_definition(size: int) -> None:
    assert root_hash(leaves_of(size)) == mth(leaves_of(size))


@given(st.integers(1, 70), st.data())
def test_inclusion_proof_is_that_of_the_definition_and_verifies(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    proof = inclusion_proof(index, leaves)
    assert proof == path(index, leaves)
    assert verify_inclusion(leaves[index], index, size, proof, mth(leaves))


@given(SIZES, st.data())
def test_consistency_proof_is_that_of_the_definition_and_verifies(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(0, size))
    leaves = leaves_of(size)
    proof = consistency_proof(old, leaves)
    assert proof == (subproof(old, leaves, True) if old else [])
    assert verify_consistency(old, size, mth(leaves[:old]), mth(leaves), proof)


@given(SIZES, st.data())
def test_compact_range_continues_from_what_was_stored(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    cut = data.draw(st.integers(0, size))
    first = CompactRange()
    for leaf in leaves[:cut]:
        first.append(leaf)
    second = CompactRange(first.size, list(first.hashes))
    for leaf in leaves[cut:]:
        second.append(leaf)
    assert (second.size, second.root()) == (size, mth(leaves))
    assert len(second.hashes) == size.bit_count()


@pytest.mark.parametrize(("size", "hashes"), [(1, 0), (3, 1), (-1, 0), (4, 2)])
def test_compact_range_with_the_wrong_number_of_hashes_is_refused(size: int, hashes: int) -> None:
    with pytest.raises(AuditError, match="subtree hashes"):
        CompactRange(size, [EMPTY_ROOT] * hashes)


@given(st.integers(1, 40), st.data())
def test_verify_inclusion_of_a_forged_proof_fails(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, leaves)
    root = mth(leaves)
    other = leaf_hash(b"other")
    forged = [
        (other, index, size, proof, root),
        (leaves[index], index, size, proof, other),
        (leaves[index], index, size, [*proof, other], root),
        (leaves[index], index, size, [other, *proof], root),
        (leaves[index], index, size, [*proof, root], root),
        (leaves[index], size, size, proof, root),
        (leaves[index], -1, size, proof, root),
        (leaves[index], index, 0, proof, root),
        (leaves[index][:31], index, size, proof, root),
        *((leaves[index], wrong, size, proof, root) for wrong in range(size) if wrong != index),
    ]
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        forged += [
            (leaves[index], index, size, proof[:-1], root),
            (leaves[index], index, size, proof[1:], root),
            (leaves[index], index, size, [*proof[:at], other, *proof[at + 1 :]], root),
            (leaves[index], index, size, [*proof[:at], proof[at][:-1], *proof[at + 1 :]], root),
        ]
    assert [case for case in forged if verify_inclusion(*case)] == []


@given(st.integers(0, 40), st.data())
def test_verify_consistency_of_a_forged_proof_fails(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    old = data.draw(st.integers(0, size))
    proof = consistency_proof(old, leaves)
    old_root, root = mth(leaves[:old]), mth(leaves)
    other = leaf_hash(b"other")
    forged = [
        (old, size, other, root, proof),
        (old, size, old_root, root, [*proof, other]),
        (old, size, old_root, root, [other, *proof]),
        (size + 1, size, old_root, root, proof),
        (-1, size, old_root, root, proof),
    ]
    if old not in (0, size):
        at = data.draw(st.integers(0, len(proof) - 1))
        forged += [
            (old, size, old_root, other, proof),
            (old, size, old_root, root, []),
            (old, size, old_root, root, proof[:-1]),
            (old, size, old_root, root, proof[1:]),
            (old, size, old_root, root, [*proof[:at], other, *proof[at + 1 :]]),
        ]
    assert [case for case in forged if verify_consistency(*case)] == []


def test_verify_consistency_of_a_rewritten_log_fails() -> None:
    leaves = leaves_of(20)
    rewritten = [leaf_hash(b"forged") if index == 5 else leaf for index, leaf in enumerate(leaves)]
    assert not verify_consistency(12, 20, mth(leaves[:12]), mth(rewritten), consistency_proof(12, rewritten))


@pytest.mark.parametrize("index", [-1, 3])
def test_inclusion_proof_outside_the_tree_is_refused(index: int) -> None:
    with pytest.raises(AuditError, match="leaf index below 3"):
        inclusion_proof(index, leaves_of(3))


@pytest.mark.parametrize("old", [-1, 4])
def test_consistency_proof_outside_the_tree_is_refused(old: int) -> None:
    with pytest.raises(AuditError, match="earlier size up to 3"):
        consistency_proof(old, leaves_of(3))
