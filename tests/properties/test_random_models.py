"""Random models on random paths: a copy in memory and one restored before every step never differ, and nothing is lost.

The comparison itself is the kit's: events, rows, header, variables, open tokens and due timers, byte for byte.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.elements.cases import Case
from tests.elements.kit import World
from tests.properties.blocks import Block, draw_graph, draw_model, models
from workflow_engine.bpmn.token import COMPLETED, STARTED
from workflow_engine.domain import events as ev
from workflow_engine.domain.event import Event

STEPS = 25
Move = tuple[int, int, int]


def moves() -> st.SearchStrategy[list[Move]]:
    """What happens: which kind of thing, which of those that can happen, with which value."""
    return st.lists(st.tuples(st.integers(0, 19), st.integers(0, 99), st.integers(0, 9)), min_size=8, max_size=STEPS)


@settings(max_examples=300)
@given(models(), moves(), st.integers(0, 9))
def test_hot_and_cold_copies_agree_and_nothing_is_lost(block: Block, path: list[Move], x: int) -> None:
    file, inside = draw_model(block)
    world = World(file, budget=400)
    case = world.start(variables={"x": x, "log": [], "people": ["a", "b", "c"]})
    submitted: dict[str, int] = {}
    check_invariants(case)
    for number, move in enumerate(path):
        if case.state != "active":
            break
        make_move(case, move, number, submitted)
        check_invariants(case)
    if case.state == "completed":
        check_nothing_lost(case, submitted, inside)
    end_and_replay(case)


@settings(max_examples=150)
@given(st.integers(2, 8), st.randoms(use_true_random=False), moves(), st.integers(0, 9))
def test_hot_and_cold_copies_agree_on_any_graph(size: int, dice: Random, path: list[Move], x: int) -> None:
    """Not in blocks: tokens that overtake each other, surplus tokens at joins, branches that never meet."""
    world = World(draw_graph(size, dice), budget=150)
    case = world.start(variables={"x": x, "log": []})
    check_invariants(case)
    for number, move in enumerate(path):
        if case.state != "active" or len(case.rows) > 60:
            break
        make_move(case, move, number, {})
        check_invariants(case)
    end_and_replay(case)


def end_and_replay(case: Case) -> None:
    """Whatever is open can be withdrawn, and the whole story comes again."""
    if case.state == "active":
        case.cancel()
        check_invariants(case)
    case.replay()


def make_move(case: Case, move: Move, number: int, submitted: dict[str, int]) -> None:
    """One thing that can happen now; people come first, since most of a case is their work."""
    kind, which, value = move
    if kind == 19:
        case.change({"x": value, f"c_{number}": number})
    elif case.incidents and kind > 12:
        incident = sorted(case.incidents)[which % len(case.incidents)]
        case.retry(incident, {"x": value})
    elif case.waits and kind > 8:
        deliver(case, which, value)
    elif case.due and kind > 5:
        case.fire_next()
    elif case.jobs and kind > 3:
        work(case, kind, which, value)
    elif case.open:
        name = case.open[which % len(case.open)]
        case.complete(name, {"x": value, f"v_{name}": number})
        submitted[name] = number
    elif case.due:
        case.fire_next()
    elif case.waits:
        deliver(case, which, value)
    elif case.jobs:
        work(case, kind, which, value)
    elif case.incidents:
        case.retry(sorted(case.incidents)[0], {"x": value})


def deliver(case: Case, which: int, value: int) -> None:
    kind, name = case.waits[which % len(case.waits)].split(" ")
    if kind == "message":
        assert case.catch(name, {"x": value})
    else:
        assert case.hear(name, {"x": value})


def work(case: Case, kind: int, which: int, value: int) -> None:
    name = case.jobs[which % len(case.jobs)]
    if value == 0:
        case.fail(name, "down", retries_left=which % 2)
    elif value == 1:
        case.throw(name, "E", {"x": value})
    else:
        case.finish(name, {"x": value})


# ------------------------------------------------------------------------------------------------------- invariants
def check_invariants(case: Case) -> None:
    """What must hold after every command."""
    if case.state != "active":
        assert not case.incidents
        check_story(case)
        return
    tree = case.hot.tree
    assert case.open or case.jobs or case.due or case.waits or case.incidents or tree.conditions, "nothing can happen"
    ids = [row.token_id for row in case.rows.values()]
    assert len(ids) == len(set(ids))
    assert max(ids) < tree.next_token_id
    assert max(case.rows) < tree.next_slot
    for token in tree.index.values():
        if token.state == COMPLETED and token is not token.workflow.root and not token.internal_data.get("kept"):
            assert token.children, f"token {token.id} at {token.element_id} is over and holds nothing, but is kept"
    live = sum(token.is_live for token in tree.index.values())
    kept = sum(bool(token.internal_data.get("kept")) for token in tree.index.values())
    assert len(tree.index) <= 3 * live + kept + len(tree.scopes) + 1, "more rows than the open work needs"
    check_story(case)


@dataclass
class Follower:
    """Who follows a case's events as they come, and keeps what is open by them."""

    open: Counter[Any] = field(default_factory=Counter)
    read: int = 0

    def follow(self, events: list[Event]) -> None:
        for event in events[self.read :]:
            if isinstance(event, ev.TokensMerged):
                self.open.subtract(("element", token_id, 0) for token_id in event.merged)
            pair = _pair(event)
            if pair is not None:
                self.open[pair[1:]] += 1 if pair[0] else -1
        self.read = len(events)
        self.open = Counter({what: count for what, count in self.open.items() if count})


_FOLLOWERS: WeakKeyDictionary[Case, Follower] = WeakKeyDictionary()


def check_story(case: Case) -> None:
    """Whoever follows the events knows exactly what is open."""
    follower = _FOLLOWERS.setdefault(case, Follower())
    follower.follow(case.events)
    assert set(follower.open.values()) <= {1}, follower.open
    assert set(follower.open) == set(_open_now(case))


def _pair(event: Any) -> tuple[Any, ...] | None:
    """(begins, what, token, position) of an event that opens or closes something."""
    position = getattr(event, "position", 0)
    match event:
        case ev.ElementActivated():
            return True, "element", event.token_id, 0
        case ev.ElementCompleted() | ev.ElementCancelled():
            return False, "element", event.token_id, 0
        case ev.UserTaskCreated():
            return True, "task", event.token_id, 0
        case ev.UserTaskCompleted() | ev.UserTaskCancelled():
            return False, "task", event.token_id, 0
        case ev.TimerScheduled():
            return True, "timer", event.token_id, position
        case ev.TimerFired() | ev.TimerCancelled():
            return False, "timer", event.token_id, position
        case ev.SubscriptionOpened():
            return True, "wait", event.token_id, position
        case ev.SubscriptionClosed():
            return False, "wait", event.token_id, position
    return None


def _open_now(case: Case) -> list[tuple[Any, ...]]:
    if case.state != "active":
        return []
    found: list[tuple[Any, ...]] = []
    for token in case.hot.tree.index.values():
        spec = token.task_spec
        if token.is_live and (spec.visible or "leaving" in token.internal_data):
            found.append(("element", token.id, 0))
        if spec.kind == "userTask" and token.has_state(STARTED):
            found.append(("task", token.id, 0))
        found += [("timer", token.id, int(position)) for position in token.internal_data.get("due", {})]
        found += [("wait", token.id, int(position)) for position in token.internal_data.get("waits", {})]
    return found


def check_nothing_lost(case: Case, submitted: dict[str, int], inside: set[str]) -> None:
    """What a person submitted last under a name is there at the end, unless a recorded conflict says otherwise."""
    for name, value in submitted.items():
        if name not in inside and f"v_{name}" not in case.conflicts:
            assert case.variables.get(f"v_{name}") == value, f"lost what {name} submitted"
