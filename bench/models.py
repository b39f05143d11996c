"""The workloads as BPMN files that both the product and stock SpiffWorkflow can run."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="urn:bench">'
)


class Drawing:
    """A process written element by element."""

    def __init__(self, process_id: str) -> None:
        self.process_id = process_id
        self.nodes: list[tuple[str, str, str, str]] = []
        self.flows: list[tuple[str, str, str, str | None]] = []

    def node(self, kind: str, node_id: str, inside: str = "", attributes: str = "") -> str:
        self.nodes.append((kind, node_id, inside, attributes))
        return node_id

    def script(self, node_id: str, source: str) -> str:
        return self.node("scriptTask", node_id, f"<bpmn:script>{source}</bpmn:script>")

    def timer(self, node_id: str, duration: str, host: str, interrupting: bool) -> str:
        """A boundary timer; stock wants the duration as a quoted Python literal, the product reads both."""
        return self.node(
            "boundaryEvent",
            node_id,
            f"<bpmn:timerEventDefinition><bpmn:timeDuration>&quot;{duration}&quot;</bpmn:timeDuration>"
            "</bpmn:timerEventDefinition>",
            f' attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}"',
        )

    def flow(self, source: str, target: str, condition: str | None = None) -> str:
        flow_id = f"f{len(self.flows) + 1}"
        self.flows.append((flow_id, source, target, condition))
        return flow_id

    def chain(self, *node_ids: str) -> None:
        for source, target in pairwise(node_ids):
            self.flow(source, target)

    def xml(self) -> bytes:
        parts = [HEAD, f'<bpmn:process id="{self.process_id}" isExecutable="true">']
        for kind, node_id, inside, attributes in self.nodes:
            refs = "".join(f"<bpmn:incoming>{f[0]}</bpmn:incoming>" for f in self.flows if f[2] == node_id)
            refs += "".join(f"<bpmn:outgoing>{f[0]}</bpmn:outgoing>" for f in self.flows if f[1] == node_id)
            parts.append(f'<bpmn:{kind} id="{node_id}"{attributes}>{refs}{inside}</bpmn:{kind}>')
        for flow_id, source, target, condition in self.flows:
            text = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
            parts.append(
                f'<bpmn:sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">'
                f"{text if condition else ''}</bpmn:sequenceFlow>"
            )
        return "".join([*parts, "</bpmn:process></bpmn:definitions>"]).encode()


def w1(process_id: str = "w1", padding: int = 0) -> bytes:
    """Start, script, user task A, gateway, user task B, end; ``padding`` nodes lie on a branch that is never taken."""
    drawing = Drawing(process_id)
    drawing.node("startEvent", "s")
    drawing.script("x", "n = 1")
    drawing.node("userTask", "a")
    drawing.node("exclusiveGateway", "g", attributes=' default="f_default"')
    drawing.node("userTask", "b")
    drawing.node("endEvent", "e")
    drawing.chain("s", "x", "a", "g")
    drawing.flow("g", "b", "n == 1")
    drawing.flow("b", "e")
    aside = [drawing.node("userTask", f"p{number}") for number in range(padding)] or ["e"]
    drawing.chain(*aside, *(["e"] if padding else []))
    drawing.flows.append(("f_default", "g", aside[0], None))
    return drawing.xml()


def w2(participants: int) -> bytes:
    """Parallel approvals by as many participants, then the join."""
    drawing = Drawing(f"w2_{participants}")
    drawing.node("startEvent", "s")
    drawing.node(
        "userTask",
        "a",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>"
        f"{participants}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
    )
    drawing.node("endEvent", "e")
    drawing.chain("s", "a", "e")
    return drawing.xml()


def loop(process_id: str, kind: str, turns: int) -> bytes:
    """As many turns of a script task (W3) or of a user task and a script (W3u)."""
    drawing = Drawing(process_id)
    drawing.node("startEvent", "s")
    drawing.script("init", "n = 0")
    drawing.script("count", "n = n + 1")
    drawing.node("exclusiveGateway", "g", attributes=' default="f_out"')
    drawing.node("endEvent", "e")
    if kind == "user":
        drawing.node("userTask", "u")
        drawing.chain("s", "init", "u", "count", "g")
        drawing.flow("g", "u", f"n &lt; {turns}")
    else:
        drawing.chain("s", "init", "count", "g")
        drawing.flow("g", "count", f"n &lt; {turns}")
    drawing.flows.append(("f_out", "g", "e", None))
    return drawing.xml()


def waiting() -> bytes:
    """One user task with an interrupting reminder after an hour (W4)."""
    drawing = Drawing("w4")
    drawing.node("startEvent", "s")
    drawing.node("userTask", "a")
    drawing.timer("t", "PT1H", "a", interrupting=True)
    drawing.node("userTask", "late")
    drawing.node("endEvent", "e")
    drawing.chain("s", "a", "e")
    drawing.chain("t", "late", "e")
    return drawing.xml()


def realistic() -> bytes:
    """Thirty nodes: three departments in parallel with reminders, a rework loop, a vote of five, an inclusive part."""
    drawing = Drawing("realistic")
    drawing.node("startEvent", "s")
    drawing.node("userTask", "draft")
    drawing.script("prepare", "rounds = 0")
    drawing.node("parallelGateway", "split")
    drawing.node("parallelGateway", "join")
    drawing.chain("s", "draft", "prepare", "split")
    for name in ("legal", "finance", "planning"):
        drawing.node("userTask", name)
        drawing.timer(f"remind_{name}", "PT48H", name, interrupting=False)
        drawing.script(f"note_{name}", f"reminded_{name} = True")
        drawing.node("endEvent", f"end_{name}")
        drawing.chain("split", name, "join")
        drawing.chain(f"remind_{name}", f"note_{name}", f"end_{name}")
    drawing.node("userTask", "revise")
    drawing.script("count", "rounds = rounds + 1")
    drawing.node("exclusiveGateway", "again", attributes=' default="f_vote"')
    drawing.chain("join", "revise", "count", "again")
    drawing.flow("again", "revise", "rounds &lt; 3")
    drawing.node(
        "userTask",
        "vote",
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>5</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>",
    )
    drawing.flows.append(("f_vote", "again", "vote", None))
    drawing.node("inclusiveGateway", "open", attributes=' default="f_archive"')
    drawing.node("inclusiveGateway", "close")
    drawing.node("userTask", "publish")
    drawing.node("userTask", "inform")
    drawing.script("archive", "archived = True")
    drawing.flow("vote", "open")
    drawing.flow("open", "publish", "rounds &gt; 0")
    drawing.flow("open", "inform", "rounds &gt; 2")
    drawing.flows.append(("f_archive", "open", "archive", None))
    for name in ("publish", "inform", "archive"):
        drawing.flow(name, "close")
    drawing.node("endEvent", "e")
    drawing.flow("close", "e")
    return drawing.xml()


def all_models() -> Iterable[bytes]:
    """Every workload once, for a look at what intake says of them."""
    yield from (w1(), w1("w1big", 98), w2(10), waiting(), realistic())
    yield from (loop("w3", "script", 100), loop("w3u", "user", 100))
