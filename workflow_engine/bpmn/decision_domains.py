"""The values an input may have, cut into stretches on which every cell of its column behaves alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from workflow_engine.bpmn.decision_cells import Cell, comparable, kind_of, read_cell
from workflow_engine.feel.operators import compare
from workflow_engine.feel.temporal import DAY_NANOS, NANOS, Date, DateTime, DaysDuration, MonthsDuration, Time
from workflow_engine.feel.values import NUMBERS

OTHER_TEXT = "\N{BLACK QUESTION MARK ORNAMENT}"
"""Stands for every text that no cell names."""
_SINGLE_POINTS = ("string", "boolean")


@dataclass(slots=True)
class Dimension:
    """One input of a table; columns that test the same expression are one dimension.

    ``points`` holds one value of each stretch; a row's mask has a bit for each point that it matches. ``undecided`` are
    the rows whose cell here is not decidable. ``exact`` is False when not every point may really occur.
    """

    text: str
    label: str
    points: list[Any]
    masks: list[int]
    undecided: frozenset[int] = frozenset()
    exact: bool = True
    kind: str | None = None

    @property
    def everything(self) -> int:
        """The mask of all points."""
        return (1 << len(self.points)) - 1


@dataclass(frozen=True, slots=True)
class ColumnType:
    """What is known of an input's values: FEEL type, whole numbers only, unary tests, or the full list of values."""

    kind: str | None = None
    whole: bool = False
    allowed: tuple[str, ...] = ()
    values: tuple[Any, ...] | None = None
    is_list: bool = False


def make_dimension(text: str, label: str, columns: Sequence[Sequence[Cell]], known: ColumnType) -> Dimension:
    """Build a dimension from the cells of all columns that test ``text`` (each a list by row)."""
    allowed = [read_cell(tests) for tests in known.allowed]
    exact = all(cell.constants is not None for cell in allowed) and not known.is_list
    allowed = [cell for cell in allowed if cell.constants is not None]
    cells = [cell for column in columns for cell in column]
    constants = _distinct(value for cell in (*cells, *allowed) for value in cell.constants or ())
    points = list(known.values) if known.values is not None else _points(constants, known)
    if points is None or known.is_list:
        points, exact = [None], False
    points = [point for point in points if all(cell.matches(point) or point is None for cell in allowed)]
    rows = range(len(columns[0]))
    undecided = frozenset(row for row in rows for column in columns if column[row].constants is None)
    if not exact and len(points) == 1:
        undecided = frozenset(row for row in rows if any(not column[row].is_any for column in columns))
    masks = [_mask([column[row] for column in columns], points, row in undecided) for row in rows]
    return Dimension(text, label, points, masks, undecided, exact, known.kind or _only_kind(constants))


def _mask(cells: list[Cell], points: list[Any], undecided: bool) -> int:
    """The points a row matches; of an undecided cell, those that the decidable ones beside it leave."""
    tried = [cell for cell in cells if cell.constants is not None and not (undecided and points == [None])]
    return sum(1 << place for place, point in enumerate(points) if all(cell.matches(point) for cell in tried))


def _only_kind(constants: Iterable[Any]) -> str | None:
    kinds = {kind_of(value) for value in constants if value is not None}
    return kinds.pop() if len(kinds) == 1 else None


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    seen: set[tuple[type, Any]] = set()
    for value in values:
        key = (type(value), value)
        if key not in seen:
            seen.add(key)
            found.append(value)
    return found


def _points(constants: list[Any], known: ColumnType) -> list[Any] | None:
    """One value of each stretch; null only where a cell speaks of it. None when the values have no common order."""
    kinds = {known.kind} if known.kind and known.kind != "Any" else {kind_of(value) for value in constants}
    points: list[Any] = []
    for kind in sorted(kind for kind in kinds if kind):
        of_kind = [value for value in constants if kind_of(value) == kind]
        if kind in _SINGLE_POINTS:
            points += of_kind
            points += [OTHER_TEXT] if kind == "string" else [one for one in (True, False) if one not in of_kind]
        elif not comparable(of_kind):
            return None
        else:
            points += _ordered_points(of_kind, whole=known.whole)
    return points + ([None] if None in constants or not points else [])


def _ordered_points(constants: list[Any], *, whole: bool) -> list[Any]:
    if not constants:
        return []
    ordered = sorted(constants, key=cmp_to_key(lambda left, right: compare(left, right) or 0))
    between = [_between(low, high, whole) for low, high in pairwise(ordered)]
    outside = [_step(ordered[0], -1, whole), _step(ordered[-1], 1, whole)]
    found = [*ordered, *(point for point in [*between, *outside] if point is not None)]
    return [point for point in found if not (whole and point != point.to_integral_value())]


def _step(value: Any, sign: int, whole: bool) -> Any:
    """A value on the other side of everything named; None where there is none."""
    if isinstance(value, Decimal):
        moved = NUMBERS.add(value.to_integral_value(), Decimal(sign))
        return moved if moved != value else (NUMBERS.next_plus if sign > 0 else NUMBERS.next_minus)(value)
    if isinstance(value, Date):
        return Date(value.days + sign)
    if isinstance(value, DateTime):
        return DateTime.from_instant(value.instant + sign * DAY_NANOS, value.zone)
    if isinstance(value, Time):
        nanos = value.nanos + sign * NANOS
        moved_time = Time(nanos if 0 <= nanos < DAY_NANOS else (0 if sign < 0 else DAY_NANOS - 1), value.zone)
        return moved_time if compare(moved_time, value) == sign else None
    if isinstance(value, DaysDuration):
        return DaysDuration(value.nanos + sign * DAY_NANOS)
    return MonthsDuration(value.months + sign)


def _between(low: Any, high: Any, whole: bool) -> Any:
    """A value strictly between two neighbours, a round one where there is one; None when there is none."""
    if isinstance(low, Decimal):
        near = NUMBERS.add(low.to_integral_value(ROUND_FLOOR), Decimal(1))
        if low < near < high:
            return near
        middle = NUMBERS.divide(NUMBERS.add(low, high), Decimal(2))
        return middle if low < middle < high and not whole else None
    if isinstance(low, Date):
        return Date(low.days + 1) if high.days - low.days > 1 else None
    if isinstance(low, DateTime):
        middle = (low.instant + high.instant) // 2
        return DateTime.from_instant(middle, low.zone) if middle > low.instant else None
    if isinstance(low, Time):
        found = Time(((low.nanos + high.nanos) // 2), low.zone)
        return found if compare(low, found) == -1 and compare(found, high) == -1 else None
    if isinstance(low, DaysDuration):
        middle = (low.nanos + high.nanos) // 2
        return DaysDuration(middle) if middle > low.nanos else None
    return MonthsDuration(low.months + 1) if high.months - low.months > 1 else None
