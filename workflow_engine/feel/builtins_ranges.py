"""Built-in relations between points and ranges (10.3.4.6, Allen's relations)."""

from __future__ import annotations

from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.operators import compare, in_range
from workflow_engine.feel.runtime import State
from workflow_engine.feel.values import Range

Answer = bool | None


def _order(left: Any, right: Any) -> int | None:
    return compare(left, right)


def _bounded(*values: Any) -> bool:
    return all(not isinstance(value, Range) or (value.low is not None and value.high is not None) for value in values)


@builtin("before", "point1, point2", "point, range", "range, point", "range1, range2")
def _before(state: State, left: Any, right: Any) -> Answer:
    last = left.high if isinstance(left, Range) else left
    first = right.low if isinstance(right, Range) else right
    touching = not (isinstance(left, Range) and not left.high_closed) and not (
        isinstance(right, Range) and not right.low_closed
    )
    if not _bounded(left, right):
        return None
    order = _order(last, first)
    return None if order is None else bool(order < 0 or (order == 0 and not touching))


@builtin("after", "point1, point2", "point, range", "range, point", "range1, range2")
def _after(state: State, left: Any, right: Any) -> Answer:
    return _before(state, right, left)


@builtin("meets", "range1: range, range2: range")
def _meets(state: State, left: Range, right: Range) -> Answer:
    order = _order(left.high, right.low)
    return None if order is None else bool(left.high_closed and right.low_closed and order == 0)


@builtin("met by", "range1: range, range2: range")
def _met_by(state: State, left: Range, right: Range) -> Answer:
    return _meets(state, right, left)


@builtin("overlaps", "range1: range, range2: range")
def _overlaps(state: State, left: Range, right: Range) -> Answer:
    one, other = _before(state, left, right), _before(state, right, left)
    return None if one is None or other is None else not one and not other


def _starts_earlier(left: Range, right: Range) -> Answer:
    order = _order(left.low, right.low)
    return None if order is None else order < 0 or (order == 0 and left.low_closed and not right.low_closed)


def _ends_earlier(left: Range, right: Range) -> Answer:
    order = _order(left.high, right.high)
    return None if order is None else order < 0 or (order == 0 and not left.high_closed and right.high_closed)


@builtin("overlaps before", "range1: range, range2: range")
def _overlaps_before(state: State, left: Range, right: Range) -> Answer:
    apart = _before(state, left, right)
    starts, ends = _starts_earlier(left, right), _ends_earlier(right, left)
    if apart is None or starts is None or ends is None:
        return None
    return not apart and starts and not ends


@builtin("overlaps after", "range1: range, range2: range")
def _overlaps_after(state: State, left: Range, right: Range) -> Answer:
    return _overlaps_before(state, right, left)


@builtin("finishes", "point, range: range", "range1: range, range2: range")
def _finishes(state: State, left: Any, right: Range) -> Answer:
    if not isinstance(left, Range):
        order = _order(left, right.high)
        return None if order is None else bool(right.high_closed and order == 0)
    order = _order(left.high, right.high)
    earlier = _starts_earlier(left, right)
    if order is None or earlier is None:
        return None
    return order == 0 and left.high_closed == right.high_closed and not earlier


@builtin("finished by", "range: range, point", "range1: range, range2: range")
def _finished_by(state: State, left: Range, right: Any) -> Any:
    return _finishes(state, right, left)


@builtin("starts", "point, range: range", "range1: range, range2: range")
def _starts(state: State, left: Any, right: Range) -> Answer:
    if not isinstance(left, Range):
        order = _order(left, right.low)
        return None if order is None else bool(right.low_closed and order == 0)
    order = _order(left.low, right.low)
    later = _ends_earlier(right, left)
    if order is None or later is None:
        return None
    return order == 0 and left.low_closed == right.low_closed and not later


@builtin("started by", "range: range, point", "range1: range, range2: range")
def _started_by(state: State, left: Range, right: Any) -> Any:
    return _starts(state, right, left)


@builtin("includes", "range: range, point", "range1: range, range2: range")
def _includes(state: State, left: Range, right: Any) -> Answer:
    if not isinstance(right, Range):
        return in_range(right, left)
    starts, ends = _starts_earlier(right, left), _ends_earlier(left, right)
    return None if starts is None or ends is None else not starts and not ends


@builtin("during", "point, range: range", "range1: range, range2: range")
def _during(state: State, left: Any, right: Range) -> Any:
    return _includes(state, right, left)


@builtin("coincides", "point1, point2", "range1: range, range2: range")
def _coincides(state: State, left: Any, right: Any) -> Answer:
    if isinstance(left, Range) and isinstance(right, Range):
        low, high = _order(left.low, right.low), _order(left.high, right.high)
        if low is None or high is None:
            return None
        same = left.low_closed == right.low_closed and left.high_closed == right.high_closed
        return low == 0 and high == 0 and same
    order = _order(left, right)
    return None if order is None else order == 0
