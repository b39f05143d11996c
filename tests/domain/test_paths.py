"""Paths read from records: nothing is lost or counted twice however the record is cut; order is held to the model."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.bpmn.model import Flow, Node, Process, Scope
from workflow_engine.bpmn.path_rules import Deviation, PathRules, differ
from workflow_engine.domain.paths import SPANS, Path, span_of
from workflow_engine.domain.sampling import draw

START = datetime(2026, 5, 12, tzinfo=UTC)


def rules(*flows: str, boundary: str = "") -> PathRules:
    """Rules of a process out of flows such as ``a>b``; lower-case names are user tasks, others gateways and events."""
    pairs = [flow.split(">") for flow in flows]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    host, _, event = boundary.partition(">")
    nodes = tuple(
        Node(
            id=name,
            kind="userTask" if name.islower() else "exclusiveGateway",
            incoming=tuple(f"{s}>{t}" for s, t in pairs if t == name),
            outgoing=tuple(f"{s}>{t}" for s, t in pairs if s == name),
            attached_to=host if name == event else None,
        )
        for name in names
    )
    made = tuple(Flow(id=f"{source}>{target}", source=source, target=target) for source, target in pairs)
    return PathRules(Process(id="p", scope=Scope(id="p", nodes=nodes, flows=made)))


LINE = rules("S>a", "a>b", "b>c", "c>E")
CHOICE = rules("S>a", "a>X", "X>b", "X>c", "b>J", "c>J", "J>d", "d>E")
LOOP = rules("S>a", "a>b", "b>X", "X>a", "X>c", "c>E")


@pytest.mark.parametrize(
    ("model", "steps", "expected"),
    [
        (LINE, "a b c", Deviation()),
        (LINE, "a c", Deviation(skipped=("b",))),
        (LINE, "c", Deviation(skipped=("a", "b"))),
        (LINE, "a b", Deviation()),
        (LINE, "a b b c", Deviation(repeated=("b",))),
        (LINE, "b a c", Deviation(reordered=(("a", "b"),))),
        (LINE, "a b unknown c", Deviation()),
        (CHOICE, "a b d", Deviation()),
        (CHOICE, "a c d", Deviation()),
        (CHOICE, "a d", Deviation()),
        (CHOICE, "b d", Deviation(skipped=("a",))),
        (LOOP, "a b a b c", Deviation()),
        (LOOP, "a b a c", Deviation()),
        (LOOP, "a b c c", Deviation(repeated=("c",))),
        (rules("S>a", "a>b", "b>E", "T>x", "x>E", boundary="a>T"), "a x", Deviation()),
        (rules("S>a", "a>b", "b>E", "T>x", "x>E", boundary="a>T"), "x", Deviation(skipped=("a",))),
    ],
)
def test_path_is_held_to_the_model(model: PathRules, steps: str, expected: Deviation) -> None:
    assert model.compare(steps.split()) == expected


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("a b c", Deviation()),
        ("a c", Deviation(skipped=("b",))),
        ("a b b c", Deviation(repeated=("b",))),
        ("b a c", Deviation(reordered=(("a", "b"),))),
        ("a b c d", Deviation(added=("d",))),
        ("", Deviation(skipped=("a", "b", "c"))),
    ],
)
def test_path_is_held_to_the_usual_one(steps: str, expected: Deviation) -> None:
    assert differ(steps.split(), ["a", "b", "c"]) == expected


def record(choices: list[int]) -> list[tuple[datetime, list[dict[str, object]]]]:
    """A record in which tokens come and go as the numbers say."""
    entries: list[tuple[datetime, list[dict[str, object]]]] = []
    open_tokens: list[int] = []
    for number, choice in enumerate(choices):
        token = number + 1
        events: list[dict[str, object]] = []
        if choice % 3 and open_tokens:
            gone = open_tokens.pop(choice % len(open_tokens))
            events.append({"event": "element.completed", "token_id": gone, "element_id": "x"})
        else:
            kind = "userTask" if choice % 2 else "exclusiveGateway"
            name = f"e{choice % 4}"
            events.append(
                {"event": "element.activated", "token_id": token, "element_id": name, "element_kind": kind}
            )
            open_tokens.append(token)
        entries.append((START + timedelta(seconds=number), events))
    return [*entries, (START + timedelta(days=1), [{"event": "case.completed"}])]


@given(st.lists(st.integers(0, 50), max_size=30), st.sets(st.integers(0, 30)))
def test_reading_in_pieces_gives_what_reading_at_once_gives(choices: list[int], cuts: set[int]) -> None:
    entries = record(choices)
    whole, pieces = (Path(process_id="p", definition_id="d") for _ in range(2))
    at_once = [visit for at, events in entries for visit in whole.follow(at, events)]
    in_pieces = []
    for number, (at, events) in enumerate(entries):
        if number in cuts:  # all that is kept between two readings
            pieces = Path(
                process_id="p", definition_id="d", visits=pieces.visits, steps=list(pieces.steps),
                open=dict(pieces.open), seen=json.loads(json.dumps(pieces.seen)),
            )  # fmt: skip
        in_pieces += pieces.follow(at, events)
    assert at_once == in_pieces
    assert (whole.steps, whole.visits, whole.ended) == (pieces.steps, pieces.visits, True)
    assert whole.open == {}
    assert all(visit.left_at is not None and visit.seconds >= visit.waited for visit in at_once)


@given(st.integers(0, 10**7))
def test_span_holds_its_durations(seconds: int) -> None:
    number = span_of(seconds)
    assert number == len(SPANS) or seconds <= SPANS[number]
    assert number == 0 or seconds > SPANS[number - 1]


def test_each_case_has_the_same_chance() -> None:
    population = [f"case-{number}" for number in range(20)]
    drawn = [case for seed in range(2_000) for case in draw(population, 5, str(seed))]
    counts = [drawn.count(case) for case in population]
    assert sum(counts) == 10_000
    assert all(400 < count < 600 for count in counts)
    assert draw(reversed(population), 5, "x") == draw(population, 5, "x")
