"""A model's diagram as SVG out of its own interchange part (BPMN DI): no script draws it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from lxml import etree

_NS = {
    "di": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "wp": "http://www.omg.org/spec/DD/20100524/DI",
    "bpmn": "http://www.omg.org/spec/BPMN/20100524/MODEL",
}
_MARGIN = 20.0
_LINE = 13.0
_MOST_NODES = 5_000


@dataclass(frozen=True, slots=True)
class _Shape:
    element: str
    kind: str
    name: str
    x: float
    y: float
    width: float
    height: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Look:
    """How an element is drawn, and what stands at its corner; ``style`` is a CSS class that may say otherwise."""

    fill: str = "#fff"
    stroke: str = "#222"
    width: float = 1.5
    style: str = ""
    badge: str = ""


_PLAIN = Look()


def draw_diagram(xml: bytes, title: str, looks: Mapping[str, Look]) -> str | None:
    """The first plane of the model as SVG, elements as they are to look; None when it holds no drawing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError:
        return None
    plane = root.find(".//di:BPMNPlane", _NS)
    if plane is None or len(plane) > _MOST_NODES:
        return None
    elements = {str(e.get("id")): e for e in root.iter(f"{{{_NS['bpmn']}}}*") if e.get("id")}
    shapes = list(_shapes(plane, elements))
    if not shapes:
        return None
    parts = [_shape(shape, looks.get(shape.element, _PLAIN)) for shape in sorted(shapes, key=_size)]
    parts[_count_holding(shapes) : _count_holding(shapes)] = list(_edges(plane))
    left, top = min(s.x for s in shapes) - _MARGIN, min(s.y for s in shapes) - _MARGIN
    width = max(s.x + s.width for s in shapes) + _MARGIN - left
    height = max(s.y + s.height for s in shapes) + 2 * _MARGIN - top
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {width:g} {height:g}" class="drawing" '
        'role="img" font-family="sans-serif" font-size="11">'
        f"<title>{escape(title)}</title>"
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 1 10 5 0 9z"/></marker></defs>'
    )
    return head + "".join(parts) + "</svg>"


def _size(shape: _Shape) -> float:
    return -shape.width * shape.height if shape.holds else 0.0


def _count_holding(shapes: list[_Shape]) -> int:
    return sum(1 for shape in shapes if shape.holds)


def _shapes(plane: Any, elements: dict[str, Any]) -> Iterator[_Shape]:
    for node in plane.findall("di:BPMNShape", _NS):
        bounds, element = node.find("dc:Bounds", _NS), str(node.get("bpmnElement"))
        if bounds is None or element not in elements:
            continue
        x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
        kind = etree.QName(elements[element]).localname
        holds = kind in ("participant", "lane") or (
            kind in ("subProcess", "transaction", "adHocSubProcess") and node.get("isExpanded") != "false"
        )
        yield _Shape(element, kind, str(elements[element].get("name") or ""), x, y, width, height, holds)


def _edges(plane: Any) -> Iterator[str]:
    for node in plane.findall("di:BPMNEdge", _NS):
        points = " ".join(f"{float(p.get('x')):g},{float(p.get('y')):g}" for p in node.findall("wp:waypoint", _NS))
        yield f'<polyline points="{points}" fill="none" stroke="#444" stroke-width="1.2" marker-end="url(#arrow)"/>'


def _shape(shape: _Shape, told: Look) -> str:
    fill = "#fff" if shape.holds else told.fill
    style = f' class="{escape(told.style)}"' if told.style and not shape.holds else ""
    look = f'fill="{fill}" stroke="{told.stroke}" stroke-width="{told.width:g}"{style}'
    return _body(shape, look) + _badge(shape, told.badge)


def _badge(shape: _Shape, text: str) -> str:
    """What stands at the upper right corner."""
    if not text:
        return ""
    wide = sum(11.0 if character > "\u2e80" else 6.5 for character in text) + 10
    x, y = shape.x + shape.width, shape.y
    return (
        f'<rect x="{x - wide + 8:g}" y="{y - 9:g}" width="{wide:g}" height="17" rx="8" class="badge" '
        f'fill="#fff" stroke="#222"/>'
        f'<text x="{x - wide / 2 + 8:g}" y="{y + 4:g}" text-anchor="middle" class="badge-text">{escape(text)}</text>'
    )


def _body(shape: _Shape, look: str) -> str:
    x, y, w, h = shape.x, shape.y, shape.width, shape.height
    if shape.kind.endswith("Event"):
        inner = (
            ""
            if shape.kind == "startEvent"
            else f'<circle cx="{x + w / 2:g}" cy="{y + h / 2:g}" r="{w / 2 - 3:g}" {look}/>'
        )
        body = f'<circle cx="{x + w / 2:g}" cy="{y + h / 2:g}" r="{w / 2:g}" {look}/>{inner}'
        return body + _below(shape)
    if shape.kind.endswith("Gateway"):
        points = f"{x + w / 2:g},{y:g} {x + w:g},{y + h / 2:g} {x + w / 2:g},{y + h:g} {x:g},{y + h / 2:g}"
        sign = {"parallelGateway": "+", "exclusiveGateway": "×", "inclusiveGateway": "○"}.get(shape.kind, "⬠")
        text = f'<text x="{x + w / 2:g}" y="{y + h / 2 + 6:g}" text-anchor="middle" font-size="18">{sign}</text>'
        return f'<polygon points="{points}" {look}/>{text}{_below(shape)}'
    if shape.kind in ("dataObjectReference", "dataStoreReference", "textAnnotation"):
        return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" fill="none" stroke="#888"/>{_below(shape)}'
    round_by = 0 if shape.kind in ("participant", "lane") else 8
    body = f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{round_by}" {look}/>'
    if shape.holds:
        return body + _text([shape.name], x + w / 2, y + 14)
    lines = _wrapped(shape.name, w - 8)
    return body + _text(lines, x + w / 2, y + h / 2 - (len(lines) - 1) * _LINE / 2 + 4)


def _below(shape: _Shape) -> str:
    return _text(_wrapped(shape.name, 90), shape.x + shape.width / 2, shape.y + shape.height + 12)


def _text(lines: list[str], x: float, y: float) -> str:
    return "".join(
        f'<text x="{x:g}" y="{y + number * _LINE:g}" text-anchor="middle">{escape(line)}</text>'
        for number, line in enumerate(lines)
        if line
    )


def _wrapped(text: str, width: float) -> list[str]:
    """Lines of about this width; Chinese breaks anywhere, other scripts between words."""
    lines, line, used = [], "", 0.0
    for word in _words(text):
        wide = sum(11.0 if character > "\u2e80" else 6.0 for character in word)
        if line and used + wide > width:
            lines.append(line.strip())
            line, used = "", 0.0
        line, used = line + word, used + wide
    return [*lines, line.strip()][:4]


def _words(text: str) -> Iterator[str]:
    word = ""
    for character in text:
        if character > "\u2e80" or character.isspace():
            yield word + ("" if character > "\u2e80" else " ")
            word = ""
            if character > "\u2e80":
                yield character
        else:
            word += character
    yield word
