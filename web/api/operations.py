"""What an operation of the API is: a question or a command, and all that follows from the engine's own types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, is_dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, get_type_hints

from web.api import shapes
from workflow_engine import Command, Engine, Queries


@dataclass(frozen=True)
class Operation:
    """One address of the API; ``path`` has its parameters in braces, named like the engine's."""

    name: str
    path: str
    scope: str
    verb: str = field(default="", kw_only=True)
    """Of ``permissions``, where the engine does not decide by the actor itself."""

    @property
    def tag(self) -> str:
        """Its chapter in the description."""
        return self.scope.partition(":")[0]

    @property
    def path_names(self) -> list[str]:
        """The parameters of its path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


@dataclass(frozen=True)
class Ask(Operation):
    """A question of the read side, asked with GET."""

    question: str
    """Name of a method of ``Engine.queries``; dots lead to its parts."""

    @property
    def method(self) -> str:
        return "get"

    @cached_property
    def declared(self) -> Callable[..., Any]:
        """The method itself, for its types and words."""
        part, _, name = self.question.rpartition(".")
        owner = Queries if not part else Queries.PARTS[part]
        found: Callable[..., Any] = getattr(owner, name)
        return found

    @cached_property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        """Name to (type, default) of what may stand behind the question mark; a filter counts by its fields."""
        found: dict[str, tuple[Any, Any]] = {}
        for name, (hint, default) in shapes.parameters_of(self.declared, {*self.path_names, *GIVEN}).items():
            found |= shapes.fields_of(hint, GIVEN) if is_dataclass(hint) else {name: (hint, default)}
        return found

    def arguments(self, values: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
        """What the question is asked with: ``values`` by parameter, filters put together again."""
        made: dict[str, Any] = {}
        for name, (hint, _default) in shapes.parameters_of(self.declared, ()).items():
            if name in GIVEN:
                made[name] = ours[name]
            elif is_dataclass(hint) and isinstance(hint, type):
                names = shapes.fields_of(hint, ())
                made[name] = hint(**{own: (values | ours)[own] for own in names if own in values or own in ours})
            elif name in values:
                made[name] = values[name]
        return made

    def bound(self, engine: Engine) -> Callable[..., Any]:
        """The question, put to this engine."""
        found: Callable[..., Any] = attrgetter(self.question)(engine.queries)
        return found


@dataclass(frozen=True)
class Tell(Operation):
    """A command, sent with POST."""

    command: type[Command]
    made: tuple[str, ...] = ()
    """Fields that are made from the command id where the body leaves them out, so that a repetition is the same."""
    most_bytes: int | None = None
    settled: tuple[str, ...] = ()
    """Fields that the engine settles itself before it records the command; nobody gives them."""

    @property
    def method(self) -> str:
        return "post"

    @property
    def schema(self) -> str:
        """Name of the body's schema in the description."""
        return self.command.__name__

    @cached_property
    def command_hints(self) -> dict[str, Any]:
        """The types of the command's fields."""
        return get_type_hints(self.command)

    @cached_property
    def body(self) -> Any:
        """The type of the body."""
        return shapes.body_type(self.command, {"command_id", *self.path_names, *self.made, *self.settled})


GIVEN = ("actor", "now")
"""What questions get from the request and the clock, never from the caller."""
