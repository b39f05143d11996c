"""Counts: conditions as FEEL says, the same numbers in any order of chains and batches, wholes that are their parts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_engine.audit import recompute_formulas, recompute_record
from workflow_engine.domain.indicator_conditions import ConditionError, compile_condition
from workflow_engine.domain.indicator_counting import CountRule, contributions
from workflow_engine.domain.indicator_facts import Book, RecordEntry, inherit, touched
from workflow_engine.domain.indicator_formulas import apply, bucket_of, median_of, read_formula, total
from workflow_engine.domain.indicator_tables import Scopes, ScopeUnit, compute
from workflow_engine.domain.indicators import read_indicator
from workflow_engine.feel import compile_expression

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)
RULES = [
    CountRule("request", "due_at", "replied_at <= due_at"),
    CountRule("request", "received_at", 'status != "duplicate"'),
    CountRule("request", "closed_at", spread="closed_at - received_at"),
    CountRule("task", "due_at", "completed_at <= due_at"),
    CountRule("opinion", "submitted_at", "accepted = true"),
    CountRule("consultation", "opened_at", "days >= 30"),
    CountRule("case", "check_at", 'list contains(passed, "check")'),
]

names = st.sampled_from(["a", "b", "c"])
literals = st.sampled_from(["1", "2.5", '"x"', '"y"', "true", "false", "null"])
simple = st.one_of(
    st.builds("{} {} {}".format, names, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.one_of(literals, names)),
    st.builds("{} in ({}, {})".format, names, literals, literals),
)
conditions = st.recursive(
    simple,
    lambda part: st.one_of(
        st.builds("({} and {})".format, part, part), st.builds("({} or {})".format, part, part),
        st.builds("not({})".format, part),
    ),
    max_leaves=6,
)  # fmt: skip
facts = st.fixed_dictionaries({
    name: st.sampled_from([None, 1, 2, 2.5, "x", "y", True, False]) for name in ("a", "b", "c")
})  # fmt: skip


@given(conditions, facts)
@settings(max_examples=200, deadline=None)
def test_condition_means_what_feel_says_to_both_readers(source: str, values: dict[str, Any]) -> None:
    mine = compile_condition(source).test(values) is True
    assert mine == (compile_expression(source, names=values).evaluate(values) is True)
    assert mine == recompute_formulas.holds(source, values)


@pytest.mark.parametrize("source", ["a +", "a = b = c", "f(a)", "a in ()", "not a", 'x.y = 1', "(a", "1 = a"])
def test_other_words_than_comparisons_are_refused(source: str) -> None:
    with pytest.raises(ConditionError):
        compile_condition(source)


def _entry(stream: str, minute: int, *events: dict[str, Any], **body: Any) -> RecordEntry:
    at = START + timedelta(minutes=minute)
    return RecordEntry(stream, at, {"at": at.isoformat(), "events": list(events), **body})


def _streams(seed: int) -> list[list[RecordEntry]]:
    """Chains of two cases of one request, of a case with tasks, and of its consultation; no two at the same instant."""
    draw = random.Random(seed)
    minutes = iter(sorted(draw.sample(range(20_000), 60)))

    def at() -> int:
        return next(minutes)

    def due(minute: int) -> str:
        return (START + timedelta(minutes=minute)).isoformat()

    told: dict[str, list[RecordEntry]] = {name: [] for name in ("one", "two", "three", "consultation:c")}
    told["one"].append(_entry("one", at(), {"event": "case.started", "process_id": "h"}, {
        "event": "service_request.submitted", "request_id": "r", "category": "x", "kind": "report", "source": "web",
        "tier": "general", "process_id": "h", "place_code": "439901001002", "unit_id": "east", "received_at": due(5),
    }, result={"unit_id": "east"}))  # fmt: skip
    told["three"].append(_entry("three", at(), {"event": "case.started", "process_id": "j"},
                                result={"unit_id": "west", **({"exercise": True} if draw.random() < 0.2 else {})}))
    told["consultation:c"].append(_entry("consultation:c", at(), {
        "event": "consultation.opened", "consultation_id": "c", "origin_case_id": "three", "round": 1,
        "closes_at": due(draw.choice([20_000, 60_000])),
    }))  # fmt: skip
    for number in range(4):
        told["three"].append(_entry("three", at(), {
            "event": "user_task.created", "token_id": number, "element_id": "t", "due_at": due(draw.randrange(20_000)),
            "candidate_groups": [draw.choice(["unit:east", "role:x", "head:west"])],
        }))  # fmt: skip
        told["consultation:c"].append(_entry("consultation:c", at(), {
            "event": "opinion.submitted", "consultation_id": "c", "number": number, "channel": "web",
            "subject_class": "society", "stance": "support",
        }))  # fmt: skip
    for number in range(3):
        told["three"].append(_entry("three", at(), {"event": "user_task.completed", "token_id": number,
                                                    "element_id": "t"}))  # fmt: skip
    told["three"].append(_entry("three", at(), {"event": "element.completed", "token_id": 9, "element_id": "check"}))
    told["consultation:c"].append(_entry("consultation:c", at(), {
        "event": "opinion.moderated", "consultation_id": "c", "numbers": [0, 2], "accepted": True}))  # fmt: skip
    for name in ("one", "two"):
        for _ in range(draw.randrange(1, 5)):
            what: dict[str, Any] = draw.choice([
                {"status": "replied", "marks": ["replied"]}, {"unit_id": draw.choice(["east", "west"])},
                {"closed": True, "status": "closed_resolved"}, {"due_at": due(draw.randrange(20_000))},
                {"closed": False, "status": "in_progress"}, {"marks": ["reworked"], "resolved": True},
            ])  # fmt: skip
            told[name].append(_entry(name, at(), {"event": "service_request.told", "request_id": "r", **what}))
    return [entries for entries in told.values() if entries]


def _shuffled(streams: list[list[RecordEntry]], draw: random.Random) -> list[RecordEntry]:
    """One order of the log: each chain in its own order, the chains anyhow."""
    left = [list(entries) for entries in streams]
    found = []
    while any(left):
        found.append(draw.choice([entries for entries in left if entries]).pop(0))
    return found


def _counted(entries: list[RecordEntry], draw: random.Random) -> dict[Any, int]:
    """As the store does it: batch by batch, contributions taken back and given anew."""
    kept: dict[str, Any] = {}
    given: dict[str, dict[Any, int]] = {}
    cells: dict[Any, int] = {}
    while entries:
        size = draw.randrange(1, 6)
        batch, entries = entries[:size], entries[size:]
        book = Book(frozenset({"check"}))
        book.things.update({name: kept[name] for entry in batch for name in touched(entry.stream_id, entry.body)
                            if name in kept})  # fmt: skip
        for thing in book.things.values():
            thing.changed = False
        for entry in batch:
            book.follow(entry)
        known = set(book.orphaned)
        while known:
            children = [thing for thing in {**kept, **book.things}.values() if thing.parent in known]
            for child in children:
                book.things[child.thing_id] = child
                inherit(child, {**kept, **book.things}[child.parent])
            known = {child.thing_id for child in children}
        for thing in book.things.values():
            kept[thing.thing_id] = thing
            if thing.changed:
                after = contributions([rule for rule in RULES if rule.of == thing.kind], thing.facts, ZONE)
                for cell, number in given.get(thing.thing_id, {}).items():
                    cells[cell] -= number
                for cell, number in after.items():
                    cells[cell] = cells.get(cell, 0) + number
                given[thing.thing_id] = after
    return {cell: number for cell, number in cells.items() if number}


@pytest.mark.parametrize("seed", range(25))
def test_counts_are_the_same_in_any_order_of_chains_and_batches(seed: int) -> None:
    draw = random.Random(seed)
    streams = _streams(seed)
    reference = _counted(_shuffled(streams, draw), draw)
    for _ in range(4):
        assert _counted(_shuffled(streams, draw), draw) == reference
    entries = [{"stream": entry.stream_id, "body": entry.body} for entry in _shuffled(streams, draw)]
    apart: dict[Any, int] = {}
    for thing in recompute_record.facts_of([{"exercise": False, **entry} for entry in entries]).values():
        found = contributions([rule for rule in RULES if rule.of == thing["kind_of"]], thing, ZONE)
        for cell, number in found.items():
            apart[cell] = apart.get(cell, 0) + number
    assert apart == reference


@given(st.lists(st.tuples(st.sampled_from(["e1", "e2", "w1", "west", ""]), st.integers(0, 40), st.integers(0, 40)),
                min_size=1, max_size=12))  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_whole_is_computed_from_the_sums_of_its_parts(rows: list[tuple[str, int, int]]) -> None:
    both = {"zh_CN": "率", "en": "rate"}
    one = read_indicator({
        "id": "rate", "object": "people", "method_version": 1, "name": both, "description": both, "source": both,
        "unit": "percent", "levels": ["city", "district", "community"], "owner": "x", "formula": "100 * good / all_of",
        "counts": {
            "good": {"of": "case", "at": "ended_at", "where": "a = 1"}, "all_of": {"of": "case", "at": "ended_at"},
        },
    })  # fmt: skip
    units = [("city", None, "city"), ("east", "city", "district"), ("west", "city", "district"),
             ("e1", "east", "community"), ("e2", "east", "community"), ("w1", "west", "community")]  # fmt: skip
    good: dict[tuple[str, str], dict[str, int]] = {}
    every: dict[tuple[str, str], dict[str, int]] = {}
    for unit, part, more in rows:
        for cells, number in ((good, part), (every, part + more)):
            cells.setdefault((unit, ""), {"": 0})[""] += number
    counts = {"2026-10": {one.counts["good"].key: good, one.counts["all_of"].key: every}}
    found = {row.scope: row.figure for row in compute([one], "2026-10", counts, {}, Scopes(
        ScopeUnit(*unit) for unit in units))}  # fmt: skip
    top, bottom = sum(part for _, part, _ in rows), sum(part + more for _, part, more in rows)
    assert (found["city"].numerator, found["city"].denominator) == (top, bottom)
    assert found["city"].value == apply(one.formula, Fraction(top), Fraction(bottom))
    east = [row for row in rows if row[0] in ("e1", "e2")]
    if sum(part + more for _, part, more in east):
        assert found["east"].numerator == sum(part for _, part, _ in east)


@given(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=40))
def test_median_of_classes_is_within_half_a_percent(seconds: list[int]) -> None:
    classes: dict[str, int] = {}
    for each in seconds:
        classes[bucket_of(each)] = classes.get(bucket_of(each), 0) + 1
    exact = sorted(seconds)[(len(seconds) - 1) // 2] / 3600
    found = median_of(classes)
    assert found is not None
    assert abs(found - exact) <= max(exact * 0.0051, 0.0101)


def test_formula_with_brackets_signs_and_divisors() -> None:
    counts = {"a": 3, "b": 2, "c": 5}
    told = {"100 * (a + b) / c": 100.0, "a - b": 1.0, "a / b / 2": 0.75, "10 * a / (c - b)": 10.0}
    for source, value in told.items():
        formula = read_formula(source)
        assert apply(formula, total(formula.top, counts), total(formula.bottom, counts)) == value
    assert apply(read_formula("a / b"), Fraction(1), Fraction(0)) is None
    for wrong in ("a * b", "a / 0", "sum(a)", "a +", "(a", "median(a) / b"):
        with pytest.raises(ValueError, match=r"formula|divisor"):
            read_formula(wrong)


def _shipped(indicator_id: str, *streams: list[RecordEntry]) -> dict[str, int]:
    """What a shipped indicator counts of these chains."""
    folder = Path(__file__).parents[2] / "processes" / "indicator_publication" / "indicators"
    indicator = read_indicator((folder / f"{indicator_id}.json").read_bytes())
    book = Book(frozenset())
    for entries in streams:
        for entry in entries:
            book.follow(entry)
    return {
        name: sum(sum(contributions([rule], thing.facts, ZONE).values()) for thing in book.things.values()
                  if thing.kind == rule.of)
        for name, rule in indicator.counts.items()
    }  # fmt: skip


def _task_of(process: str, element: str, done: int | None, due: int = 100, **result: Any) -> list[RecordEntry]:
    """A case whose only task is due after so many minutes, and done after so many or not at all."""
    name = f"{process}-{element}-{done}-{due}-{sorted(result)}"
    due_at = (START + timedelta(minutes=due)).isoformat()
    task = {"token_id": 1, "element_id": element}
    entries = [
        _entry(name, 0, {"event": "case.started", "process_id": process}, result=result),
        _entry(name, 1, {"event": "user_task.created", "due_at": due_at, "candidate_groups": [], **task}),
    ]
    return [*entries, *([_entry(name, done, {"event": "user_task.completed", **task})] if done else [])]


def test_reviews_and_findings_count_in_the_month_in_which_they_are_due_and_not_in_exercises() -> None:
    review = [_task_of("emergency_response", "review", done) for done in (90, 100, 110, None)]
    others = [_task_of("emergency_response", "review", 90, exercise=True), _task_of("tender", "review", 90)]
    assert _shipped("reviewed_within_30_days", *review, *others) == {"on_time": 2, "due": 4}
    findings = [_task_of("after_action", "carry_out", 50), _task_of("emergency_response", "after_action_item", 120)]
    others = [_task_of("after_action", "carry_out", 50, exercise=True), _task_of("after_action", "accept", 50)]
    assert _shipped("findings_on_time", *findings, *others) == {"on_time": 1, "due": 2}
