"""Canonical JSON: the fast path gives the bytes of RFC 8785, and what JSON cannot hold is refused with its place."""

from __future__ import annotations

import datetime as dt
import enum
import json
import uuid
from decimal import Decimal
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.audit.canonical import MAX_DEPTH, MAX_INTEGER, canonical_json, find_refusal
from workflow_engine.domain.errors import AuditError

UNICODE = st.text(st.characters(exclude_categories=["Cs"]))
INTEGERS = st.integers(-MAX_INTEGER, MAX_INTEGER)
FLOATS = st.floats(allow_nan=False, allow_infinity=False).filter(lambda f: not 2**53 <= abs(f) < 1e21)


def json_values(atoms: st.SearchStrategy[Any], keys: st.SearchStrategy[str] = UNICODE) -> st.SearchStrategy[Any]:
    return st.recursive(
        atoms, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(keys, inner, max_size=5), max_leaves=20
    )


@given(json_values(st.none() | st.booleans() | INTEGERS | UNICODE))
def test_canonical_json_without_floats_gives_the_bytes_of_rfc8785(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(json_values(st.none() | st.booleans() | INTEGERS | UNICODE | FLOATS))
def test_canonical_json_with_floats_gives_the_bytes_of_rfc8785(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(json_values(st.none() | st.booleans() | INTEGERS | UNICODE | FLOATS))
def test_canonical_json_reads_back_and_is_stable(value: Any) -> None:
    assert find_refusal(value) is None
    once = canonical_json(value)
    assert canonical_json(orjson.loads(once)) == once


@given(st.dictionaries(st.text(st.sampled_from("a\ue000\uffff\U00010000\U0001f600")), st.none(), min_size=2))
def test_canonical_json_sorts_keys_by_utf16_unit(value: dict[str, None]) -> None:
    keys = list(json.loads(canonical_json(value)))
    assert keys == sorted(value, key=lambda key: key.encode("utf-16-be"))


def test_canonical_json_of_the_example_of_the_standard() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical_json(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_canonical_json_of_an_entry_takes_the_fast_path(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Any] = []
    monkeypatch.setattr(rfc8785, "dumps", taken.append)
    canonical_json({"command": {"name": "case.start", "seed": 2**53 - 1}, "events": [{"名": "值"}, None, True]})
    assert taken == []


def test_canonical_json_writes_tuples_as_lists() -> None:
    assert canonical_json({"a": (1, ("b",))}) == b'{"a":[1,["b"]]}'


class Colour(enum.Enum):
    RED = "red"


class Word(str):
    """A subclass of text, as template engines make them."""


@pytest.mark.parametrize(
    ("value", "place"),
    [
        pytest.param({"a": [1, float("nan")]}, "$.a[1]", id="nan"),
        pytest.param(float("inf"), "$", id="infinity"),
        pytest.param({"a": 2**53}, "$.a", id="integer-too-large"),
        pytest.param([-(2**53)], "$[0]", id="integer-too-small"),
        pytest.param({"a": 1e20}, "$.a", id="float-that-reads-back-as-an-integer-too-large"),
        pytest.param([2**70, 1.5], "$[0]", id="integer-beside-float"),
        pytest.param({"a": {"b": "\ud800"}}, "$.a.b", id="half-surrogate"),
        pytest.param({"a": "\ud800", "f": 0.5}, "$.a", id="half-surrogate-beside-float"),
        pytest.param({"\udfff": 1}, "$", id="half-surrogate-in-key"),
        pytest.param({1: "a"}, "$", id="integer-key"),
        pytest.param({"a": {None: 1}}, "$.a", id="null-key"),
        pytest.param({"at": dt.datetime(2026, 2, 14, tzinfo=dt.UTC)}, "$.at", id="datetime"),
        pytest.param([uuid.UUID(int=1)], "$[0]", id="uuid"),
        pytest.param([Decimal("1.5")], "$[0]", id="decimal"),
        pytest.param({"colour": Colour.RED}, "$.colour", id="enum"),
        pytest.param({"word": Word("x")}, "$.word", id="text-subclass"),
        pytest.param({"set": {1}}, "$.set", id="set"),
        pytest.param(b"bytes", "$", id="bytes"),
    ],
)
def test_canonical_json_refuses_what_json_cannot_hold(value: Any, place: str) -> None:
    with pytest.raises(AuditError, match="expected") as refused:
        canonical_json(value)
    assert refused.value.message.startswith(place + ":")
    assert find_refusal(value) == refused.value.message


@pytest.mark.parametrize("leaf", [1, 0.5], ids=["fast", "slow"])
def test_canonical_json_refuses_deep_nesting(leaf: float) -> None:
    value: Any = leaf
    for _ in range(MAX_DEPTH):
        value = [value]
    assert canonical_json(value).count(b"[") == MAX_DEPTH
    with pytest.raises(AuditError, match="levels of nesting"):
        canonical_json([value])
    with pytest.raises(AuditError, match="levels of nesting"):
        canonical_json({"a": value})
