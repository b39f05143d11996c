"""Whether a step by hand would void a two-person rule of the model (``bpmn.four_eyes``).

A rule has a task that notes who did it (``completedBy``) and a *check*, a task that this person may not do
(``notCompletedBy``). A token must not get past a check that was not made, nor to a check whose first person is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from workflow_engine.bpmn.four_eyes import COMPLETED_BY, NOT_COMPLETED_BY
from workflow_engine.bpmn.model import Node, Scope

if TYPE_CHECKING:
    from workflow_engine.bpmn.definition import Definition
    from workflow_engine.bpmn.elements.element import Element
    from workflow_engine.bpmn.tree import ScopeSpec

STARTED_BY = "startedBy"
"""Property of a process: the variable that takes the id of who starts a case; checks may name it as well."""
Gap = tuple[str, str]
"""(check, variable whose person is unknown)."""


def signed_names(definition: Definition) -> frozenset[str]:
    """Every variable of this version that holds who did something; nobody may set it by hand."""
    found = _signed.get(definition.definition_id)
    if found is None:
        processes = definition.model.processes
        nodes = (node for process in processes for node in _nodes(process.scope))
        names = {name for node in nodes for key in (COMPLETED_BY, NOT_COMPLETED_BY) for name in _names(node, key)}
        names.update(name for process in processes for name in started_by(process.properties, ""))
        if len(_signed) >= _MOST_KEPT:
            _signed.clear()
        found = _signed[definition.definition_id] = frozenset(names)
    return found


def started_by(properties: Iterable[tuple[str, str]], actor_id: str) -> dict[str, str]:
    """The variable that says who started the case, where the process asks for one."""
    return {value.strip(): actor_id for key, value in properties if key == STARTED_BY and value.strip()}


def forged_names(definition: Definition, node: Node, names: Iterable[str]) -> frozenset[str]:
    """Which of these say who did another task; what the node's own rules say, nobody can type anyway."""
    signed = signed_names(definition)
    if not signed:
        return signed
    own = {name for key in (COMPLETED_BY, NOT_COMPLETED_BY) for name in _names(node, key)}
    return signed.intersection(names) - own


_signed: dict[str, frozenset[str]] = {}
_MOST_KEPT = 1_000
"""By version, whose content never changes."""


def has_rules(spec: ScopeSpec) -> bool:
    """Whether anything in the scope, or inside it, is a check."""
    return any(_inside(element.node, NOT_COMPLETED_BY) for element in elements_of(spec))


def gaps(spec: ScopeSpec, places: Iterable[str], variables: Mapping[str, Any]) -> set[Gap]:
    """Checks that a token at one of these can come to while nobody is, or becomes, the first person of their rule."""
    found: set[Gap] = set()
    elements = {element.name: element for element in elements_of(spec)}
    names = {name for element in elements.values() for name in _inside(element.node, NOT_COMPLETED_BY)}
    for name in sorted(names):
        if variables.get(name) is not None:
            continue
        seen: set[str] = set()
        pending = [place for place in places if place in elements]
        while pending:
            at = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            signs = name in _inside(elements[at].node, COMPLETED_BY)
            if not signs and name in _inside(elements[at].node, NOT_COMPLETED_BY):
                found.add((at, name))
            if not signs:
                pending.extend(next_elements(spec, elements[at]))
    return found


def skipped(spec: ScopeSpec, source: str | None, target: str) -> list[str]:
    """Checks that every way to ``target`` passes, and that the way to ``source`` does not."""
    checks = [element.name for element in elements_of(spec) if _inside(element.node, NOT_COMPLETED_BY)]
    return [
        check
        for check in checks
        if check != target
        and not _reachable_without(spec, check, target)
        and (source is None or source == check or _reachable_without(spec, check, source))
    ]


def checks_ahead(spec: ScopeSpec, places: Iterable[str]) -> set[str]:
    """Checks that tokens at these elements stand at or can come to."""
    elements = {element.name: element for element in elements_of(spec)}
    reached = _reached(spec, [place for place in places if place in elements], None)
    return {name for name in reached if _inside(elements[name].node, NOT_COMPLETED_BY)}


def elements_of(spec: ScopeSpec) -> list[Element]:
    """The scope's flow nodes: without its root, the bodies of loops and the listeners of event sub-processes."""
    return [element for name, element in spec.task_specs.items() if "#" not in name and hasattr(element, "node")]


def next_elements(spec: ScopeSpec, element: Element) -> list[str]:
    """Where a token can go from here: along flows, by an event on the boundary, by a link."""
    found = [target.name for _, target in element.flows]
    if element.default_flow is not None:
        found.append(element.default_flow[1].name)
    found += [boundary.name for boundary in spec.boundaries.get(element.name, ())]
    if element.kind == "intermediateThrowEvent":
        links = (event.name or "" for event in element.node.events if event.kind == "link")
        found += [spec.links[name].name for name in links if name in spec.links]
    return found


def _reachable_without(spec: ScopeSpec, avoided: str, target: str) -> bool:
    starts = [element.name for element in spec.start_elements] or [
        element.name for element in elements_of(spec) if element.node.kind == "startEvent"
    ]
    starts += [element.name for element in elements_of(spec) if element.node.triggered_by_event]
    return target in _reached(spec, starts, avoided)


def _reached(spec: ScopeSpec, places: list[str], avoided: str | None) -> set[str]:
    elements = {element.name: element for element in elements_of(spec)}
    seen: set[str] = set()
    pending = [place for place in places if place != avoided]
    while pending:
        at = pending.pop()
        if at not in seen and at in elements:
            seen.add(at)
            pending.extend(name for name in next_elements(spec, elements[at]) if name != avoided)
    return seen


def _inside(node: Node, key: str) -> set[str]:
    """The names under this key at the node, or at any node inside it."""
    own = set(_names(node, key))
    return own.union(*(_inside(inner, key) for inner in node.body.nodes)) if node.body is not None else own


def _nodes(scope: Scope) -> Iterator[Node]:
    for node in scope.nodes:
        yield node
        if node.body is not None:
            yield from _nodes(node.body)


def _names(node: Node, key: str) -> list[str]:
    return [name.strip() for k, value in node.properties if k == key for name in value.split(",") if name.strip()]
