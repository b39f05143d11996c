"""Built-in functions on numbers (10.3.4.5)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)
from typing import Any

from workflow_engine.feel.builtins import builtin
from workflow_engine.feel.runtime import State
from workflow_engine.feel.temporal import DaysDuration, MonthsDuration
from workflow_engine.feel.values import NUMBERS

_WIDE = Context(prec=80, Emin=-6143, Emax=6144)
_MAX_SCALE = 6_176


def _round(value: Decimal, scale: Decimal | None, rounding: str) -> Decimal | None:
    digits = 0 if scale is None else int(scale) if abs(scale) <= _MAX_SCALE else None
    if digits is None or not -6_111 <= digits <= _MAX_SCALE:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -digits:
        return value
    if value.adjusted() + digits + 1 > 78:
        return value
    return NUMBERS.plus(value.quantize(Decimal((0, (1,), -digits)), rounding=rounding, context=_WIDE))


@builtin("decimal", "n: number, scale: number")
def _decimal(state: State, value: Decimal, scale: Decimal) -> Decimal | None:
    return _round(value, scale, ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def _floor(state: State, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _round(value, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def _ceiling(state: State, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _round(value, scale, ROUND_CEILING)


@builtin("round up", "n: number, scale?: number")
def _round_up(state: State, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _round(value, scale, ROUND_UP)


@builtin("round down", "n: number, scale?: number")
def _round_down(state: State, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _round(value, scale, ROUND_DOWN)


@builtin("round half up", "n: number, scale?: number")
def _round_half_up(state: State, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _round(value, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number, scale?: number")
def _round_half_down(state: State, value: Decimal, scale: Decimal | None = None) -> Decimal | None:
    return _round(value, scale, ROUND_HALF_DOWN)


@builtin("abs", "n")
def _abs(state: State, value: Any) -> Any:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, DaysDuration):
        return DaysDuration(abs(value.nanos))
    if isinstance(value, MonthsDuration):
        return MonthsDuration(abs(value.months))
    return NUMBERS.abs(value) if isinstance(value, Decimal) else None


@builtin("modulo", "dividend: number, divisor: number")
def _modulo(state: State, dividend: Decimal, divisor: Decimal) -> Decimal | None:
    if not divisor or dividend.adjusted() - divisor.adjusted() > 70:
        return None
    rest = _WIDE.remainder(dividend, divisor)
    if rest and (rest < 0) != (divisor < 0):
        rest = _WIDE.add(rest, divisor)
    return NUMBERS.plus(rest)


@builtin("sqrt", "number: number")
def _sqrt(state: State, value: Decimal) -> Decimal | None:
    return NUMBERS.sqrt(value) if value >= 0 else None


@builtin("log", "number: number")
def _log(state: State, value: Decimal) -> Decimal | None:
    return NUMBERS.ln(value) if value > 0 else None


@builtin("exp", "number: number")
def _exp(state: State, value: Decimal) -> Decimal:
    return NUMBERS.exp(value)


@builtin("odd", "number: number")
def _odd(state: State, value: Decimal) -> bool | None:
    return _parity(value, 1)


@builtin("even", "number: number")
def _even(state: State, value: Decimal) -> bool | None:
    return _parity(value, 0)


def _parity(value: Decimal, wanted: int) -> bool:
    if value.adjusted() > 33:
        return wanted == 0
    return value == value.to_integral_value() and int(value) % 2 == wanted
