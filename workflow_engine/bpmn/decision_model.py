"""What a DMN file says, as plain records that go to JSON and back (DMN 1.5, chapters 6 to 8 and 10.2)."""

from __future__ import annotations

from typing import Any

import msgspec

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


class Literal(msgspec.Struct, frozen=True, tag="literal", omit_defaults=True):
    """A literal expression: FEEL text."""

    text: str
    type_ref: str = ""
    line: int = 0


class Input(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of conditions; ``allowed`` are unary tests."""

    text: str
    label: str = ""
    type_ref: str = ""
    allowed: str = ""


class Output(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of results; ``allowed`` also gives the order for PRIORITY and OUTPUT ORDER."""

    name: str = ""
    label: str = ""
    type_ref: str = ""
    allowed: str = ""
    default: str = ""


class Rule(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row: unary tests for each input, FEEL text for each output."""

    tests: tuple[str, ...]
    results: tuple[str, ...]
    rule_id: str = ""
    note: str = ""
    line: int = 0


class Table(msgspec.Struct, frozen=True, tag="table", omit_defaults=True):
    """A decision table."""

    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    hit_policy: str = "UNIQUE"
    aggregation: str = ""
    type_ref: str = ""
    line: int = 0


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named part: context entry, binding or parameter; ``name`` is empty for a context's result."""

    name: str
    logic: Logic | None = None
    type_ref: str = ""


class Context(msgspec.Struct, frozen=True, tag="context", omit_defaults=True):
    """A boxed context."""

    entries: tuple[Entry, ...]
    type_ref: str = ""


class ListLogic(msgspec.Struct, frozen=True, tag="list", omit_defaults=True):
    """A boxed list."""

    items: tuple[Logic, ...]
    type_ref: str = ""


class Relation(msgspec.Struct, frozen=True, tag="relation", omit_defaults=True):
    """A boxed relation: a list of contexts with the same keys."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Logic, ...], ...]
    type_ref: str = ""


class Function(msgspec.Struct, frozen=True, tag="function", omit_defaults=True):
    """A boxed function in FEEL."""

    parameters: tuple[Entry, ...]
    body: Logic | None = None
    type_ref: str = ""


class Invocation(msgspec.Struct, frozen=True, tag="invocation", omit_defaults=True):
    """A boxed invocation with named bindings."""

    called: Logic
    bindings: tuple[Entry, ...]
    type_ref: str = ""


class Conditional(msgspec.Struct, frozen=True, tag="conditional", omit_defaults=True):
    """A boxed if, then, else."""

    condition: Logic
    then: Logic
    otherwise: Logic
    type_ref: str = ""


class Iteration(msgspec.Struct, frozen=True, tag="iteration", omit_defaults=True):
    """A boxed ``for``, ``some`` or ``every``."""

    kind: str
    variable: str
    domain: Logic
    body: Logic
    type_ref: str = ""


class FilterLogic(msgspec.Struct, frozen=True, tag="filter", omit_defaults=True):
    """A boxed filter."""

    source: Logic
    match: Logic
    type_ref: str = ""


Logic = Literal | Table | Context | ListLogic | Relation | Function | Invocation | Conditional | Iteration | FilterLogic


class DecisionNode(msgspec.Struct, frozen=True, omit_defaults=True):
    """A decision and what it requires: ids, ``namespace#id`` in imported files. ``title`` is the name as drawn."""

    node_id: str
    name: str
    logic: Logic | None = None
    type_ref: str = ""
    title: str = ""
    decisions: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    line: int = 0


class Knowledge(msgspec.Struct, frozen=True, omit_defaults=True):
    """A business knowledge model: a function that decisions may call."""

    node_id: str
    name: str
    function: Function | None = None
    type_ref: str = ""
    knowledge: tuple[str, ...] = ()
    line: int = 0


class ServiceNode(msgspec.Struct, frozen=True, omit_defaults=True):
    """A decision service: decisions offered as a function of inputs (ids)."""

    node_id: str
    name: str
    outputs: tuple[str, ...] = ()
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()
    type_ref: str = ""


class InputData(msgspec.Struct, frozen=True, omit_defaults=True):
    """Data that comes from outside."""

    node_id: str
    name: str
    type_ref: str = ""


class ItemType(msgspec.Struct, frozen=True, omit_defaults=True):
    """A named type; ``allowed`` and ``constraint`` are unary tests over an item, or over the whole value."""

    name: str
    type_ref: str = ""
    components: tuple[ItemType, ...] = ()
    is_collection: bool = False
    allowed: str = ""
    constraint: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    output_type: str = ""


class Import(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another DMN file whose elements are seen as ``name.element``; ``file`` is filled in by ``decision_linking``."""

    name: str
    namespace: str
    location: str = ""
    file: DecisionFile | None = None
    line: int = 0


class DecisionFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything one DMN file declares."""

    name: str = ""
    namespace: str = ""
    decisions: tuple[DecisionNode, ...] = ()
    knowledge: tuple[Knowledge, ...] = ()
    services: tuple[ServiceNode, ...] = ()
    inputs: tuple[InputData, ...] = ()
    types: tuple[ItemType, ...] = ()
    imports: tuple[Import, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON form, empty parts left out."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built

    @classmethod
    def from_json(cls, data: Any) -> DecisionFile:
        """Read the JSON form; raises ``msgspec.ValidationError``."""
        return msgspec.convert(data, cls)
