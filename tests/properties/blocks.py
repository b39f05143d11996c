"""Random models of nested blocks: every block has one way in and one way out, whatever happens inside."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.elements import drawing as draw

Block = tuple[Any, ...]
"""Kind and its parts: ``("and", [block, …])``."""


def models(depth: int = 3) -> st.SearchStrategy[Block]:
    """A sequence of blocks, nested at most this deep."""
    return st.lists(_block(depth, in_loop=False), min_size=1, max_size=3).map(lambda found: ("seq", found))


def _seq(depth: int, in_loop: bool) -> st.SearchStrategy[Block]:
    return st.lists(_block(depth, in_loop=in_loop), min_size=1, max_size=2).map(lambda found: ("seq", found))


def _block(depth: int, *, in_loop: bool) -> st.SearchStrategy[Block]:
    marker = st.sampled_from(["", "loop", "each", "each out", "each until", "each sequential", "each sequential out"])
    guard = st.sampled_from(["", "timer", "message", "cycle", "message beside", "timer beside", "condition"])
    leaves: list[st.SearchStrategy[Block]] = [
        st.tuples(st.just("user"), marker, guard, st.sampled_from(["", "", "in", "out"])),
        st.tuples(st.just("user"), st.just(""), st.just(""), st.just("")),
        st.tuples(st.just("script"), st.integers(1, 3)),
        st.tuples(st.just("job"), guard, st.booleans()),
        st.tuples(st.just("catch"), st.sampled_from(["message", "timer", "signal", "all", "condition", "past"])),
        st.tuples(st.just("throw"), st.sampled_from(["signal", "message", "escalation"])),
        st.tuples(st.just("race"), st.sampled_from(["timer", "past", "signal"])),
        st.tuples(st.just("call"), marker, guard),
    ]
    if depth <= 0:
        return st.one_of(*leaves)
    inner = st.deferred(lambda: _seq(depth - 1, in_loop))
    fresh = st.deferred(lambda: _seq(depth - 1, False))
    looped = st.deferred(lambda: _seq(depth - 1, True))
    branches = st.lists(inner, min_size=2, max_size=3)
    nested: list[st.SearchStrategy[Block]] = [
        st.tuples(st.just("xor"), branches),
        st.tuples(st.just("and"), branches),
        st.tuples(st.just("apart"), branches),
        st.tuples(st.just("again"), looped),
        st.tuples(
            st.just("sub"),
            fresh,
            marker,
            guard,
            st.sampled_from(["", "error", "escalation", "stop", "handler", "takeover"]),
        ),
    ]
    if not in_loop:
        nested.append(st.tuples(st.just("or"), branches))
    return st.one_of(*leaves, *nested, *nested)


@dataclass
class Drawing:
    """A block as flows and parts of a file; ids are numbered in order."""

    flows: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=lambda: [0])
    mapped: set[str] = field(default_factory=set)
    """User tasks whose submission does not leave them as it is."""

    def inside(self) -> Drawing:
        return Drawing(numbers=self.numbers, mapped=self.mapped)

    def name(self, prefix: str) -> str:
        self.numbers[0] += 1
        return f"{prefix}{self.numbers[0]}"

    def flow(self, source: str, target: str, arrow: str = "->") -> None:
        self.flows.append(f"{source} {arrow} {target}")

    def part(self, text: str) -> None:
        self.parts.append(text)

    # ---- blocks: draw, give the way in and the way out
    def add(self, block: Block) -> tuple[str, str]:
        found: tuple[str, str] = getattr(self, f"_{block[0]}")(*block[1:])
        return found

    def _seq(self, blocks: list[Block]) -> tuple[str, str]:
        ends = [self.add(block) for block in blocks]
        for (_, out), (into, _) in pairwise(ends):
            self.flow(out, into)
        return ends[0][0], ends[-1][1]

    def _user(self, marker: str, guard: str, mapping: str) -> tuple[str, str]:
        name = self.name("A")
        extension = {"": "", "in": draw.mapped(in_own="x + 1"), "out": draw.mapped(out_r="x")}[mapping]
        if mapping == "out" or "out" in marker:
            self.mapped.add(name)
        self.part(draw.user(name, _marker(marker, name), extension=extension))
        return name, self._guarded(name, guard)

    def _script(self, step: int) -> tuple[str, str]:
        name = self.name("s_")
        self.part(draw.script(name, f"x = (x + {step}) % 10\nlog = log + ['{name}']"))
        return name, name

    def _job(self, guard: str, error: bool) -> tuple[str, str]:
        name = self.name("j_")
        self.part(draw.service(name))
        out = self._guarded(name, guard)
        if error:
            out = self._caught(name, draw.error("E"), out)
        return name, out

    def _catch(self, kind: str) -> tuple[str, str]:
        name = self.name("c_")
        definitions = {
            "message": [draw.message(name)],
            "timer": [draw.timer("PT1H")],
            "past": [draw.timer("PT0S")],
            "signal": [draw.signal("S")],
            "condition": [draw.condition("x > 6"), draw.message(name)],
            "all": [draw.message(name), draw.timer("PT2H")],
        }[kind]
        self.part(draw.catch(name, *definitions, all_of=kind == "all"))
        return name, name

    def _throw(self, kind: str) -> tuple[str, str]:
        name = self.name("t_")
        definition = {"signal": draw.signal("S"), "message": draw.message("M"), "escalation": draw.escalation("U")}[
            kind
        ]
        self.part(draw.throw(name, definition))
        return name, name

    def _race(self, kind: str) -> tuple[str, str]:
        gate, one, other, meet = self.name("g_"), self.name("c_"), self.name("c_"), self.name("m_")
        second = {"timer": draw.timer("PT3H"), "past": draw.timer("PT0S"), "signal": draw.signal("S")}[kind]
        self.part(draw.node("eventBasedGateway", gate))
        self.part(draw.catch(one, draw.message(one)))
        self.part(draw.catch(other, second))
        self.part(draw.node("exclusiveGateway", meet))
        for event in (one, other):
            self.flow(gate, event)
            self.flow(event, meet)
        return gate, meet

    def _call(self, marker: str, guard: str) -> tuple[str, str]:
        name = self.name("P")
        self.part(draw.call(name, "callee", _marker(marker, name)))
        return name, self._guarded(name, guard)

    def _split(self, tag: str, branches: list[Block], arrows: list[str]) -> tuple[str, str]:
        split, meet = self.name("g_"), self.name("g_")
        self.part(draw.node(tag, split))
        self.part(draw.node(tag, meet))
        for branch, arrow in zip(branches, arrows, strict=True):
            into, out = self.add(branch)
            self.flow(split, into, arrow)
            self.flow(out, meet)
        return split, meet

    def _xor(self, branches: list[Block]) -> tuple[str, str]:
        arrows = [f"-[x = {number} or x > 7]->" for number in range(len(branches) - 1)]
        return self._split("exclusiveGateway", branches, [*arrows, "-default->"])

    def _or(self, branches: list[Block]) -> tuple[str, str]:
        arrows = [f"-[x > {3 * number}]->" for number in range(len(branches) - 1)]
        return self._split("inclusiveGateway", branches, [*arrows, "-default->"])

    def _and(self, branches: list[Block]) -> tuple[str, str]:
        return self._split("parallelGateway", branches, ["->"] * len(branches))

    def _apart(self, branches: list[Block]) -> tuple[str, str]:
        """The first branch goes on, the others end on their own."""
        split = self.name("g_")
        self.part(draw.node("parallelGateway", split))
        outs = []
        for branch in branches:
            into, out = self.add(branch)
            self.flow(split, into)
            outs.append(out)
        for out in outs[1:]:
            last = self.name("e_")
            self.part(draw.end(last))
            self.flow(out, last)
        return split, outs[0]

    def _again(self, body: Block) -> tuple[str, str]:
        meet, choice, work = self.name("g_"), self.name("g_"), self.name("A")
        self.part(draw.node("exclusiveGateway", meet))
        self.part(draw.node("exclusiveGateway", choice))
        into, out = self.add(body)
        self.flow(meet, into)
        self.flow(out, work)
        self.flow(work, choice)
        self.flow(choice, meet, "-[x > 5]->")
        after = self.name("n_")
        self.part(draw.node("task", after))
        self.flow(choice, after, "-default->")
        return meet, after

    def _sub(self, body: Block, marker: str, guard: str, extra: str) -> tuple[str, str]:
        name, inner = self.name("P"), self.inside()
        into, out = inner.add(body)
        first, last = self.name("b_"), self.name("e_")
        inner.part(draw.start(first))
        inner.flow(first, into)
        inner.part(draw.end(last))
        self._end_of(inner, out, last, extra)
        if extra in ("handler", "takeover"):
            inner.part(self._handler(interrupting=extra == "takeover"))
        self.part(draw.sub(name, "; ".join(inner.flows), *inner.parts, inside=_marker(marker, name)))
        if "out" in marker:
            self.mapped.update(part.split('id="')[1].split('"')[0] for part in _users(inner))
        way_out = self._guarded(name, guard)
        if extra == "error":
            way_out = self._caught(name, draw.error("E"), way_out)
        elif extra == "escalation":
            self._beside(name, draw.escalation("U"))
        return name, way_out

    def _end_of(self, inner: Drawing, out: str, last: str, extra: str) -> None:
        definition = {"error": draw.error("E"), "escalation": draw.escalation("U"), "stop": draw.TERMINATE}.get(extra)
        if definition is None:
            inner.flow(out, last)
            return
        choice, special = self.name("g_"), self.name("e_")
        inner.part(draw.node("exclusiveGateway", choice))
        inner.part(draw.end(special, definition))
        inner.flow(out, choice)
        inner.flow(choice, special, "-[x > 4]->")
        inner.flow(choice, last, "-default->")

    def _handler(self, *, interrupting: bool) -> str:
        name, on, work, off = self.name("h_"), self.name("b_"), self.name("A"), self.name("e_")
        begin = draw.start(on, draw.message(on), isInterrupting="true" if interrupting else "false")
        return draw.sub(name, f"{on} -> {work} -> {off}", begin, draw.end(off), handler=True)

    # ---- boundary events
    def _guarded(self, name: str, guard: str) -> str:
        if not guard:
            return name
        kind, _, beside = guard.partition(" ")
        definition = {
            "timer": draw.timer("PT2H"),
            "cycle": draw.timer("R2/PT1H"),
            "message": draw.message(f"to_{name}"),
            "condition": draw.condition("x = 9"),
        }[kind]
        if beside or kind == "cycle":
            self._beside(name, definition)
            return name
        return self._caught(name, definition, name)

    def _caught(self, name: str, definition: str, out: str) -> str:
        event, work, meet = self.name("b_"), self.name("A"), self.name("g_")
        self.part(draw.boundary(event, name, definition))
        self.part(draw.node("exclusiveGateway", meet))
        self.flow(event, work)
        self.flow(work, meet)
        self.flow(out, meet)
        return meet

    def _beside(self, name: str, definition: str) -> None:
        event, work, last = self.name("b_"), self.name("A"), self.name("e_")
        self.part(draw.boundary(event, name, definition, interrupting=False))
        self.part(draw.end(last))
        self.flow(event, work)
        self.flow(work, last)


def _users(inner: Drawing) -> list[str]:
    names = {name for flow in inner.flows for name in flow.split() if name.startswith("A")}
    text = "".join(inner.parts)
    names.update(piece.split('"')[0] for piece in text.split('<userTask id="')[1:])
    return [f'id="{name}"' for name in sorted(names)]


def _marker(kind: str, name: str) -> str:
    if kind == "loop":
        return draw.loop("x > 5", maximum=3)
    if not kind:
        return ""
    return draw.each(
        "people",
        item=f"who_{name}",
        sequential="sequential" in kind,
        out=f"got_{name}" if "out" in kind else "",
        out_item="x" if "out" in kind else "",
        until="nrOfCompletedInstances >= 2 or x > 8" if "until" in kind else "",
    )


def draw_model(block: Block) -> tuple[bytes, set[str]]:
    """The file with the process ``p`` and its callee, and the user tasks whose submissions stay inside."""
    drawing = Drawing(mapped={"Callee"})
    into, out = drawing.add(block)
    drawing.flow("start", into)
    drawing.flow(out, "end")
    callee = draw.process_of("start9 -> Callee -> end9", process="callee")
    text = draw.process_of("; ".join(drawing.flows), *drawing.parts)
    return draw.file(text, callee), drawing.mapped


_KINDS = (
    "userTask",
    "userTask",
    "scriptTask",
    "exclusiveGateway",
    "parallelGateway",
    "parallelGateway",
    "inclusiveGateway",
)


def draw_graph(size: int, dice: Random) -> bytes:
    """Nodes that flow anywhere, also back; every one is reached, and the gateways that decide have a default."""
    drawing = Drawing()
    flows = {(dice.randrange(at), at) for at in range(1, size)}
    flows |= {(dice.randrange(size), dice.randrange(size)) for _ in range(dice.randrange(size))}
    kinds = [dice.choice(_KINDS) for _ in range(size)]
    if any(target <= source for source, target in flows):  # an inclusive gateway must not join inside a loop
        kinds = ["exclusiveGateway" if kind == "inclusiveGateway" else kind for kind in kinds]
    names = [f"A{number}" if kind == "userTask" else f"n_{number}" for number, kind in enumerate(kinds)]
    for number, kind in enumerate(kinds):
        script = f"<script>log = log + [{number}]\nx = (x + {number}) % 10</script>" if kind == "scriptTask" else ""
        drawing.part(draw.node(kind, names[number], script))
        targets = sorted(target for source, target in flows if source == number)
        decides = kind in ("exclusiveGateway", "inclusiveGateway")
        for place, target in enumerate(targets):
            arrow = "->" if not decides else "-default->" if place == 0 else f"-[x > {2 * place}]->"
            drawing.flow(names[number], names[target], arrow)
    drawing.flow("start", names[0])
    return draw.model("; ".join(drawing.flows), *drawing.parts)
