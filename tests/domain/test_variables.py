"""What may enter a case, and what is refused at the border."""

from __future__ import annotations

import enum
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_engine.domain.errors import InvalidVariablesError
from workflow_engine.domain.variables import (
    MAX_SAFE_INTEGER,
    VariableLimits,
    clean_value,
    clean_variables,
    is_variable_name,
    parse_json,
    path_text,
)


class Colour(enum.IntEnum):
    RED = 1


class Text(str):
    __slots__ = ()


def problems_of(value: Any, **limits: int) -> dict[str, str]:
    with pytest.raises(InvalidVariablesError) as caught:
        clean_variables(value, limits=VariableLimits(**limits))
    assert caught.value.problems and all(text.startswith("Expected") for text in caught.value.problems.values())
    return dict(caught.value.problems)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if levels % 2 else [value]
    return value


names = st.text(min_size=1, max_size=8).filter(is_variable_name)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda f: not 2**53 <= abs(f) < 1e21)
    | texts
)
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4)
)


def test_form_is_copied_whole() -> None:
    form = {"姓名": "张三", "age": 33, "ok": True, "rows": [{"a": 1.5, "typename": "x"}, [], None], "": 1} | {"a b": 2}
    del form[""]
    clean = clean_variables(form)
    assert clean == form
    assert clean["rows"] is not form["rows"] and clean["rows"][0] is not form["rows"][0]  # type: ignore[index]


def test_read_only_mapping_is_accepted_as_a_whole() -> None:
    assert clean_variables(MappingProxyType({"a": 1})) == {"a": 1}
    assert clean_variables({}) == {}


@pytest.mark.parametrize("value", [None, [], "a", 1, [("a", 1)]])
def test_anything_but_an_object_is_refused(value: Any) -> None:
    assert list(problems_of(value)) == ["$"]


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        2**53,
        -(2**53),
        2.0**53,
        -6.9446200947189896e16,
        9.9e20,
        10**400,
        "a\x00b",
        "\ud800",
        "ok \udfff",
        b"bytes",
        (1, 2),
        {1},
        Decimal(1),
        datetime(2030, 1, 1, tzinfo=UTC),
        object(),
        print,
        Colour.RED,
        Text("x"),
        1j,
        MappingProxyType({}),
        range(3),
        {1: "number as name"},
        {"\x00": 1},
        {"\ud800": 1},
        {None: 1},
        {Text("x"): 1},
    ],
)
def test_foreign_value_is_refused_wherever_it_lies(value: Any) -> None:
    assert any(path.startswith("x") for path in problems_of({"ok": 1, "x": value}))
    assert any(path.startswith("x[1].y") for path in problems_of({"x": [0, {"y": value}]}))


def test_every_problem_is_named_with_its_path() -> None:
    found = problems_of({"__class__": 1, "rows": [1, {"amount": math.nan}], "deep": {"a b": {"c": (1,)}}})
    assert list(found) == ["__class__", "rows[1].amount", 'deep["a b"].c']
    assert len(problems_of({"rows": [math.nan] * 1000})) == 50


@pytest.mark.parametrize("name", ["a", "_x", "姓名", "a b", "a-b", "a.b", "1st", "x" * 128, "é", "typename"])
def test_name_is_accepted(name: str) -> None:
    assert clean_variables({name: 1}) == {name: 1}


@pytest.mark.parametrize(
    "name", ["", "__x", " a", "a ", "a\nb", "a\x00", "x" * 129, "\ud800", "a\u202eb", "\u200b", 5, None]
)
def test_name_is_refused(name: Any) -> None:
    assert len(problems_of({name: 1})) == 1


def test_integral_floats_become_integers() -> None:
    clean = clean_variables({"a": 2.0, "b": -0.0, "c": 1e300, "d": 0.5, "e": [4.0]})
    assert json.dumps(clean) == '{"a": 2, "b": 0, "c": 1e+300, "d": 0.5, "e": [4]}'


def test_depth_limit() -> None:
    assert clean_variables({"a": nested(31)})
    for levels in (32, 33, 500):
        assert "32 levels" in str(problems_of({"a": nested(levels)}))


def test_key_limit() -> None:
    assert clean_variables({"a": dict.fromkeys(map(str, range(9_999)))})
    assert "10000 names" in problems_of({"a": dict.fromkeys(map(str, range(10_000)))})["$"]
    assert "10000 names" in problems_of(dict.fromkeys(map(str, range(10_001))))["$"]


def test_size_limit() -> None:
    assert clean_variables({"a": "x" * 1_000_000})
    for value in ("x" * 1_048_577, "中" * 400_000, [1] * 140_000, ["x" * 1000] * 1100):
        assert "1048576 bytes" in problems_of({"a": value})["$"]


def test_shared_graph_is_counted_as_a_tree() -> None:
    bomb: Any = [1]
    for _ in range(25):
        bomb = [bomb, bomb, bomb, bomb]
    assert "bytes in all" in problems_of({"a": bomb})["$"]
    assert "bytes in all" in problems_of({"a": ["x" * 100_000] * 1_000_000})["$"]
    empty: Any = []
    for _ in range(30):
        empty = [empty, empty]
    assert "bytes in all" in problems_of({"a": empty})["$"]


def test_cycle_is_refused() -> None:
    ring: list[Any] = []
    ring.append(ring)
    assert "levels" in str(problems_of({"a": ring}))


def test_single_value() -> None:
    assert clean_value([1.0, "a"]) == [1, "a"]
    with pytest.raises(InvalidVariablesError, match=r"value\[0\]"):
        clean_value([math.nan])


def test_path_is_readable() -> None:
    assert path_text(("a", "b", 3, "c d", "姓名")) == 'a.b[3]["c d"].姓名'
    assert path_text(()) == "$"


@given(st.dictionaries(names, json_values, max_size=5))
def test_json_survives_and_cleaning_again_changes_nothing(value: dict[str, Any]) -> None:
    clean = clean_variables(value)
    assert clean == value
    assert json.dumps(clean_variables(clean)) == json.dumps(clean) == json.dumps(json.loads(json.dumps(clean)))


hostile = st.recursive(
    scalars | st.sampled_from([math.nan, 2**60, "\ud800", "\x00", (1,), b"", Decimal(1)]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(texts | st.sampled_from(["\ud800", "__x", 1]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(names | st.sampled_from(["__x", "", "\x00"]), hostile, max_size=4))
def test_every_refusal_names_its_reason(value: dict[str, Any]) -> None:
    limits = VariableLimits(depth=4, keys=6, size=120)
    problems: Mapping[str, str] = {"": "accepted"}
    try:
        clean_variables(value, limits=limits)
    except InvalidVariablesError as error:
        problems = error.problems
    assert problems
    json.dumps(dict(problems)).encode()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, null, true, "中"]}', {"a": [1, 2.5, None, True, "中"]}),
        (b' {"a": {"a": 1}} ', {"a": {"a": 1}}),
        ("3", 3),
    ],
)
def test_json_text_is_read(text: str | bytes, value: Any) -> None:
    assert parse_json(text) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"a": 1, "a": 2}', "stands twice"),
        ('{"x": [{"b": 1, "b": 1}]}', "stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("", "line 1"),
        ('{"a": 1,}', "line 1"),
        ("{'a': 1}", "line 1"),
        ('"\x00"', "Invalid control character"),
        (b'"\xff"', "UTF-8"),
        ("\ufeff{}", "BOM"),
        ("[" * 100_000, "too deeply"),
        ('{"a":' * 100_000, "too deeply"),
        ("9" * 5000, "Expected JSON"),
        ('"' + "x" * 4_194_304 + '"', "at most 4194304 bytes"),
        ("{} {}", "Extra data"),
    ],
)
def test_json_text_is_refused(text: str | bytes, says: str) -> None:
    with pytest.raises(InvalidVariablesError, match=says):
        parse_json(text)


@pytest.mark.parametrize("text", ['{"a": 1e999}', '{"a": "\\ud800"}', '{"a": 9007199254740993}', '{"a": "\\u0000"}'])
def test_what_json_cannot_say_safely_is_refused_behind_it(text: str) -> None:
    with pytest.raises(InvalidVariablesError):
        clean_variables(parse_json(text))
