"""Built-in functions on lists (10.3.4.4, 10.3.4.9)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.compile_calls import call_function
from workflow_engine.feel.compile_forms import pick
from workflow_engine.feel.operators import add, compare, divide, equal
from workflow_engine.feel.runtime import State
from workflow_engine.feel.values import NUMBERS, FunctionValue

_KEYED = (str, bool, Decimal)


def items_of(arguments: tuple[Any, ...]) -> list[Any] | None:
    """Read ``f(list)`` and ``f(a, b, c)`` alike; a single null is no list."""
    if len(arguments) == 1:
        only = arguments[0]
        if isinstance(only, list):
            return only
        return None if only is None else [only]
    return list(arguments)


def _numbers(arguments: tuple[Any, ...]) -> list[Decimal] | None:
    items = items_of(arguments)
    if items is None or not items or any(type(item) is not Decimal for item in items):
        return None
    return items


def _same(state: State, left: Any, right: Any) -> bool:
    state.charge(1)
    return equal(left, right, state) is True


def _index(position: Decimal) -> int | None:
    if position != position.to_integral_value() or position.adjusted() > 9:
        return None
    return int(position)


@builtin("list contains", "list: list, element")
def _list_contains(state: State, items: list[Any], element: Any) -> bool:
    state.charge(len(items) // 4)
    return any(equal(item, element, state) is True for item in items)


@builtin("count", "list: list")
def _count(state: State, items: list[Any]) -> Decimal:
    return Decimal(len(items))


def _extreme(state: State, arguments: tuple[Any, ...], wanted: int) -> Any:
    items = items_of(arguments)
    if not items:
        return None
    state.charge(len(items) // 4)
    best = items[0]
    if compare(best, best) is None:
        return None
    for item in items[1:]:
        order = compare(item, best)
        if order is None:
            return None
        if order == wanted:
            best = item
    return best


@builtin("min", "list+")
def _min(state: State, *arguments: Any) -> Any:
    return _extreme(state, arguments, -1)


@builtin("max", "list+")
def _max(state: State, *arguments: Any) -> Any:
    return _extreme(state, arguments, 1)


@builtin("sum", "list+")
def _sum(state: State, *arguments: Any) -> Any:
    items = items_of(arguments)
    if not items:
        return None
    state.charge(len(items) // 4)
    total = items[0]
    if total is None or isinstance(total, str) or add(total, total) is None:
        return None
    for item in items[1:]:
        total = add(total, item) if type(item) is type(total) else None
        if total is None:
            return None
    return total


@builtin("product", "list+")
def _product(state: State, *arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    if items is None:
        return None
    state.charge(len(items) // 4)
    result = Decimal(1)
    for item in items:
        result = NUMBERS.multiply(result, item)
    return result


@builtin("mean", "list+")
def _mean(state: State, *arguments: Any) -> Any:
    items = items_of(arguments)
    total = _sum(state, *arguments)
    return None if total is None or not items else divide(total, Decimal(len(items)))


@builtin("median", "list+")
def _median(state: State, *arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    if items is None:
        return None
    state.charge(len(items))
    ordered = sorted(items)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return NUMBERS.divide(NUMBERS.add(ordered[middle - 1], ordered[middle]), Decimal(2))


@builtin("stddev", "list+")
def _stddev(state: State, *arguments: Any) -> Decimal | None:
    items = _numbers(arguments)
    if items is None or len(items) < 2:
        return None
    state.charge(len(items))
    mean = NUMBERS.divide(_total(items), Decimal(len(items)))
    squares = [NUMBERS.power(NUMBERS.subtract(item, mean), Decimal(2)) for item in items]
    return NUMBERS.sqrt(NUMBERS.divide(_total(squares), Decimal(len(items) - 1)))


def _total(items: list[Decimal]) -> Decimal:
    total = Decimal(0)
    for item in items:
        total = NUMBERS.add(total, item)
    return total


@builtin("mode", "list+")
def _mode(state: State, *arguments: Any) -> list[Decimal] | None:
    items = items_of(arguments)
    if items is None or any(type(item) is not Decimal for item in items):
        return None
    state.charge(len(items))
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, count in counts.items() if count == most)


def _every(state: State, arguments: tuple[Any, ...], decisive: bool) -> bool | None:
    items = items_of(arguments)
    if items is None:
        return None
    state.charge(len(items) // 16)
    if any(item is decisive for item in items):
        return decisive
    return None if any(type(item) is not bool for item in items) else not decisive


@builtin("all", "list+")
def _all(state: State, *arguments: Any) -> bool | None:
    return _every(state, arguments, False)


@builtin("any", "list+")
def _any(state: State, *arguments: Any) -> bool | None:
    return _every(state, arguments, True)


@builtin("sublist", "list: list, start position: number, length?: number")
def _sublist(state: State, items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    at, count = _index(start), None if length is None else _index(length)
    if not at or abs(at) > len(items) or (length is not None and (count is None or count < 1)):
        return None
    begin = at - 1 if at > 0 else len(items) + at
    if count is not None and begin + count > len(items):
        return None
    part = items[begin:] if count is None else items[begin : begin + count]
    state.grow(len(part))
    return part


@builtin("append", "list: list, item*")
def _append(state: State, items: list[Any], *more: Any) -> list[Any]:
    state.grow(len(items) + len(more))
    return [*items, *more]


@builtin("concatenate", "list+: list")
def _concatenate(state: State, *lists: list[Any]) -> list[Any]:
    state.grow(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem")
def _insert_before(state: State, items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    at = _index(position)
    if not at or abs(at) > len(items):
        return None
    begin = at - 1 if at > 0 else len(items) + at
    state.grow(len(items) + 1)
    return [*items[:begin], item, *items[begin:]]


@builtin("remove", "list: list, position: number")
def _remove(state: State, items: list[Any], position: Decimal) -> list[Any] | None:
    at = _index(position)
    if not at or abs(at) > len(items):
        return None
    begin = at - 1 if at > 0 else len(items) + at
    state.grow(len(items))
    return items[:begin] + items[begin + 1 :]


@builtin("list replace", "list: list, position: number, newItem", "list: list, match: function, newItem")
def _list_replace(state: State, items: list[Any], where: Any, new_item: Any) -> list[Any] | None:
    state.grow(len(items))
    if isinstance(where, FunctionValue):
        chosen = [call_function(state, where, [item, new_item]) for item in items]
        if any(type(choice) is not bool for choice in chosen):
            return None
        return [new_item if choice else item for item, choice in zip(items, chosen, strict=True)]
    at = _index(where)
    if not at or abs(at) > len(items):
        return None
    begin = at - 1 if at > 0 else len(items) + at
    return [*items[:begin], new_item, *items[begin + 1 :]]


@builtin("reverse", "list: list")
def _reverse(state: State, items: list[Any]) -> list[Any]:
    state.grow(len(items))
    return items[::-1]


@builtin("index of", "list: list, match")
def _index_of(state: State, items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(at) for at, item in enumerate(items, 1) if _same(state, item, match)]


@builtin("union", "list+: list")
def _union(state: State, *lists: list[Any]) -> list[Any]:
    return distinct(state, _concatenate(state, *lists))


@builtin("distinct values", "list: list")
def _distinct_values(state: State, items: list[Any]) -> list[Any]:
    return distinct(state, items)


def distinct(state: State, items: list[Any]) -> list[Any]:
    """Return the items without repetitions, first ones kept."""
    seen: set[tuple[type, Any]] = set()
    others: list[Any] = []
    result: list[Any] = []
    state.grow(len(items))
    for item in items:
        if isinstance(item, _KEYED):
            key = (type(item), item)
            if key not in seen:
                seen.add(key)
                result.append(item)
        elif not any(_same(state, item, other) for other in others):
            others.append(item)
            result.append(item)
    return result


@builtin("duplicate values", "list: list")
def _duplicate_values(state: State, items: list[Any]) -> list[Any]:
    repeated = [item for at, item in enumerate(items) if any(_same(state, item, other) for other in items[:at])]
    return distinct(state, repeated)


@builtin("flatten", "list: list")
def _flatten(state: State, items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    pending = items[::-1]
    while pending:
        state.charge(1)
        item = pending.pop()
        if isinstance(item, list):
            pending.extend(item[::-1])
        else:
            flat.append(item)
    state.grow(len(flat))
    return flat


@builtin("partition", "list: list, size: number")
def _partition(state: State, items: list[Any], size: Decimal) -> list[list[Any]] | None:
    width = _index(size)
    if width is None or width < 1:
        return None
    state.grow(len(items) * 2)
    return [items[at : at + width] for at in range(0, len(items), width)]


@builtin("sort", "list: list, precedes?: function")
def _sort(state: State, items: list[Any], precedes: FunctionValue | None = None) -> list[Any] | None:
    state.grow(len(items))
    order: Callable[[Any, Any], int]
    if precedes is None:
        if any(compare(items[0], item) is None for item in items):
            return None

        def order(left: Any, right: Any) -> int:
            return compare(left, right) or 0

    else:

        def order(left: Any, right: Any) -> int:
            state.charge(1)
            if call_function(state, precedes, [left, right]) is True:
                return -1
            return 1 if call_function(state, precedes, [right, left]) is True else 0

    state.charge(len(items))
    return sorted(items, key=cmp_to_key(order))


__all__ = ["distinct", "items_of", "pick"]
