"""Small BPMN files from a line of text: ``model("start -> xor -[n > 1]-> A -> end; xor -default-> end2")``.

Names that begin like a kind of element need no part of their own: ``start…``, ``end…``, ``xor…``, ``and…``, ``or…``,
``event…`` (gateways), and any name with a capital letter is a user task. Everything else is given as a part.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

_HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'id="file" targetNamespace="urn:test">'
)
_ARROW = re.compile(r"\s*-(?:\[(.*?)\]-|(default)-)?>\s*")
_OWN_ID = re.compile(r'<\w+ id="([^"]+)"')
_KNOWN = {
    "start": "startEvent",
    "end": "endEvent",
    "xor": "exclusiveGateway",
    "and": "parallelGateway",
    "or": "inclusiveGateway",
    "event": "eventBasedGateway",
}
_ROOTS = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}


# ------------------------------------------------------------------------------------------------------------ files
def model(flows: str, *parts: str, process: str = "p", beside: str = "") -> bytes:
    """A file with one executable process; ``beside`` are root elements such as correlation keys."""
    return file(process_of(flows, *parts, process=process), beside)


def file(*roots: str) -> bytes:
    """A file of these root elements, with every message, signal, error and escalation that they refer to."""
    text = "".join(roots)
    return f"{_HEAD}{_referred(text)}{text}</definitions>".encode()


def process_of(flows: str, *parts: str, process: str = "p") -> str:
    """An executable process."""
    return f'<process id="{process}" isExecutable="true">{_scope(flows, parts)}</process>'


def _scope(flows: str, parts: tuple[str, ...]) -> str:
    given = {match[1] for part in parts if (match := _OWN_ID.match(part))}
    named: dict[str, None] = {}
    defaults: dict[str, str] = {}
    lines: list[str] = []
    for chain in filter(None, (chain.strip() for chain in flows.split(";"))):
        pieces = _ARROW.split(chain)
        names, arrows = pieces[::3], list(zip(pieces[1::3], pieces[2::3], strict=True))
        named.update(dict.fromkeys(names))
        for (source, target), (condition, default) in zip(pairwise(names), arrows, strict=True):
            flow_id = f"{source}-{target}" + ("" if condition is None else f"-{len(lines)}")
            if default:
                defaults[source] = flow_id
            test = "" if condition is None else f"<conditionExpression>={escape(condition)}</conditionExpression>"
            lines.append(
                f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{test}</sequenceFlow>'
            )
    nodes = [*parts, *(_known(name) for name in named if name not in given)]
    for source, flow_id in defaults.items():
        nodes = [node.replace(f'id="{source}"', f'id="{source}" default="{flow_id}"', 1) for node in nodes]
    return "".join(nodes) + "".join(lines)


def _known(name: str) -> str:
    kind = next((tag for prefix, tag in _KNOWN.items() if re.fullmatch(rf"{prefix}\d*", name)), None)
    assert kind or name[0].isupper(), f"{name!r} is not drawn: give it as a part"
    return node(kind or "userTask", name)


def _referred(text: str) -> str:
    found = ""
    for kind, attribute in _ROOTS.items():
        for name in dict.fromkeys(re.findall(rf'{kind}Ref="{kind}_([^"]+)"', text)):
            if f'<{kind} id="{kind}_{name}"' not in text:
                found += f'<{kind} id="{kind}_{name}" {attribute}="{name}"/>'
    return found


# ------------------------------------------------------------------------------------------------------------ nodes
def node(tag: str, node_id: str, *inside: str, extension: str = "", **attributes: str) -> str:
    """Any flow node. Attributes of a vendor: ``camunda_assignee="…"``."""
    given = "".join(f" {name.replace('_', ':', 1)}={quoteattr(value)}" for name, value in attributes.items())
    extended = f"<extensionElements>{extension}</extensionElements>" if extension else ""
    return f'<{tag} id="{node_id}"{given}>{extended}{"".join(inside)}</{tag}>'


def user(node_id: str, *inside: str, extension: str = "", **attributes: str) -> str:
    return node("userTask", node_id, *inside, extension=extension, **attributes)


def script(node_id: str, source: str, *inside: str, **attributes: str) -> str:
    return node("scriptTask", node_id, *inside, f"<script>{escape(source)}</script>", **attributes)


def service(node_id: str, *inside: str, topic: str = "work", extension: str = "") -> str:
    return node("serviceTask", node_id, *inside, extension=extension, camunda_type="external", camunda_topic=topic)


def send(node_id: str, name: str, *inside: str) -> str:
    return node("sendTask", node_id, *inside, messageRef=f"message_{name}")


def receive(node_id: str, name: str, *inside: str) -> str:
    return node("receiveTask", node_id, *inside, messageRef=f"message_{name}")


def call(node_id: str, callee: str, *inside: str, extension: str = "", **attributes: str) -> str:
    return node("callActivity", node_id, *inside, extension=extension, calledElement=callee, **attributes)


def sub(node_id: str, flows: str, *parts: str, inside: str = "", extension: str = "", handler: bool = False) -> str:
    """A sub-process; ``inside`` is its loop marker, ``handler`` makes it an event sub-process."""
    event = ' triggeredByEvent="true"' if handler else ""
    extended = f"<extensionElements>{extension}</extensionElements>" if extension else ""
    return f'<subProcess id="{node_id}"{event}>{extended}{inside}{_scope(flows, parts)}</subProcess>'


def start(node_id: str, *definitions: str, **attributes: str) -> str:
    return node("startEvent", node_id, *definitions, **attributes)


def end(node_id: str, *definitions: str) -> str:
    return node("endEvent", node_id, *definitions)


def catch(node_id: str, *definitions: str, all_of: bool = False) -> str:
    return node("intermediateCatchEvent", node_id, *definitions, parallelMultiple=_truth(all_of))


def throw(node_id: str, *definitions: str) -> str:
    return node("intermediateThrowEvent", node_id, *definitions)


def boundary(node_id: str, host: str, *definitions: str, interrupting: bool = True, all_of: bool = False) -> str:
    return node(
        "boundaryEvent",
        node_id,
        *definitions,
        attachedToRef=host,
        cancelActivity=_truth(interrupting),
        parallelMultiple=_truth(all_of),
    )


def _truth(value: bool) -> str:
    return "true" if value else "false"


# ------------------------------------------------------------------------------------------------ event definitions
def message(name: str) -> str:
    return f'<messageEventDefinition messageRef="message_{name}"/>'


def signal(name: str) -> str:
    return f'<signalEventDefinition signalRef="signal_{name}"/>'


def error(code: str | None = None, **attributes: str) -> str:
    return _with_code("error", code, attributes)


def escalation(code: str | None = None, **attributes: str) -> str:
    return _with_code("escalation", code, attributes)


def _with_code(kind: str, code: str | None, attributes: dict[str, str]) -> str:
    reference = "" if code is None else f' {kind}Ref="{kind}_{code}"'
    given = "".join(f" {name.replace('_', ':', 1)}={quoteattr(value)}" for name, value in attributes.items())
    return f"<{kind}EventDefinition{reference}{given}/>"


def timer(text: str) -> str:
    """A date, duration, cycle, or a variable: ``date:${due}``, ``cycle:${rhythm}``."""
    kind, colon, rest = text.partition(":${")
    if colon:
        text = "${" + rest
    else:
        kind = "cycle" if text.startswith("R") else "duration" if text.startswith("P") else "date"
    tag = f"time{kind.capitalize()}"
    return f"<timerEventDefinition><{tag}>{text}</{tag}></timerEventDefinition>"


def condition(feel: str) -> str:
    return f"<conditionalEventDefinition><condition>={escape(feel)}</condition></conditionalEventDefinition>"


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


TERMINATE = "<terminateEventDefinition/>"


# ------------------------------------------------------------------------------------------------------------ loops
def loop(feel: str | None = None, *, before: bool = False, maximum: int | None = None) -> str:
    """A standard loop."""
    most = "" if maximum is None else f' loopMaximum="{maximum}"'
    test = "" if feel is None else f"<loopCondition>={escape(feel)}</loopCondition>"
    return f'<standardLoopCharacteristics testBefore="{_truth(before)}"{most}>{test}</standardLoopCharacteristics>'


def each(
    collection: str = "",
    *,
    times: str = "",
    item: str = "item",
    out: str = "",
    out_item: str = "",
    until: str = "",
    sequential: bool = False,
) -> str:
    """Multi-instance characteristics: over a collection, or ``times`` (FEEL) times."""
    given = {"inputCollection": collection, "inputElement": item if collection else ""}
    given |= {"outputCollection": out, "outputElement": out_item}
    zeebe = " ".join(
        f"{name}={quoteattr('=' + value if name in ('inputCollection', 'outputElement') else value)}"
        for name, value in given.items()
        if value
    )
    extension = f"<extensionElements><zeebe:loopCharacteristics {zeebe}/></extensionElements>" if zeebe else ""
    number = f"<loopCardinality>={escape(times)}</loopCardinality>" if times else ""
    enough = f"<completionCondition>={escape(until)}</completionCondition>" if until else ""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{_truth(sequential)}">'
        f"{extension}{number}{enough}</multiInstanceLoopCharacteristics>"
    )


# ------------------------------------------------------------------------------------------- mappings, correlation
def mapped(**sources: str) -> str:
    """An extension element; ``in_x="a + 1"`` gives the activity ``x``, ``out_y="x"`` sets ``y`` from it."""
    lines = ""
    for name, source in sources.items():
        way, _, target = name.partition("_")
        tag = "input" if way == "in" else "output"
        lines += f"<zeebe:{tag} source={quoteattr('=' + source)} target={quoteattr(target.replace('__', '.'))}/>"
    return f"<zeebe:ioMapping>{lines}</zeebe:ioMapping>"


def passed(*, into: dict[str, str] | None = None, back: dict[str, str] | None = None) -> str:
    """What a call activity passes: target to source expression, each way."""
    lines = ""
    for way, sources in (("in", into or {}), ("out", back or {})):
        for target, source in sources.items():
            lines += f"<camunda:{way} sourceExpression={quoteattr('=' + source)} target={quoteattr(target)}/>"
    return lines


def keyed_message(name: str, key: str) -> str:
    """A root element: a message that must bring the value of the FEEL expression ``key``."""
    return (
        f'<message id="message_{name}" name="{name}"><extensionElements>'
        f"<zeebe:subscription correlationKey={quoteattr('=' + key)}/></extensionElements></message>"
    )


def correlation(key: str, paths: dict[str, str]) -> str:
    """Root elements: a correlation key of one property, read from each message by its path (BPMN 2.0.2, 8.4.2)."""
    retrievals = "".join(
        f'<correlationPropertyRetrievalExpression messageRef="message_{name}">'
        f"<messagePath>={escape(path)}</messagePath></correlationPropertyRetrievalExpression>"
        for name, path in paths.items()
    )
    return (
        f'<collaboration id="talk"><correlationKey id="key_{key}" name="{key}">'
        f"<correlationPropertyRef>prop_{key}</correlationPropertyRef></correlationKey></collaboration>"
        f'<correlationProperty id="prop_{key}" name="{key}">{retrievals}</correlationProperty>'
    )
