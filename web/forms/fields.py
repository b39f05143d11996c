"""One shape for every form, whether it was deployed as a form-js schema or as fields inside the model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from web.words import in_words

Kind = Literal[
    "text", "long_text", "number", "date", "time", "datetime", "boolean", "select", "radio", "checklist",
    "heading", "prose", "line",
]  # fmt: skip
LONGEST_LINE = 200
MOST_RADIOS = 4
SILENT_KINDS = frozenset({"heading", "prose", "line"})
Translate = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: what is stored, and what is read."""

    value: Any
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or a piece of text between fields (``SILENT_KINDS``)."""

    key: str
    kind: Kind
    label: str = ""
    hint: str = ""
    required: bool = False
    readonly: bool = False
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    decimals: int | None = None
    default: Any = None
    unit: str = ""
    level: int = 2
    """Of a heading."""
    zone: Literal["offset", "utc", "none"] = "offset"
    """How an instant is stored."""
    hidden_if: tuple[str, ...] = ()
    """FEEL conditions (its own, and those of the groups around it); any that holds hides the field."""

    @property
    def is_input(self) -> bool:
        """Whether it takes an answer."""
        return self.kind not in SILENT_KINDS

    @property
    def takes_answer(self) -> bool:
        """Whether the person may change it."""
        return self.is_input and not self.readonly

    @property
    def html_id(self) -> str:
        """A name that is safe as an id in a page."""
        return "field-" + "".join(c if c.isalnum() else "-" for c in self.key)


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a task in reading order."""

    fields: tuple[Field, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields)

    @property
    def inputs(self) -> list[Field]:
        """The fields a person may fill in."""
        return [field for field in self.fields if field.takes_answer]


def form_of(
    schema: Mapping[str, Any] | None,
    model_fields: Sequence[Mapping[str, Any]],
    variables: Mapping[str, Any],
    translate: Translate = str,
) -> Form:
    """The form of a task: its form-js schema where there is one, else the fields of the model."""
    if schema:
        return Form(tuple(_from_components(schema.get("components") or [], variables, translate)))
    return Form(tuple(_from_model(field, translate) for field in model_fields))


# ------------------------------------------------------------------------------------------------ form-js
_COMPONENTS: dict[str, Kind] = {
    "textfield": "text", "textarea": "long_text", "number": "number", "datetime": "datetime", "checkbox": "boolean",
    "select": "select", "radio": "radio", "checklist": "checklist", "taglist": "checklist",
    "text": "prose", "html": "prose", "separator": "line",
}  # fmt: skip


def _from_components(
    components: Iterable[Mapping[str, Any]],
    variables: Mapping[str, Any],
    translate: Translate,
    level: int = 2,
    outer: tuple[str, ...] = (),
) -> Iterable[Field]:
    for number, component in enumerate(components):
        kind = component.get("type")
        hidden_if = (*outer, *_hiding(component))
        if kind in ("group", "dynamiclist"):
            label = translate(str(component.get("label") or ""))
            if label:
                key = f"heading-{level}-{number}"
                yield Field(key=key, kind="heading", label=label, level=level, hidden_if=hidden_if)
            inner = component.get("components") or []
            yield from _from_components(inner, variables, translate, min(level + 1, 4), hidden_if)
        elif kind in _COMPONENTS:
            field = _from_component(component, _COMPONENTS[kind], number, variables, translate)
            yield replace(field, hidden_if=hidden_if)


def _hiding(component: Mapping[str, Any]) -> Iterable[str]:
    """The component's own condition for being hidden."""
    conditional = component.get("conditional")
    text = conditional.get("hide") if isinstance(conditional, Mapping) else None
    return (text,) if isinstance(text, str) and text.strip(" =") else ()


def _from_component(
    component: Mapping[str, Any], kind: Kind, number: int, variables: Mapping[str, Any], translate: Translate
) -> Field:
    rules: Mapping[str, Any] = component.get("validate") or {}
    if kind in SILENT_KINDS:
        text = component.get("text") or component.get("content") or ""
        return Field(key=f"text-{number}", kind=kind, label=translate(str(text)))
    if kind == "datetime":
        kind = {"date": "date", "time": "time"}.get(str(component.get("subtype", "date")), "datetime")  # type: ignore[assignment]
    looks: Mapping[str, Any] = component.get("appearance") or {}
    label = component.get("label") or component.get("dateLabel") or component.get("timeLabel") or component.get("key")
    return Field(
        key=str(component.get("key") or f"field_{number}"),
        kind=kind,
        label=translate(str(label or "")),
        hint=translate(str(component.get("description") or "")),
        required=bool(rules.get("required")),
        readonly=bool(component.get("disabled") or component.get("readonly")),
        choices=tuple(_choices(component, variables, translate)),
        minimum=_number(rules.get("min")),
        maximum=_number(rules.get("max")),
        shortest=rules.get("minLength"),
        longest=rules.get("maxLength"),
        pattern=rules.get("pattern"),
        decimals=component.get("decimalDigits"),
        default=component.get("defaultValue"),
        unit=translate(str(looks.get("suffixAdorner") or "")),
        zone={"utc_normalized": "utc", "no_timezone": "none"}.get(  # type: ignore[arg-type]
            str(component.get("timeSerializingFormat")), "offset"
        ),
    )


def _choices(component: Mapping[str, Any], variables: Mapping[str, Any], translate: Translate) -> Iterable[Choice]:
    options = component.get("values")
    if options is None and component.get("valuesKey"):
        options = variables.get(str(component["valuesKey"])) or []
    for option in options or []:
        if isinstance(option, Mapping):
            value = option.get("value", option.get("label"))
            yield Choice(value, translate(str(option.get("label", value))))
        else:
            yield Choice(option, translate(str(option)))


# ------------------------------------------------------------------------------------------------ fields of the model
_MODEL_KINDS: dict[str, Kind] = {
    "string": "text", "text": "long_text", "long_text": "long_text", "textarea": "long_text", "long": "number",
    "integer": "number", "int": "number", "number": "number", "double": "number", "float": "number",
    "date": "date", "datetime": "datetime", "time": "time", "boolean": "boolean", "enum": "select", "list": "checklist",
}  # fmt: skip
_WHOLE_NUMBERS = frozenset({"long", "integer", "int"})


def _from_model(field: Mapping[str, Any], translate: Translate) -> Field:
    name = str(field.get("type") or "string").lower()
    kind = _MODEL_KINDS.get(name, "text")
    choices = tuple(Choice(value, translate(label or value)) for value, label in field.get("values", ()))
    longest = field.get("max_length")
    if kind == "text" and (longest or 0) > LONGEST_LINE:
        kind = "long_text"
    if kind == "select" and 0 < len(choices) <= MOST_RADIOS:
        kind = "radio"
    return Field(
        key=str(field["id"]),
        kind=kind,
        label=translate(field.get("label") or in_words(str(field["id"]))),
        required=bool(field.get("required")),
        readonly=bool(field.get("readonly")),
        choices=choices,
        minimum=_number(field.get("minimum")),
        maximum=_number(field.get("maximum")),
        longest=longest,
        decimals=0 if name in _WHOLE_NUMBERS else None,
    )


def _number(value: Any) -> float | None:
    try:
        return None if value in (None, "") else float(value)
    except (TypeError, ValueError):
        return None
