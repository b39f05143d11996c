"""Why a decision said what it said, as sentences in English or Chinese.

Built from the record alone: the version's table, the rules that matched, and the inputs as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflow_engine.bpmn.decision_model import Rule, Table
from workflow_engine.bpmn.decision_words import condition, in_language, value_words
from workflow_engine.bpmn.decisions import Decision, DecisionResult
from workflow_engine.feel import adopt

LANGUAGES = ("en", "zh")
MOST_RULES = 20
_LONGEST_VALUE = 120


def explain(
    decision: Decision,
    result: DecisionResult | Mapping[str, Any],
    language: str = "en",
    *,
    name_marks: tuple[str, str] = ("*", "*"),
) -> str:
    """Return the sentence about an evaluation: ``Rule 2 of *Grade* matched because deaths ≥ 10.``

    ``result`` is what ``evaluate`` returned, or the body of a recorded ``decision.evaluated`` event of the same
    version. ``language`` is ``en`` or ``zh``; ``name_marks`` stand around the name in English. A rule
    number that the table does not have is told as such.
    """
    teller = _Teller(decision, language if language in LANGUAGES else "en", name_marks)
    if isinstance(result, Mapping):
        inputs, outputs = result.get("inputs"), result.get("outputs")
        matched = tuple(result.get("matched_rules") or ())
    else:
        inputs, outputs, matched = result.inputs, result.outputs, result.matched_rules
    return teller.tell(matched, inputs if isinstance(inputs, Mapping) else {}, outputs)


class _Teller:
    def __init__(self, decision: Decision, language: str, name_marks: tuple[str, str]) -> None:
        self._language = language
        self._chinese = language == "zh"
        self._logic = decision.node.logic
        title = in_language(decision.title, language)
        self._name = f"《{title}》" if self._chinese else title.join(name_marks)

    def tell(self, matched: Sequence[int], inputs: Mapping[str, Any], outputs: Any) -> str:
        table = self._logic
        if not isinstance(table, Table):
            return self._computed(outputs)
        if not matched:
            return self._unmatched(table, inputs)
        parts = [self._reason(table, number, inputs) for number in matched[:MOST_RULES]]
        if len(matched) == 1:
            return self._one(matched[0], parts[0])
        return self._many(matched, parts)

    # -- sentences --------------------------------------------------------------------------------------------

    def _computed(self, outputs: Any) -> str:
        value = self._shown(outputs)
        return f"{self._name}的结果是 {value}。" if self._chinese else f"{self._name} gives {value}."

    def _unmatched(self, table: Table, inputs: Mapping[str, Any]) -> str:
        found = self._inputs(table, inputs)
        default = any(output.default for output in table.outputs)
        if self._chinese:
            end = "，因此采用默认结果" if default else ""
            return f"{self._name}没有规则命中{f'（{found}）' if found else ''}{end}。"
        end = ", so the default applies" if default else ""
        return f"No rule of {self._name} matched{f' ({found})' if found else ''}{end}."

    def _one(self, number: int, reason: str) -> str:
        if self._chinese:
            return f"{self._name}第 {number} 条规则命中，因为{_spaced(reason)}。"
        return f"Rule {number} of {self._name} matched because {reason}."

    def _many(self, matched: Sequence[int], parts: Sequence[str]) -> str:
        more = len(matched) - len(parts)
        listed = list(map(str, matched))
        if self._chinese:
            reasons = "；".join(
                f"第 {number} 条，因为{_spaced(part)}" for number, part in zip(matched, parts, strict=False)
            )
            return f"{self._name}第 {'、'.join(listed)} 条规则命中：{reasons}{'；……' if more else ''}。"
        numbers = f"{', '.join(listed[:-1])} and {listed[-1]}"
        reasons = "; ".join(f"rule {number} because {part}" for number, part in zip(matched, parts, strict=False))
        return f"Rules {numbers} of {self._name} matched: {reasons}{'; …' if more else ''}."

    # -- parts ------------------------------------------------------------------------------------------------

    def _reason(self, table: Table, number: int, inputs: Mapping[str, Any]) -> str:
        if not 0 < number <= len(table.rules):
            return "本版本没有这条规则" if self._chinese else "of a row that this version does not have"
        rule = table.rules[number - 1]
        parts = list(self._conditions(table, rule))
        if not parts:
            return self._always(table)
        return (" 且 " if self._chinese else " and ").join(parts)

    def _always(self, table: Table) -> str:
        first = table.hit_policy == "FIRST" and len(table.rules) > 1
        if self._chinese:
            return "前面的规则都不符合" if first else "它适用于任何输入"
        return "no rule before it does" if first else "it holds for any input"

    def _conditions(self, table: Table, rule: Rule) -> Any:
        for clause, tests in zip(table.inputs, rule.tests, strict=False):
            if tests.strip() not in ("", "-"):
                yield condition(in_language(clause.label or clause.text, self._language), tests, self._language)

    def _inputs(self, table: Table, inputs: Mapping[str, Any]) -> str:
        parts = []
        for clause in table.inputs:
            label = clause.label or clause.text
            if label in inputs:
                parts.append(f"{in_language(label, self._language)} = {self._shown(inputs[label])}")
        return ("，" if self._chinese else ", ").join(parts)

    def _shown(self, value: Any) -> str:
        text = value_words(adopt(value), self._language)
        return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def _spaced(text: str) -> str:
    """A blank before what does not begin with a Chinese character."""
    return text if text[:1] >= "\u2e80" else f" {text}"
