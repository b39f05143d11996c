"""What stands in each field when the page is drawn: what was typed, else the case's own value, else the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from web.forms.checking import PREFIX, Typed
from web.forms.conditions import page_rule
from web.forms.fields import Field, Form
from web.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field with its present content: ``text`` for written answers, ``chosen`` for numbers of choices."""

    field: Field
    name: str
    text: str = ""
    chosen: frozenset[str] = frozenset()
    error: str = ""
    hide_when: str = ""
    """On which answers the page hides it, as ``page_rule`` says."""
    note: Any = None
    """Where the content comes from, for forms that are filled in beforehand; its template part draws it."""

    @property
    def words(self) -> str:
        """The content in words, for a field nobody fills in here."""
        if self.field.kind == "boolean":
            return _("yes") if self.chosen else _("no")
        if self.field.kind == "datetime":
            return self.text.replace("T", " ")
        labels = [choice.label for number, choice in enumerate(self.field.choices) if str(number) in self.chosen]
        return ", ".join(labels) or self.text

    @property
    def described_by(self) -> str:
        """Ids of the hint and the error, for ``aria-describedby``."""
        parts = [f"{self.field.html_id}-hint"] if self.field.hint else []
        if self.note is not None:
            parts.append(f"{self.field.html_id}-note")
        if self.error:
            parts.append(f"{self.field.html_id}-error")
        return " ".join(parts)


def show(
    form: Form,
    variables: Mapping[str, Any],
    zone: ZoneInfo,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
) -> list[ShownField]:
    """Every field with what stands in it."""
    shown = [_show(field, variables, zone, typed, (errors or {}).get(field.key, "")) for field in form.fields]
    return [replace(one, hide_when=page_rule(one.field, form, variables, find, PREFIX)) for one in shown]


def _show(field: Field, variables: Mapping[str, Any], zone: ZoneInfo, typed: Typed | None, error: str) -> ShownField:
    name = PREFIX + field.key
    if not field.is_input:
        return ShownField(field, name)
    if typed is not None and field.takes_answer:
        chosen = frozenset(typed.getlist(name))
        return ShownField(field, name, typed.get(name, ""), chosen, error)
    value = find(variables, field.key)
    if value is None:
        value = field.default
    return ShownField(field, name, _text(field, value, zone), _chosen(field, value), error)


def find(variables: Mapping[str, Any], key: str) -> Any:
    """The value at ``a.b.c``; None where there is none."""
    value: Any = variables
    for step in key.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def _text(field: Field, value: Any, zone: ZoneInfo) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    if field.kind == "datetime" and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        return (moment.astimezone(zone) if moment.tzinfo else moment).strftime("%Y-%m-%dT%H:%M")
    return str(value)


def _chosen(field: Field, value: Any) -> frozenset[str]:
    if field.kind == "boolean":
        return frozenset({"yes"}) if value is True or value == "true" else frozenset()
    values = value if isinstance(value, list) else [value]
    return frozenset(str(number) for number, choice in enumerate(field.choices) if choice.value in values)
