"""Two BPMN files side by side, element by element."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from workflow_engine.bpmn.comparing import ElementChange, Kind
from workflow_engine.bpmn.comparing_values import changed_values
from workflow_engine.bpmn.intake_document import CAMUNDA_FAMILY, LIANDONG, ZEEBE
from workflow_engine.bpmn.reading_nodes import FLOW_NODES, UNSUPPORTED_NODES
from workflow_engine.bpmn.xml import (
    BPMN,
    DIAGRAM_NAMESPACES,
    Element,
    XmlRefusedError,
    local_name,
    namespace_of,
    parse_xml,
)

_OWNERS = frozenset(
    {
        *FLOW_NODES, *UNSUPPORTED_NODES, "process", "sequenceFlow", "participant", "lane", "messageFlow",
        "textAnnotation", "association", "dataObjectReference", "dataStoreReference", "dataObject", "message",
        "signal", "error", "escalation", "group", "correlationProperty",
    }
)  # fmt: skip
"""Elements that are told as things of their own; what stands inside them belongs to them."""
_FOLLOWS_FROM_FLOWS = frozenset({"incoming", "outgoing"})
_DISCRIMINATORS = ("name", "key", "target", "id", "source")


@dataclass(frozen=True, slots=True)
class _Thing:
    element_type: str
    name: str
    values: Mapping[str, str]
    place: tuple[str, ...]


def compare_diagrams(before: bytes | None, after: bytes | None) -> tuple[tuple[ElementChange, ...], dict[str, int]]:
    """Every element that differs, in document order, and the number of elements by kind of change."""
    old, new = _things(before), _things(after)
    changes = []
    for element_id in dict.fromkeys([*new, *old]):
        was, now = old.get(element_id), new.get(element_id)
        if was is None or now is None:
            thing = now or was
            if thing is not None:
                kind: Kind = "added" if was is None else "removed"
                changes.append(ElementChange(element_id, kind, thing.element_type, thing.name))
            continue
        values = changed_values(_typed(was), _typed(now))
        moved = was.place != now.place
        if values or moved:
            kind = "changed" if values else "moved"
            changes.append(ElementChange(element_id, kind, now.element_type, now.name or was.name, values, moved))
    return tuple(changes), dict(Counter(change.kind for change in changes))


def _typed(thing: _Thing) -> dict[str, str]:
    return {"type": thing.element_type, **thing.values}


def _things(xml: bytes | None) -> dict[str, _Thing]:
    if xml is None:
        return {}
    try:
        root = parse_xml(xml).root
    except XmlRefusedError:
        return {}
    places = _places(root)
    found: dict[str, _Thing] = {}
    for element in root.iter(etree.Element):
        element_id = element.get("id")
        if element_id and _is_owner(element):
            name = " ".join((element.get("name") or "").split())
            found[element_id] = _Thing(local_name(element), name, _values_of(element), places.get(element_id, ()))
    return found


def _is_owner(element: Element) -> bool:
    return namespace_of(element) == BPMN and local_name(element) in _OWNERS


def _values_of(element: Element) -> dict[str, str]:
    values: dict[str, str] = {}
    _add_attributes(element, "", values)
    _add_children(element, "", values)
    return values


def _add_attributes(element: Element, prefix: str, values: dict[str, str]) -> None:
    for key in sorted(element.attrib):
        name = _attribute_name(str(key))
        if name != "id":
            values[_join(prefix, name)] = str(element.attrib[key])


def _add_children(element: Element, prefix: str, values: dict[str, str]) -> None:
    seen: Counter[str] = Counter()
    for child in element.iterchildren(etree.Element):
        name = local_name(child)
        if _is_owner(child) or name in _FOLLOWS_FROM_FLOWS or namespace_of(child) in DIAGRAM_NAMESPACES:
            continue
        if name in ("extensionElements", "properties", "ioMapping", "inputOutput", "taskHeaders", "formData"):
            _add_children(child, prefix, values)
            continue
        path = _path_of(child, prefix, seen)
        text = (child.text or "").strip()
        if text or not (len(child) or child.attrib):
            values[path] = text
        value = child.get("value")
        if value is not None and name in ("property", "header"):
            values[path] = value
            continue
        _add_attributes(child, path, values)
        _add_children(child, path, values)


def _path_of(child: Element, prefix: str, seen: Counter[str]) -> str:
    """The child's name, with what tells it from others of the same name."""
    name = local_name(child)
    label = next((child.get(key) for key in _DISCRIMINATORS if child.get(key) and key != "id"), None)
    path = _join(prefix, f"{name} {label}" if label else name)
    seen[path] += 1
    return path if seen[path] == 1 else f"{path} [{seen[path]}]"


def _join(prefix: str, name: str) -> str:
    return f"{prefix} / {name}" if prefix else name


def _attribute_name(key: str) -> str:
    """Without the namespaces that everybody writes; others stay recognisable."""
    if not key.startswith("{"):
        return key
    namespace, _, name = key[1:].partition("}")
    known = namespace in CAMUNDA_FAMILY or namespace in (ZEEBE, LIANDONG)
    return name if known or "XMLSchema" in namespace else f"{name} ({namespace})"


def _places(root: Element) -> dict[str, tuple[str, ...]]:
    """Bounds and waypoints by the id of what is drawn."""
    found: dict[str, tuple[str, ...]] = {}
    for drawn in root.iter(etree.Element):
        drawn_id = drawn.get("bpmnElement")
        if not drawn_id or local_name(drawn) not in ("BPMNShape", "BPMNEdge"):
            continue
        points: list[str] = []
        for part in drawn.iterchildren(etree.Element):
            if local_name(part) in ("Bounds", "waypoint"):
                points.extend(_number(part.get(key)) for key in ("x", "y", "width", "height"))
        found[drawn_id] = (*points, drawn.get("isExpanded") or "")
    return found


def _number(text: str | None) -> str:
    """Whole numbers, since tools write 100 and 100.0 for the same place."""
    try:
        return "" if text is None else str(round(float(text)))
    except (ValueError, OverflowError):
        return text or ""
