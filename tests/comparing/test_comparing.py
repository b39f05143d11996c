"""Two versions side by side: every change is told once, by its element, row or field, with what it was and is."""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.house import chain, model_xml, user_task
from workflow_engine import ModelDifference, compare_models
from workflow_engine.demo.load import read_process

EMERGENCY = read_process(Path(__file__).parents[2] / "processes" / "emergency_response")
MODEL = "emergency_response.bpmn"
RULES = """<?xml version="1.0"?><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="t"><decision id="grade" name="Grade"><decisionTable id="t" hitPolicy="{hit}">
 <input id="i" label="Rain"><inputExpression id="e" typeRef="number"><text>rain</text></inputExpression></input>
 <output id="o" name="level" typeRef="string"/>{rules}</decisionTable></decision></definitions>"""


def rule(rule_id: str, test: str, level: str) -> str:
    entries = f"<inputEntry><text>{test}</text></inputEntry><outputEntry><text>{level}</text></outputEntry>"
    return f'<rule id="{rule_id}">{entries}</rule>' if rule_id else f"<rule>{entries}</rule>"


def of(body: str) -> dict[str, bytes]:
    return {"m.bpmn": model_xml(body)}


def tables(*rules: str, hit: str = "FIRST") -> dict[str, bytes]:
    return {"m.bpmn": model_xml(chain()), "grade.dmn": RULES.format(rules="".join(rules), hit=hit).encode()}


def elements(difference: ModelDifference) -> dict[str, str]:
    return {change.element_id: change.kind for change in difference.elements}


def test_elements_are_added_removed_and_changed() -> None:
    before = of(chain(user_task("A"), user_task("B")))
    after = of(chain(user_task("B", 'camunda:candidateGroups="unit:fire"'), user_task("C")))
    difference = compare_models(before, after)
    assert elements(difference) == {
        "A": "removed", "start__A": "removed", "A__B": "removed", "B__end": "removed",
        "C": "added", "start__B": "added", "B__C": "added", "C__end": "added", "B": "changed",
    }  # fmt: skip
    (changed,) = [change for change in difference.elements if change.kind == "changed"]
    assert [(v.path, v.before, v.after) for v in changed.values] == [("candidateGroups", None, "unit:fire")]
    assert difference.counts == {"removed": 4, "added": 4, "changed": 1}


def test_values_deep_inside_an_element_are_told_with_their_place() -> None:
    inside = (
        '<bpmn:userTask id="A"><bpmn:documentation>{text}</bpmn:documentation><bpmn:extensionElements>'
        '<camunda:properties><camunda:property name="completedBy" value="{value}"/></camunda:properties>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )
    before = of(chain(inside.format(text="Look", value="author")))
    after = of(chain(inside.format(text="Look twice", value="drafter")))
    (change,) = compare_models(before, after).elements
    assert {v.path: (v.before, v.after) for v in change.values} == {
        "documentation": ("Look", "Look twice"), "property completedBy": ("author", "drafter"),
    }  # fmt: skip


def test_only_moved_elements_are_told_apart() -> None:
    after = {**EMERGENCY, MODEL: EMERGENCY[MODEL].replace(b'<dc:Bounds x="', b'<dc:Bounds x="1', 1)}
    (change,) = compare_models(EMERGENCY, after).elements
    assert (change.kind, change.moved, change.values) == ("moved", True, ())


def test_same_files_differ_in_nothing_and_all_of_a_new_model_is_added() -> None:
    assert compare_models(EMERGENCY, dict(EMERGENCY)).is_empty
    difference = compare_models({}, EMERGENCY)
    assert set(difference.counts) == {"added"}
    assert {table.decision_id for table in difference.tables} >= {"grading", "authority"}
    assert {table.kind for table in difference.tables} == {"added"}


def test_rows_of_a_table_are_told_by_number_and_cell() -> None:
    before = tables(rule("r1", "&lt; 10", '"blue"'), rule("r2", "&lt; 50", '"red"'), rule("r3", "-", '"red"'))
    rules = (rule("r3", "-", '"red"'), rule("r1", "&lt; 20", '"blue"'), rule("r9", "null", '"grey"'))
    after = tables(*rules, hit="UNIQUE")
    (table,) = compare_models(before, after).tables
    assert [(v.path, v.before, v.after) for v in table.values] == [("hitPolicy", "FIRST", "UNIQUE")]
    assert {(row.kind, row.number_before, row.number_after) for row in table.rows} == {
        ("changed", 1, 2), ("removed", 2, None), ("added", None, 3)
    }  # fmt: skip
    (changed,) = [row for row in table.rows if row.kind == "changed"]
    assert [(c.column, c.before, c.after) for c in changed.cells if c.differs] == [("Rain", "< 10", "< 20")]


def test_rows_without_ids_are_recognised_by_content() -> None:
    before = tables(rule("", "1", '"a"'), rule("", "2", '"b"'), rule("", "3", '"c"'))
    after = tables(rule("", "0", '"z"'), rule("", "1", '"a"'), rule("", "2", '"B"'), rule("", "3", '"c"'))
    (table,) = compare_models(before, after).tables
    assert [(row.kind, row.number_before, row.number_after) for row in table.rows] == [
        ("added", None, 1), ("changed", 2, 3)
    ]  # fmt: skip


def test_fields_of_a_form_are_told_by_key() -> None:
    form = {"type": "default", "id": "f", "components": [{"key": "a", "label": "A", "type": "textfield", "id": "1"}]}
    more = {**form, "components": [
        {"key": "a", "label": "A", "type": "textfield", "id": "2", "validate": {"required": True}},
        {"key": "b", "label": "B", "type": "number", "id": "3"},
    ]}  # fmt: skip
    before = {**of(chain()), "f.json": json.dumps(form).encode()}
    after = {**of(chain()), "f.json": json.dumps(more).encode()}
    (file,) = compare_models(before, after).files
    assert [(field.kind, field.key) for field in file.fields] == [("changed", "a"), ("added", "b")]
    assert [(v.path, v.before, v.after) for v in file.fields[0].values] == [("validate.required", None, "true")]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=200))
def test_whatever_files_hold_is_compared_without_a_fault(one: bytes, other: bytes) -> None:
    before = {"m.bpmn": one, "t.dmn": one, "f.json": one}
    after = {"m.bpmn": other, "t.dmn": other, "f.json": other}
    assert compare_models(before, after).is_empty is (one == other) or compare_models(before, after).elements == ()
