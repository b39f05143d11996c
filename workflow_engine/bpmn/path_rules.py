"""What a model says about the order of its steps, and how a path differs from it or from another path."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workflow_engine.bpmn.model import Node, Process, Scope


@dataclass(frozen=True, slots=True)
class Deviation:
    """How one path differs; all empty when it does not."""

    skipped: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    reordered: tuple[tuple[str, str], ...] = ()
    """Pairs (first, second) that came the other way round: ``second`` before ``first``."""
    added: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.skipped or self.repeated or self.reordered or self.added)


class PathRules:
    """The order that one process's sequence flows, boundary events and sub-processes allow."""

    def __init__(self, process: Process) -> None:
        self._nodes: dict[str, Node] = {}
        self._next: dict[str, set[str]] = {}
        self._starts: set[str] = set()
        _draw(process.scope, self._nodes, self._next, self._starts)
        self._reach: dict[str, frozenset[str]] = {}
        self._dominators = _dominators(self._starts, self._next)

    def leads(self, first: str, second: str) -> bool:
        """Whether a way leads from one element to another (or back to itself)."""
        return second in self._reached(first)

    def compare(self, steps: Sequence[str]) -> Deviation:
        """Steps without what must come before them, steps again that no way leads back to, steps before their time.

        Steps that the model does not know (of another version) are left out.
        """
        known = [step for step in steps if step in self._nodes]
        seen = set(known)
        needed = {must for step in seen for must in self._dominators.get(step, ())}
        skipped = sorted(must for must in needed - seen if self._is_step(must))
        counts = Counter(known)
        repeated = sorted(step for step, count in counts.items() if count > 1 and not self.leads(step, step))
        first = {step: known.index(step) for step in seen}
        reordered = sorted(
            (earlier, later)
            for earlier in seen
            for later in seen
            if first[later] < first[earlier]
            and earlier in self._dominators.get(later, ())
            and not self.leads(later, earlier)
        )
        return Deviation(tuple(skipped), tuple(repeated), tuple(reordered))

    def _is_step(self, element_id: str) -> bool:
        return self._nodes[element_id].kind.endswith(("Task", "task", "callActivity"))

    def _reached(self, start: str) -> frozenset[str]:
        found = self._reach.get(start)
        if found is None:
            seen: set[str] = set()
            waiting = deque(self._next.get(start, ()))
            while waiting:
                current = waiting.popleft()
                if current not in seen:
                    seen.add(current)
                    waiting.extend(self._next.get(current, ()))
            found = self._reach[start] = frozenset(seen)
        return found


def differ(steps: Sequence[str], usual: Sequence[str]) -> Deviation:
    """How a path differs from the usual one."""
    counts, usual_counts = Counter(steps), Counter(usual)
    skipped = tuple(step for step in dict.fromkeys(usual) if step not in counts)
    added = tuple(step for step in dict.fromkeys(steps) if step not in usual_counts)
    repeated = tuple(step for step in usual_counts if counts[step] > usual_counts[step])
    here = [step for step in dict.fromkeys(steps) if step in usual_counts]
    there = [step for step in dict.fromkeys(usual) if step in counts]
    place = {step: number for number, step in enumerate(here)}
    reordered = tuple(
        (first, second) for first, second in pairwise(there) if place[second] < place[first]
    )
    return Deviation(skipped, repeated, reordered, added)


def _draw(scope: Scope, nodes: dict[str, Node], following: dict[str, set[str]], starts: set[str]) -> None:
    """Flatten a scope: its flows, a way from activities to their boundary events, into and out of sub-processes."""
    for flow in scope.flows:
        following.setdefault(flow.source, set()).add(flow.target)
    for node in scope.nodes:
        nodes[node.id] = node
        if node.attached_to:
            following.setdefault(node.attached_to, set()).add(node.id)
        if not node.incoming and not node.attached_to:
            starts.add(node.id)
    for node in scope.nodes:
        if node.body is None:
            continue
        inside: set[str] = set()
        after = set(following.get(node.id, ()))
        _draw(node.body, nodes, following, inside)
        following.setdefault(node.id, set()).update(inside)
        for inner in node.body.nodes:
            if not inner.outgoing:
                following.setdefault(inner.id, set()).update(after)


def _dominators(starts: Iterable[str], following: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """For each element that can be reached, the elements that every way to it passes (itself left out)."""
    root = ""
    graph = {**following, root: set(starts)}
    order: list[str] = []
    seen: set[str] = set()
    stack = [(root, iter(sorted(graph[root])))]
    seen.add(root)
    while stack:
        current, rest = stack[-1]
        step = next((one for one in rest if one not in seen), None)
        if step is None:
            order.append(current)
            stack.pop()
        else:
            seen.add(step)
            stack.append((step, iter(sorted(graph.get(step, ())))))
    order.reverse()
    number = {name: at for at, name in enumerate(order)}
    before: dict[str, list[str]] = {name: [] for name in order}
    for name in order:
        for step in graph.get(name, ()):
            before[step].append(name)
    nearest = {root: root}
    changed = True
    while changed:
        changed = False
        for name in order[1:]:
            new: str | None = None
            for one in before[name]:
                if one in nearest:
                    new = one if new is None else _meet(one, new, nearest, number)
            if new is not None and nearest.get(name) != new:
                nearest[name] = new
                changed = True
    found: dict[str, frozenset[str]] = {}
    for name in order[1:]:
        above: list[str] = []
        current = nearest[name]
        while current != root:
            above.append(current)
            current = nearest[current]
        found[name] = frozenset(above)
    return found


def _meet(left: str, right: str, nearest: Mapping[str, str], number: Mapping[str, int]) -> str:
    while left != right:
        while number[left] > number[right]:
            left = nearest[left]
        while number[right] > number[left]:
            right = nearest[right]
    return left
