"""What an expression sees while it runs: the caller's context, the budget, the frames of local names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from workflow_engine.domain.errors import ExpressionError
from workflow_engine.feel.errors import FeelLimitError, UnknownNameError
from workflow_engine.feel.meter import Meter
from workflow_engine.feel.values import FunctionValue, adopt

Closure = Callable[["Frame"], Any]
_MISSING = object()


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """Everything an evaluation may know besides its variables.

    ``now`` (aware) comes from the command; without it ``now()`` and ``today()`` raise. ``zone`` is where ``today()``
    is taken, by default that of ``now``. ``ask`` answers the functions of ``feel.outside``: it gets a function's name
    and its arguments as JSON and returns JSON; without it they raise.
    ``max_steps`` bounds work, ``max_size`` the characters and list items produced in all, ``max_depth`` nested calls.
    """

    now: datetime | None = None
    zone: tzinfo | None = None
    ask: Callable[[str, list[Any]], Any] | None = None
    max_steps: int = 100_000
    max_size: int = 2_000_000
    max_depth: int = 40

    def require_now(self) -> datetime:
        """Return the command's instant in ``zone``, or raise ``ExpressionError``."""
        if self.now is None:
            raise ExpressionError("Expected a clock in the evaluation context, since the expression asks for the time")
        return self.now.astimezone(self.zone or self.now.tzinfo or UTC)


NO_CONTEXT = EvaluationContext()


class State(Meter):
    """One evaluation: variables, what is left of the budget, values already converted."""

    __slots__ = ("adopted", "context", "depth", "strict", "variables")

    def __init__(self, variables: Mapping[str, Any], context: EvaluationContext, strict: bool) -> None:
        super().__init__(context.max_steps, context.max_size)
        self.variables = variables
        self.context = context
        self.strict = strict
        self.depth = context.max_depth
        self.adopted: dict[int, Any] = {}

    def adopt(self, value: Any) -> Any:
        """Return a variable's value as FEEL's, converting each list or object once per evaluation."""
        key = id(value)
        found = self.adopted.get(key, _MISSING)
        if found is _MISSING:
            found = self.adopted[key] = adopt(value)
        return found

    def missing(self, name: str) -> Any:
        """Answer for a variable that does not exist: null, or ``UnknownNameError`` when strict."""
        if self.strict:
            raise UnknownNameError(name, tuple(sorted(map(str, self.variables)))[:50])
        return None


class Frame:
    """Local names of one construct; ``parent`` is the construct around it."""

    __slots__ = ("parent", "state", "values")

    def __init__(self, values: dict[str, Any], parent: Frame | None, state: State) -> None:
        self.values = values
        self.parent = parent
        self.state = state


class Lambda(FunctionValue):
    """A function written in FEEL, with the frame it was made in."""

    __slots__ = ("body", "check", "cost", "frame", "types")

    def __init__(
        self,
        parameters: tuple[str, ...],
        types: tuple[Any, ...],
        body: Closure,
        frame: Frame,
        check: Callable[[Any, Any], tuple[bool, Any]],
        cost: int,
    ) -> None:
        super().__init__("", parameters)
        self.types = types
        self.body = body
        self.frame = frame
        self.check = check
        self.cost = cost

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Run the body; null when number or types of the arguments do not fit."""
        if len(arguments) != len(self.parameters):
            return None
        values = {}
        for name, wanted, argument in zip(self.parameters, self.types, arguments, strict=True):
            fits, value = self.check(argument, wanted)
            if not fits:
                return None
            values[name] = value
        state.charge(self.cost)
        state.depth -= 1
        if state.depth < 0:
            raise FeelLimitError(f"Expected calls nested at most {state.context.max_depth} deep")
        try:
            return self.body(Frame(values, self.frame, state))
        finally:
            state.depth += 1
