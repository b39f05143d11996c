"""How a simulated person fills a form: as the plan says, else as the scenario did, else what its schema lets pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_engine.domain.errors import EngineError
from workflow_engine.feel import EvaluationContext, compile_expression, to_json
from workflow_engine.rehearsal.chances import choose
from workflow_engine.rehearsal.plan import Answer, Kind, Plan

_WORDS = "演习填写 Filled in by a rehearsal"
_FIXED = {
    "datetime": "2026-01-01T00:00:00Z", "checkbox": True, "number": 1, "textfield": _WORDS, "textarea": _WORDS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """What is submitted, and the file that is put to the case before."""

    form: Mapping[str, Any]
    attach: str | None = None


class Forms:
    """Fills forms of one model; the same question gets the same answer."""

    def __init__(self, plan: Plan, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        self._plan = plan
        self._schemas = schemas
        self._made: dict[str, Mapping[str, Any]] = {}

    def fill(self, kind: Kind, element_id: str, form_key: str | None, turn: int, draw: float) -> Filled:
        """The answer at this turn (from 1) of the element in its case."""
        for answers in (kind.tasks.get(element_id, ()), self._plan.task(element_id).answers):
            open_now = [one for one in answers if one.turns[0] <= turn <= one.turns[1]]
            if open_now:
                chosen = open_now[choose([one.share for one in open_now], draw)]
                return Filled(chosen.form, chosen.attach)
        shown: Sequence[Mapping[str, Any]] = self._plan.forms.get(element_id, ())
        if shown:
            return Filled(shown[min(turn, len(shown)) - 1])
        return Filled(self._by_schema(form_key))

    def vote(self, element_id: str, choices: Sequence[Mapping[str, Any]], draw: float) -> Answer:
        """How somebody votes; where nothing is said, the first choice that needs no reason."""
        answers = self._plan.votes.get(element_id, ())
        if answers:
            return answers[choose([one.share for one in answers], draw)]
        plain = next((one for one in choices if not one.get("needs_reason")), choices[0])
        return Answer(1.0, choice=str(plain["name"]), reason=_WORDS if plain.get("needs_reason") else None)

    def _by_schema(self, form_key: str | None) -> Mapping[str, Any]:
        if form_key is None or form_key not in self._schemas:
            return {}
        if form_key not in self._made:
            self._made[form_key] = valid_answer(self._schemas[form_key])
        return self._made[form_key]


def read_schemas(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    """The form schemas among the files of a definition, by their id."""
    found = {}
    for name, content in files.items():
        if name.endswith(".json") and not name.startswith("messages_"):
            data = json.loads(content)
            if isinstance(data, dict) and isinstance(data.get("components"), list) and data.get("id"):
                found[str(data["id"])] = data
    return found


def valid_answer(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What the schema lets pass and no more: every field it requires and shows, each with the first value it offers."""
    answer: dict[str, Any] = {}
    for component in _components(schema.get("components", ())):
        rules = component.get("validate") or {}
        key = component.get("key")
        if not key or component.get("disabled") or component.get("readonly") or not rules.get("required"):
            continue
        if not _hidden(component, answer):
            _put(answer, str(key).split("."), _value(component, rules))
    return answer


def _components(components: Any) -> Iterator[Mapping[str, Any]]:
    for component in components:
        yield component
        if component.get("type") == "group":
            yield from _components(component.get("components", ()))


def _value(component: Mapping[str, Any], rules: Mapping[str, Any]) -> Any:
    kind = component.get("type")
    values = component.get("values") or ()
    if kind in ("checklist", "taglist"):
        return [value["value"] for value in values[:1]]
    if values:
        return values[0]["value"]
    if kind == "number":
        low = rules.get("min")
        return low if low is not None else min(1, rules.get("max", 1))
    if kind == "datetime":
        return "2026-01-01" if component.get("subtype") == "date" else _FIXED["datetime"]
    if rules.get("validationType") == "email":
        return "somebody@example.org"
    value = _FIXED.get(str(kind), _WORDS)
    if isinstance(value, str):
        value = value.ljust(int(rules.get("minLength", 0)), ".")[: int(rules.get("maxLength", 10_000))]
    return value


def _hidden(component: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    text = (component.get("conditional") or {}).get("hide")
    if not text:
        return False
    try:
        return to_json(compile_expression(str(text).removeprefix("=")).evaluate(answer, EvaluationContext())) is True
    except EngineError:
        return False


def _put(answer: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        answer = answer.setdefault(name, {})
    answer[path[-1]] = value
