"""Why a decision came out as it did, in both languages, from a result or from the record of one."""

from __future__ import annotations

import pytest

from tests.decisions.files import file, table
from workflow_engine.bpmn.decision_explaining import explain
from workflow_engine.bpmn.decision_words import condition, in_language
from workflow_engine.bpmn.decisions import evaluate, parse_decisions


def grading(rows, **how):
    text = table(rows, inputs=("死亡人数 deaths", "灾种 hazard")[: len(rows[0]) - 1], **how)
    text = text.replace("<text>死亡人数 deaths</text>", "<text>deaths</text>")
    text = text.replace("<text>灾种 hazard</text>", "<text>hazard</text>")
    text = text.replace('name="d"', 'name="事件分级 Grade"', 1)
    return parse_decisions(file(text))[0]


def test_single_rule_is_a_sentence_in_both_languages():
    grade = grading([("< 10", '"III"'), (">= 10", '"II"')])
    result = evaluate(grade, {"deaths": 12})
    assert explain(grade, result) == "Rule 2 of *Grade* matched because deaths ≥ 10."
    assert explain(grade, result, "zh") == "《事件分级》第 2 条规则命中，因为死亡人数 ≥ 10。"


def test_recorded_event_is_explained_like_the_result():
    grade = grading([("< 10", '"III"'), (">= 10", '"II"')])
    event = {"event": "decision.evaluated", "decision_id": "d", "matched_rules": [2], "inputs": {"死亡人数 deaths": 12}}
    assert explain(grade, event) == "Rule 2 of *Grade* matched because deaths ≥ 10."
    erased = {"decision_id": "d", "matched_rules": [2]}
    assert explain(grade, erased, name_marks=("“", "”")) == "Rule 2 of “Grade” matched because deaths ≥ 10."


def test_several_rules_have_their_reasons_each():
    grade = grading([("[3..10)", '"gas", "fire"', "1"), ("-", "-", "2")], hit_policy="COLLECT")
    result = evaluate(grade, {"deaths": 5, "hazard": "fire"})
    assert explain(grade, result) == (
        'Rules 1 and 2 of *Grade* matched: rule 1 because 3 ≤ deaths < 10 and hazard = "gas" or "fire"; '
        "rule 2 because it holds for any input."
    )
    assert explain(grade, result, "zh") == (
        "《事件分级》第 1、2 条规则命中：第 1 条，因为 3 ≤ 死亡人数 < 10 且 灾种 = “gas”或“fire”；"
        "第 2 条，因为它适用于任何输入。"
    )


def test_last_row_of_a_first_table_says_why():
    grade = grading([("< 10", "1"), ("-", "2")], hit_policy="FIRST")
    assert (
        explain(grade, evaluate(grade, {"deaths": 12})) == "Rule 2 of *Grade* matched because no rule before it does."
    )


def test_nothing_matched_is_told_with_the_inputs():
    grade = grading([("< 10", "1")], default="0")
    result = evaluate(grade, {"deaths": 12})
    assert explain(grade, result) == "No rule of *Grade* matched (deaths = 12), so the default applies."
    assert explain(grade, result, "zh") == "《事件分级》没有规则命中（死亡人数 = 12），因此采用默认结果。"


def test_decision_without_a_table_gives_its_value():
    text = '<decision id="fee" name="Fee"><literalExpression><text>x * 2</text></literalExpression></decision>'
    (fee,) = parse_decisions(file(text))
    assert explain(fee, evaluate(fee, {"x": 4})) == "*Fee* gives 8."
    assert explain(fee, evaluate(fee, {"x": 4}), "zh") == "《Fee》的结果是 8。"


def test_rule_of_another_version_is_told_as_missing():
    grade = grading([("< 10", "1")])
    assert "does not have" in explain(grade, {"matched_rules": [7]})


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("3", "x = 3"),
        ("< 3", "x < 3"),
        ("!= 3", "x ≠ 3"),
        ("]3..5]", "3 < x ≤ 5"),
        ("(> 5)", "5 < x"),
        ('not("a","b")', 'x is not "a" or "b"'),
        ("true", "x = yes"),
        ("null", "x is missing"),
        ("< 3, > 9", "x < 3 or x > 9"),
        ('date("2026-01-31")', "x = 2026-01-31"),
        ("string length(?) > 3", "x: string length(?) > 3"),
        ("> y", "x: > y"),
        ("((", "x: (("),
    ],
)
def test_cell_reads_as_a_condition(tests, said):
    assert condition("x", tests, "en") == said


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("死亡 Deaths", "Deaths", "死亡"),
        ("Deaths / 死亡", "Deaths", "死亡"),
        ("直接损失(元) Direct loss, yuan", "Direct loss, yuan", "直接损失(元)"),
        ("3 小时雨量 Rain 3 h, mm", "Rain 3 h, mm", "3 小时雨量"),
        ("CAP 严重程度 CAP severity", "CAP severity", "CAP 严重程度"),
        ("Deaths", "Deaths", "Deaths"),
        ("死亡", "死亡", "死亡"),
    ],
)
def test_label_of_two_languages_is_split(text, english, chinese):
    assert (in_language(text, "en"), in_language(text, "zh")) == (english, chinese)
