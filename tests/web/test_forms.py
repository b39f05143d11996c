"""Forms are read from what was deployed and checked on the server; each refusal stands at its field."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from web.forms import Form, check, form_of
from web.forms.conditions import without_settled
from web.forms.patterns import matches
from web.forms.shown import show

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def _language() -> Any:
    app = Flask("texts")
    app.config["LANGUAGE"] = "en"
    import flask_babel  # type: ignore[import-untyped]

    flask_babel.Babel(app)
    with app.app_context():
        yield


def schema(*components: dict[str, Any]) -> Form:
    return form_of({"components": list(components)}, (), {})


def typed(**values: str | list[str]) -> MultiDict[str, str]:
    return MultiDict({f"f.{key.replace('__', '.')}": value for key, value in values.items()})


def test_form_reads_every_component_that_asks_or_says_something() -> None:
    form = schema(
        {"type": "text", "text": "# Please"},
        {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True}},
        {
            "type": "group",
            "label": "Place",
            "components": [{"type": "number", "key": "place.floor", "decimalDigits": 0}],
        },
        {"type": "separator"},
        {"type": "datetime", "subtype": "date", "key": "day", "dateLabel": "Day"},
        {"type": "button", "action": "submit", "label": "Send"},
    )
    assert [(field.kind, field.key) for field in form.fields if field.is_input] == [
        ("text", "name"), ("number", "place.floor"), ("date", "day"),
    ]  # fmt: skip
    assert [field.kind for field in form.fields] == ["prose", "text", "heading", "number", "line", "date"]


def test_submission_gives_typed_values_and_ignores_unknown_keys() -> None:
    form = schema(
        {"type": "textfield", "key": "name"},
        {"type": "number", "key": "place.floor", "decimalDigits": 0},
        {"type": "number", "key": "share"},
        {"type": "checkbox", "key": "sure"},
        {"type": "select", "key": "level", "values": [{"label": "One", "value": 1}, {"label": "Two", "value": 2}]},
        {"type": "checklist", "key": "who", "values": [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]},
        {"type": "datetime", "subtype": "datetime", "key": "at"},
        {"type": "textfield", "key": "fixed", "disabled": True},
    )
    sent = typed(
        name="  Wang ", place__floor="１２", share="0.5", sure="yes", level="1", who=["0", "1"], at="2026-03-31T14:30",
        fixed="changed", is_admin="yes",
    )  # fmt: skip
    result = check(form, sent, ZONE)
    assert result.errors == {}
    assert result.values == {
        "name": "Wang", "place": {"floor": 12}, "share": 0.5, "sure": True, "level": 2, "who": ["a", "b"],
        "at": "2026-03-31T14:30:00+08:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("component", "text", "says"),
    [
        ({"type": "textfield", "validate": {"required": True}}, "   ", "needed"),
        ({"type": "textfield", "validate": {"maxLength": 3}}, "abcd", "At most 3"),
        ({"type": "textfield", "validate": {"minLength": 3}}, "ab", "At least 3"),
        ({"type": "textfield", "validate": {"pattern": "[A-Z]{2}"}}, "ab", "form"),
        ({"type": "textfield"}, "bad\x00byte", "characters"),
        ({"type": "number"}, "many", "number"),
        ({"type": "number"}, "nan", "number"),
        ({"type": "number", "decimalDigits": 0}, "1.5", "whole"),
        ({"type": "number", "validate": {"min": 0}}, "-1", "At least 0"),
        ({"type": "number", "validate": {"max": 9}}, "10", "At most 9"),
        ({"type": "datetime", "subtype": "date"}, "31.3.2026", "date"),
        ({"type": "select", "values": [{"label": "A", "value": "a"}]}, "7", "offered"),
        ({"type": "radio", "values": [{"label": "A", "value": "a"}]}, "a", "offered"),
        ({"type": "checkbox", "validate": {"required": True}}, "", "Tick"),
    ],
)
def test_refusal_stands_at_its_field(component: dict[str, Any], text: str, says: str) -> None:
    result = check(schema({**component, "key": "x"}), typed(x=text), ZONE)
    assert says in result.errors["x"]
    assert result.values == {}


def test_what_was_typed_is_shown_again_as_it_was() -> None:
    form = schema({"type": "number", "key": "x"}, {"type": "checklist", "key": "y", "values": ["a", "b"]})
    shown = show(form, {"x": 5}, ZONE, typed(x="5 apples", y=["1"]), {"x": "Write a number."})
    assert shown[0].text == "5 apples"
    assert shown[0].error == "Write a number."
    assert shown[1].chosen == {"1"}


def test_fields_show_the_value_of_the_case_else_the_default() -> None:
    form = schema(
        {"type": "textfield", "key": "a.b", "defaultValue": "d"}, {"type": "textfield", "key": "c", "defaultValue": "d"}
    )
    assert [shown.text for shown in show(form, {"a": {"b": "known"}}, ZONE)] == ["known", "d"]


def test_fields_of_the_model_make_the_same_kind_of_form() -> None:
    fields = [
        {"id": "n", "type": "long", "minimum": "1", "maximum": "5"},
        {"id": "e", "type": "enum", "values": [["a", "Alpha"], ["b", "Beta"]]},
        {"id": "t", "max_length": 1000},
        {"id": "isFine", "type": "boolean"},
    ]
    form = form_of(None, fields, {})
    assert [field.kind for field in form.fields] == ["number", "radio", "long_text", "boolean"]
    assert form.fields[3].label == "Is Fine"
    assert check(form, typed(n="6"), ZONE).errors == {"n": "At most 5."}
    assert check(form, typed(n="4", e="1"), ZONE).values == {"n": 4, "e": "b", "t": None, "isFine": False}


@given(st.dictionaries(st.sampled_from(["x", "y", "z", "w"]), st.text(max_size=30)))
def test_any_input_gives_values_or_words_never_a_crash(values: dict[str, str]) -> None:
    form = schema(
        {"type": "number", "key": "x"}, {"type": "datetime", "subtype": "datetime", "key": "y"},
        {"type": "select", "key": "z", "values": ["a"]}, {"type": "textarea", "key": "w"},
    )  # fmt: skip
    result = check(form, typed(**values), ZONE)
    assert set(result.values) | set(result.errors) == {"x", "y", "z", "w"}


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(a|aa){2,}b", "a*a*a*a*b", r"(a)\1", "(?=a)a", "([", "x" * 300, "a{1,90}a{1,90}a{1,90}b"],
)
def test_patterns_that_could_run_for_ever_or_are_broken_are_not_run(pattern: str) -> None:
    assert matches(pattern, "a" * 400 + "!")


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("[A-Z]{2}\\d+", "AB12", "ab12"),
        (r"(?:\d{4})?-[^\s*+]+", "2026-x", "26-x"),
        (r"\+\d{1,3}(-\d{7})?", "+86-1234567", "86"),
    ],
)
def test_everyday_patterns_are_run(pattern: str, good: str, bad: str) -> None:
    assert matches(pattern, good)
    assert not matches(pattern, bad)


def test_hidden_field_is_neither_asked_for_nor_taken_over() -> None:
    made = schema(
        {"type": "checkbox", "key": "injured"},
        {"type": "number", "key": "count", "validate": {"required": True}, "conditional": {"hide": "=injured != true"}},
        {"type": "group", "conditional": {"hide": "=count < 10"}, "components": [{"type": "textfield", "key": "why"}]},
    )
    assert check(made, typed(count="12", why="smoke"), ZONE).values == {"injured": False, "why": "smoke"}
    assert check(made, typed(injured="yes"), ZONE).errors == {"count": "This is needed."}
    sent = typed(injured="yes", count="3", why="smoke")
    assert check(made, sent, ZONE).values == {"injured": True, "count": 3}
    assert check(made, typed(injured="yes", count="12", why="x"), ZONE).values["why"] == "x"


def test_condition_on_the_case_hides_the_field_from_the_page_too() -> None:
    made = schema({"type": "textfield", "key": "why", "conditional": {"hide": '=grade = "I"'}})
    assert [field.key for field in without_settled(made, {"grade": "I"}).fields] == []
    assert [field.key for field in without_settled(made, {"grade": "II"}).fields] == ["why"]
    assert check(made, typed(why="x"), ZONE, {"grade": "I"}).values == {}


def test_page_is_told_which_answers_hide_a_field_as_far_as_it_can_know() -> None:
    choices = [{"label": "Answer", "value": "reply"}, {"label": "Whistle", "value": "whistle"}]
    made = schema(
        {"type": "radio", "key": "next", "values": choices}, {"type": "checkbox", "key": "sure"},
        *(
            {"type": "textfield", "key": f"k{number}", "conditional": {"hide": condition}}
            for number, condition in enumerate(
                ('=next != "whistle"', "=plan.fixed = true or sure != true", '=count(next) > 1 or next = "reply"')
            )
        ),
    )  # fmt: skip
    shown = {one.field.key: one.hide_when for one in show(made, {"plan": {"fixed": False}}, ZONE)}
    assert shown == {
        "next": "", "sure": "", "k0": '["or",["not","f.next","1"]]',
        "k1": '["or",["or",false,["not","f.sure","yes"]]]', "k2": "",
    }  # fmt: skip


@pytest.mark.parametrize("condition", ["=", "=((", "=nothing.like.this > 3", "=count(for i in 1..999999 return i) > 1"])
def test_condition_that_says_nothing_leaves_the_field(condition: str) -> None:
    made = schema({"type": "textfield", "key": "why", "conditional": {"hide": condition}})
    assert check(made, typed(why="x"), ZONE).values == {"why": "x"}
