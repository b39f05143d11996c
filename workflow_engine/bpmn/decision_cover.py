"""Gaps, overlaps and unreachable rows of a table whose inputs are cut into finitely many stretches.

Rows are boxes: for each dimension a mask of points. Sets of rows are bit masks too. The gap search walks the dimensions
and keeps apart only which rows are still possible, so equal situations are looked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workflow_engine.bpmn.decision_domains import Dimension

MOST_STEPS = 300_000
"""For all searches in one table together."""
MOST_WORK = 6_000_000
Place = tuple[int, ...]
"""The number of a point for each dimension."""


class TooLargeError(Exception):
    """The table needs more looking at than is allowed."""


class Cover:
    """The boxes of all rows, seen from the points."""

    def __init__(self, dimensions: Sequence[Dimension], row_count: int) -> None:
        if row_count * sum(len(dimension.points) for dimension in dimensions) > MOST_WORK:
            raise TooLargeError
        self.dimensions = dimensions
        self.steps_left = MOST_STEPS
        self.row_count = row_count
        self.rows_at = [_rows_at(dimension, row_count) for dimension in dimensions]

    def find_gap(self, rows: Iterable[int], inside: int | None = None) -> Place | None:
        """Return a place that none of the rows covers, or None; with ``inside`` only places of that row.

        Raises:
            TooLargeError: the answer takes too many steps.
        """
        spaces = [one.everything if inside is None else one.masks[inside] for one in self.dimensions]
        if not all(spaces):
            return None
        return _Search(self, spaces).gap(0, bits_of(rows))

    def overlapping(self, row: int) -> int:
        """Return the rows that match together with a row somewhere, as a mask without the row itself."""
        found = (1 << self.row_count) - 1
        for dimension, rows_at in zip(self.dimensions, self.rows_at, strict=True):
            mask = dimension.masks[row]
            if mask != dimension.everything:
                reached = 0
                for point in numbers_in(mask):
                    reached |= rows_at[point]
                found &= reached
            else:
                found &= bits_of(one for one, other in enumerate(dimension.masks) if other)
        return found & ~(1 << row)

    def common_place(self, one: int, other: int) -> Place:
        """Return a place where two overlapping rows match."""
        common = (dimension.masks[one] & dimension.masks[other] for dimension in self.dimensions)
        return tuple((mask & -mask).bit_length() - 1 for mask in common)

    def needed(self, rows: Iterable[int], place: Place) -> list[int]:
        """Return the dimensions that matter at a gap: the others may have any value and it stays one."""
        matter = list(range(len(self.dimensions)))
        listed = list(rows)
        for at in reversed(range(len(self.dimensions))):
            fewer = [one for one in matter if one != at]
            if all(any(not self.dimensions[one].masks[row] >> place[one] & 1 for one in fewer) for row in listed):
                matter = fewer
        return matter


class _Search:
    """One walk for a place inside ``spaces`` (a mask per dimension) that no row covers."""

    def __init__(self, cover: Cover, spaces: Sequence[int]) -> None:
        self._cover = cover
        self._spaces = spaces
        self._full = self._rows_full_from()
        self._covered: set[tuple[int, int]] = set()

    def _rows_full_from(self) -> list[int]:
        """For each dimension the rows that match every place of it and of those after it."""
        full = [(1 << self._cover.row_count) - 1]
        for dimension, space in zip(reversed(self._cover.dimensions), reversed(self._spaces), strict=True):
            here = bits_of(row for row, mask in enumerate(dimension.masks) if mask & space == space)
            full.append(full[-1] & here)
        return full[::-1]

    def gap(self, at: int, rows: int) -> Place | None:
        """A place of the dimensions from ``at`` on that none of ``rows`` covers."""
        if not rows:
            return tuple((space & -space).bit_length() - 1 for space in self._spaces[at:])
        if rows & self._full[at] or (at, rows) in self._covered:
            return None
        tried: set[int] = set()
        for point in numbers_in(self._spaces[at]):
            self._cover.steps_left -= 1
            if self._cover.steps_left < 0:
                raise TooLargeError
            left = rows & self._cover.rows_at[at][point]
            if left not in tried:
                tried.add(left)
                rest = self.gap(at + 1, left)
                if rest is not None:
                    return (point, *rest)
        self._covered.add((at, rows))
        return None


def _rows_at(dimension: Dimension, row_count: int) -> list[int]:
    found = [0] * len(dimension.points)
    for row in range(row_count):
        for point in numbers_in(dimension.masks[row]):
            found[point] |= 1 << row
    return found


def bits_of(numbers: Iterable[int]) -> int:
    """Return the mask with these bits."""
    mask = 0
    for number in numbers:
        mask |= 1 << number
    return mask


def numbers_in(mask: int) -> Iterator[int]:
    """Yield the numbers of the bits that are set, lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
