"""The registry of built-in functions (DMN 1.5, 10.3.4): signatures, argument fitting, named arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from workflow_engine.feel.ast import TypeRef
from workflow_engine.feel.runtime import State
from workflow_engine.feel.typecheck import fit
from workflow_engine.feel.values import FunctionValue

Implementation = Callable[..., Any]
Registered = TypeVar("Registered", bound=Implementation)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in; ``kind`` None takes anything, null included."""

    name: str
    kind: TypeRef | None
    optional: bool
    variadic: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in."""

    parameters: tuple[Parameter, ...]

    @property
    def required(self) -> int:
        """How many arguments there must be."""
        return sum(1 for parameter in self.parameters if not parameter.optional)

    def takes(self, count: int) -> bool:
        """Whether that many positional arguments fit."""
        if self.parameters and self.parameters[-1].variadic:
            return count >= self.required
        return self.required <= count <= len(self.parameters)


class Builtin(FunctionValue):
    """A built-in function with its signatures; the first that fits is taken."""

    __slots__ = ("implementation", "signatures")

    def __init__(self, name: str, signatures: tuple[Signature, ...], implementation: Implementation) -> None:
        super().__init__(name, tuple(parameter.name for parameter in signatures[0].parameters))
        self.signatures = signatures
        self.implementation = implementation

    def call(self, state: State, arguments: list[Any]) -> Any:
        """Run with positional arguments; null when they do not fit or the result does not exist."""
        for signature in self.signatures:
            if signature.takes(len(arguments)):
                fitted = _fit_all(signature, arguments)
                if fitted is not None:
                    return self._run(state, fitted)
        return None

    def order_names(self, names: tuple[str, ...]) -> list[int | None] | None:
        """Return, for named arguments, which goes to each parameter; None when no signature has these names."""
        for known in ([parameter.name for parameter in signature.parameters] for signature in self.signatures):
            if known == list(names):
                return list(range(len(names)))  # `range, point` and `point, range` are told apart by their order
        for signature in self.signatures:
            known = [parameter.name for parameter in signature.parameters]
            if not set(names) <= set(known) or len(set(names)) != len(names):
                continue
            if any(not one.optional and one.name not in names for one in signature.parameters):
                continue
            places = [names.index(name) if name in names else None for name in known]
            while places and places[-1] is None:
                places.pop()
            return places
        return None

    def _run(self, state: State, arguments: list[Any]) -> Any:
        state.charge(1)
        try:
            return self.implementation(state, *arguments)
        except ArithmeticError:
            return None


def _fit_all(signature: Signature, arguments: list[Any]) -> list[Any] | None:
    fitted = []
    parameters = signature.parameters
    for position, argument in enumerate(arguments):
        parameter = parameters[min(position, len(parameters) - 1)]
        if parameter.kind is None:
            fitted.append(argument)
            continue
        if argument is None:
            return None
        fits, value = fit(argument, parameter.kind)
        if not fits or value is None:
            return None
        fitted.append(value)
    return fitted


REGISTRY: dict[str, Builtin] = {}


def builtin(name: str, *signatures: str) -> Callable[[Registered], Registered]:
    """Register a function under its FEEL name.

    A signature reads ``"input: string, pattern: string, flags?: string"``: ``?`` marks an optional parameter, ``*``
    and ``+`` one that may repeat (none or more, one or more), no type takes anything.
    """
    parsed = tuple(_parse_signature(signature) for signature in signatures or ("",))

    def register(implementation: Registered) -> Registered:
        REGISTRY[name] = Builtin(name, parsed, implementation)
        return implementation

    return register


def find_builtin(name: str) -> Builtin | None:
    """Return the built-in of that name."""
    return REGISTRY.get(name)


def _parse_signature(text: str) -> Signature:
    parameters = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, _, kind = (piece.strip() for piece in part.partition(":"))
        optional, variadic = name.endswith(("?", "*")), name.endswith(("*", "+"))
        parameters.append(Parameter(name.rstrip("?*+"), TypeRef(kind) if kind else None, optional, variadic))
    return Signature(tuple(parameters))
