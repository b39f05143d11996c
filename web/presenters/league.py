"""League tables: units by one indicator, with the formula and both counts behind each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.supervision import LEVELS, unit_words
from workflow_engine import Actor

UNITS = {
    "percent": marked("per cent"), "hours": marked("hours"), "number": marked("number"),
    "per_1000": marked("per 1,000"), "per_10000": marked("per 10,000"), "per_100000": marked("per 100,000"),
    "ug_m3": "µg/m³",
}  # fmt: skip
VALUE_STATES = {
    "provisional": marked("provisional"), "signed": marked("signed"), "unsigned": marked("not signed"),
    "corrected": marked("corrected"), "withheld": marked("withheld"),
}  # fmt: skip
DEFAULT, MEASURED = "on_time_tasks", ("district", "subdistrict", "community", "city")


@dataclass(frozen=True, slots=True)
class Place:
    """One unit in the table."""

    rank: int | None
    """None where there is no figure to rank by."""
    unit_id: str
    name: str
    numerator: str
    denominator: str
    value: str
    state: str
    colour: str
    suppressed: bool


def league(actor: Actor, indicator_id: str, level: str, period: str) -> dict[str, Any]:
    """The template's values; only units that the actor supervises are ranked. Raises NotFoundError."""
    questions = engine().queries.indicators
    definitions = {row.indicator.indicator_id: row.indicator for row in questions.definitions() if row.indicator.counts}
    chosen = indicator_id if indicator_id in definitions else DEFAULT
    indicator = definitions.get(chosen) or next(iter(definitions.values()), None)
    periods = questions.periods()
    period = period if period in periods else periods[0]
    words = {key: _text(one.name) for key, one in definitions.items()}
    shown: dict[str, Any] = {
        "indicator": indicator, "choices": sorted(words.items(), key=lambda one: one[1]), "periods": periods,
        "period": period, "levels": LEVELS, "level": level, "rows": [], "value_states": VALUE_STATES,
    }  # fmt: skip
    if indicator is None:
        return shown
    level = level if level in indicator.levels else next(one for one in MEASURED if one in indicator.levels)
    within = _within(actor)
    values = [value for value in questions.table(period, level, indicator.indicator_id) if value.unit_id in within]
    is_less_better = indicator.direction == "lower"
    ranked = sorted(
        values, key=lambda one: (one.value is None, (one.value or 0.0) * (1 if is_less_better else -1), one.unit_id)
    )
    rows, rank, last = [], 0, None
    for number, value in enumerate(ranked, 1):
        if value.value is not None and value.value != last:
            rank, last = number, value.value
        rows.append(
            Place(
                rank if value.value is not None else None, value.unit_id, within[value.unit_id],
                _number(value.numerator), _number(value.denominator), _number(value.value), value.state, value.colour,
                value.suppressed,
            )
        )  # fmt: skip
    return {
        **shown, "level": level, "rows": rows, "name": _text(indicator.name), "about": _text(indicator.description),
        "source": _text(indicator.source), "unit_word": _(UNITS.get(indicator.unit, indicator.unit)),
    }  # fmt: skip


def _within(actor: Actor) -> dict[str, str]:
    """Every unit that the actor supervises, by name."""
    reach = engine().queries.supervised.reach(actor)
    return {row.unit_id: unit_words(row) for row in engine().queries.organisation.list_units() if row.unit_id in reach}


def _text(words: Mapping[str, str]) -> str:
    return words.get("zh_CN" if current_language().key == "zh" else "en") or next(iter(words.values()), "")


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
