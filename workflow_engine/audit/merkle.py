"""The Merkle tree of RFC 6962 (the same tree as RFC 9162): roots, inclusion proofs, consistency proofs.

Leaves are 32-byte leaf hashes, for instance the hashes of audit entries. ``CompactRange`` grows a tree by one leaf in
O(log n) and holds O(log n) hashes; proofs need the leaf hashes they speak of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workflow_engine.domain.errors import AuditError

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962, 2.1)."""
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf holding ``data`` (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
    """A growing tree: ``size`` leaves, and in ``hashes`` the roots of its full subtrees, the largest first."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise AuditError(
                f"Expected {max(self.size, 0).bit_count()} subtree hashes for a tree of {self.size} leaves, "
                f"but got {len(self.hashes)}."
            )

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the end."""
        merged = leaf
        size = self.size
        while size & 1:
            merged = node_hash(self.hashes.pop(), merged)
            size >>= 1
        self.hashes.append(merged)
        self.size += 1

    def root(self) -> bytes:
        """Return the root hash of the tree as it is now."""
        if not self.hashes:
            return EMPTY_ROOT
        merged = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            merged = node_hash(left, merged)
        return merged


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """Return the root hash over leaf hashes."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the audit path of leaf ``index`` (from 0) in the tree over ``leaves``, lowest first (RFC 6962, 2.1.1)."""
    if not 0 <= index < len(leaves):
        raise AuditError(f"Expected a leaf index below {len(leaves)}, but got {index}.")
    path: list[bytes] = []
    start, stop = 0, len(leaves)
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(root_hash(leaves[middle:stop]))
            stop = middle
        else:
            path.append(root_hash(leaves[start:middle]))
            start = middle
    path.reverse()
    return path


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """Return the proof that ``leaves`` only continue their own first ``old_size`` leaves (RFC 6962, 2.1.2)."""
    if not 0 <= old_size <= len(leaves):
        raise AuditError(f"Expected an earlier size up to {len(leaves)}, but got {old_size}.")
    if old_size in (0, len(leaves)):
        return []
    path: list[bytes] = []
    start, stop, whole = 0, len(leaves), True
    # SUBPROOF(m, D[n], b): ``whole`` is b, true while the subtree still starts where the old tree's root is known.
    while old_size != stop:
        middle = start + _split(stop - start)
        if old_size <= middle:
            path.append(root_hash(leaves[middle:stop]))
            stop = middle
        else:
            path.append(root_hash(leaves[start:middle]))
            start, whole = middle, False
    if not whole:
        path.append(root_hash(leaves[start:stop]))
    path.reverse()
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether ``leaf`` is number ``index`` of the ``size`` leaves under ``root`` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    node, last, merged = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            merged = node_hash(sibling, merged)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            merged = node_hash(merged, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and merged == root


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether ``proof`` shows that the newer tree only added leaves to the older (RFC 9162, 2.1.4.2)."""
    if not 0 <= old_size <= new_size or not _are_hashes([old_root, new_root, *proof]):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    # A full old tree is its own first node, which the proof leaves out.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    return bool(path) and _fold_consistency(old_size - 1, new_size - 1, path, old_root, new_root)


def _fold_consistency(node: int, last: int, path: list[bytes], old_root: bytes, new_root: bytes) -> bool:
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _split(size: int) -> int:
    """Return the largest power of two below ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
