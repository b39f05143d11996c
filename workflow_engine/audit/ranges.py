"""Proofs of a large RFC 6962 tree out of stored nodes: which subtrees a proof needs, and the root of each.

Nodes are stored for each eighth level (leaves, subtrees of 256 leaves, of 65,536, …), so that any root is made from a
few hundred hashes, however large the tree is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from workflow_engine.audit.merkle import EMPTY_ROOT, node_hash
from workflow_engine.domain.errors import AuditError

TILE_LEVELS = 8
NodeSource = Callable[[int, int, int], Sequence[bytes]]
"""(level, first, count) to the hashes of that many complete subtrees of 2^level leaves; level is a multiple of 8."""
Range = tuple[int, int]


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The ranges of leaves whose roots prove that leaf ``index`` is in the tree of this size, lowest first."""
    if not 0 <= index < size:
        raise AuditError(f"Expected a leaf index below {size}, but got {index}.")
    path: list[Range] = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start = middle
    path.reverse()
    return path


def consistency_ranges(old_size: int, size: int) -> list[Range]:
    """The ranges whose roots prove that a tree only grew from ``old_size`` to ``size``, lowest first."""
    if not 0 <= old_size <= size:
        raise AuditError(f"Expected an earlier size up to {size}, but got {old_size}.")
    if old_size in (0, size):
        return []
    path: list[Range] = []
    start, stop, whole = 0, size, True
    while old_size != stop:
        middle = start + _split(stop - start)
        if old_size <= middle:
            path.append((middle, stop))
            stop = middle
        else:
            path.append((start, middle))
            start, whole = middle, False
    if not whole:
        path.append((start, stop))
    path.reverse()
    return path


def range_root(wanted: Range, nodes: NodeSource) -> bytes:
    """The root over a range that ``inclusion_ranges`` or ``consistency_ranges`` names, or over ``(0, size)``."""
    roots = [_full_root(start, level, nodes) for start, level in _full_subtrees(*wanted)]
    if not roots:
        return EMPTY_ROOT
    merged = roots[-1]
    for left in reversed(roots[:-1]):
        merged = node_hash(left, merged)
    return merged


def _full_subtrees(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """(first leaf, level) of the complete subtrees that make up a range, the largest first."""
    while start < stop:
        level = (stop - start).bit_length() - 1
        yield start, level
        start += 1 << level


def _full_root(start: int, level: int, nodes: NodeSource) -> bytes:
    stored = level - level % TILE_LEVELS
    hashes = list(nodes(stored, start >> stored, 1 << (level - stored)))
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def _split(size: int) -> int:
    """The largest power of two below ``size`` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)
