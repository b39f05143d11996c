"""Functions whose answers lie outside of what an expression is given: the calendar, the profile, the organisation.

They are declared here, so that every text that names one is read and checked alike; ``EvaluationContext.ask`` answers.
A call that cannot be right is refused where the text is compiled, and one that turns out wrong raises: a deadline or a
candidate that silently comes out as null would be a wrong one. Only where the top of the tree of units is reached is
null an answer, and may be asked about again: who gets the task then is told by the case (``bpmn.assigning``).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflow_engine.domain.errors import ExpressionError
from workflow_engine.feel import ast
from workflow_engine.feel.runtime import State
from workflow_engine.feel.temporal import NANOS, Date, DateTime
from workflow_engine.feel.temporal_text import parse_date_time
from workflow_engine.feel.values import FunctionValue, to_json, to_text

_COST = 50
"""Steps of one question: it may read a table."""
_AROUND_THE_CLOCK = ("urgent_hours", "hours")
_MOST_HOURS = 100_000
_KINDS = {
    "moment": "a date, or a date and time with offset",
    "number": "a number",
    "text": "a text",
    "id": "an id",
    "any": "anything",
}


class OutsideFunction(FunctionValue):
    """One of them: parameters by name and kind (see ``_KINDS``; ``?`` marks optional ones), and what it gives."""

    __slots__ = ("gives_moment", "kinds", "required")

    def __init__(self, name: str, parameters: str, *, gives_moment: bool) -> None:
        pairs = [part.strip().partition(":") for part in parameters.split(",")]
        super().__init__(name, tuple(parameter.rstrip("?") for parameter, _, _ in pairs))
        self.kinds = tuple(kind.strip() for _, _, kind in pairs)
        self.required = sum(1 for parameter, _, _ in pairs if not parameter.endswith("?"))
        self.gives_moment = gives_moment

    @property
    def signature(self) -> str:
        """As a person reads it."""
        return f"{self.name}({', '.join(self.parameters)})"

    def order_names(self, names: tuple[str, ...]) -> list[int | None] | None:
        """Return, for named arguments, which goes to each parameter; None when the names do not fit."""
        if len(set(names)) != len(names) or not set(self.parameters[: self.required]) <= set(names):
            return None
        if not set(names) <= set(self.parameters):
            return None
        places = [names.index(name) if name in names else None for name in self.parameters]
        while places and places[-1] is None:
            places.pop()
        return places

    def find_fault(self, arguments: tuple[ast.Node, ...], names: tuple[str, ...] | None) -> str | None:
        """What is wrong with a call as it is written, as far as its text tells."""
        if names is not None:
            places = self.order_names(names)
            if places is None:
                return f"{self.signature} has no parameters {', '.join(names)}, or more"
            given = [None if place is None else arguments[place] for place in places]
        elif not self.required <= len(arguments) <= len(self.parameters):
            return f"{self.signature} takes {self._count()}, but {len(arguments)} are given"
        else:
            given = list(arguments)
        for parameter, kind, node in zip(self.parameters, self.kinds, given, strict=False):
            if isinstance(node, ast.Literal) and kind != "any" and not _may_be(node.value, kind):
                shown = to_text(node.value, nested=True)[:80]
                return f"{self.signature} takes {_KINDS[kind]} as {parameter!r}, but {shown} is none"
        return None

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Ask. Raises ExpressionError when the arguments are wrong or nobody can answer."""
        state.charge(_COST)
        ask = state.context.ask
        if ask is None:
            raise ExpressionError(f"Expected {self.signature} to be asked in a case, but nobody answers it here.")
        if not self.required <= len(arguments) <= len(self.parameters):
            raise ExpressionError(f"Expected {self.signature} with {self._count()}, but {len(arguments)} are given.")
        told = [self._told(position, argument) for position, argument in enumerate(arguments)]
        answer = ask(self.name, told)
        if self.gives_moment and isinstance(answer, str):
            return parse_date_time(answer)
        return state.adopt(answer)

    def _told(self, position: int, value: Any) -> Any:
        """The argument as JSON; times carry their offset, so that they mean the same to everybody."""
        kind = self.kinds[position]
        if kind == "any" or (kind == "id" and value is None):
            return to_json(value)
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if kind == "moment" and isinstance(value, DateTime):
            if value.zone is None:
                raise self._wrong(position, value, ", which has no offset")
            whole = DateTime.from_instant(value.instant, 0)
            return str(whole if whole is not None else value)
        if kind == "moment" and isinstance(value, Date):
            return str(value)
        if not _may_be(value, kind):
            raise self._wrong(position, value)
        told = to_json(value)
        if kind == "number" and not isinstance(told, int | float):
            raise self._wrong(position, value, ", which is too large")
        return told

    def _count(self) -> str:
        most = len(self.parameters)
        counted = str(most) if self.required == most else f"{self.required} to {most}"
        return f"{counted} argument{'' if most == 1 else 's'}"

    def _wrong(self, position: int, value: Any, why: str = "") -> ExpressionError:
        shown, kind = to_text(value, nested=True)[:80], _KINDS[self.kinds[position]]
        return ExpressionError(
            f"Expected {self.signature} to be given {kind} as {self.parameters[position]!r}, but got {shown}{why}."
        )


class TimeLimitEnd(OutsideFunction):
    """When a time limit ends: its unit says which question that is.

    Hours run around the clock and ask nobody; working hours and days ask the calendar, so that the deadline is known
    as one in working time; days end with the day in the city.
    """

    __slots__ = ()

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Ask by the unit. Raises ExpressionError when the arguments are wrong or nobody can answer."""
        unit = arguments[2] if len(arguments) == len(self.parameters) else None
        if isinstance(unit, str) and unit in _BY_TIME_UNIT:
            return _BY_TIME_UNIT[unit].call(state, arguments[:2])
        if unit not in _AROUND_THE_CLOCK:
            known = ", ".join((*_AROUND_THE_CLOCK, *_BY_TIME_UNIT))
            shown = to_text(unit, nested=True)[:80]
            raise ExpressionError(f"Expected {self.signature} with a unit out of {known}, but got {shown}.")
        state.charge(_COST)
        start, hours = parse_date_time(self._told(0, arguments[0])), arguments[1]
        if start is None or start.zone is None:
            raise self._wrong(0, arguments[0], ", which is no time with offset")
        if not isinstance(hours, Decimal) or not 0 <= hours <= _MOST_HOURS:
            raise self._wrong(1, hours)
        return DateTime.from_instant(start.instant + int(hours * 3_600) * NANOS, 0)


def _may_be(value: Any, kind: str) -> bool:
    return isinstance(value, Decimal) if kind == "number" else isinstance(value, str)


OUTSIDE = {
    function.name: function
    for function in (
        OutsideFunction("working days after", "from: moment, n: number", gives_moment=True),
        OutsideFunction("working hours after", "from: moment, n: number", gives_moment=True),
        OutsideFunction("working days between", "a: moment, b: moment", gives_moment=False),
        OutsideFunction("working hours between", "a: moment, b: moment", gives_moment=False),
        OutsideFunction("is working day", "date: moment", gives_moment=False),
        OutsideFunction("city parameter", "name: text, default: any", gives_moment=False),
        OutsideFunction("superior of", "unit: id", gives_moment=False),
        OutsideFunction("common superior", "one: any, other?: any", gives_moment=False),
        OutsideFunction("unit for", "function: id, unit: id", gives_moment=False),
        OutsideFunction("unit at", "place code: id", gives_moment=False),
        OutsideFunction("level of", "unit: id", gives_moment=False),
        OutsideFunction("head of", "unit: id", gives_moment=False),
        OutsideFunction("least loaded", "group: id, without?: any", gives_moment=False),
        OutsideFunction("on duty", "unit: id", gives_moment=False),
        OutsideFunction("service category", "code: id", gives_moment=False),
        OutsideFunction("photos of case", "since?: moment", gives_moment=False),
        OutsideFunction("case number", "grid: id", gives_moment=False),
        TimeLimitEnd("time limit end", "from: moment, n: number, unit: text", gives_moment=True),
        OutsideFunction(
            "requests counted", "category: text, place code: text, from: moment, until: moment", gives_moment=False
        ),
    )
}
"""Every function of this kind by its name."""
_BY_TIME_UNIT = {
    "working_hours": OUTSIDE["working hours after"],
    "working_days": OUTSIDE["working days after"],
    "days": OutsideFunction("days after", "from: moment, n: number", gives_moment=True),
}
