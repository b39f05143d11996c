"""Indicators as people read them: values with the count behind them; no colour says anything alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from web.context import engine
from web.i18n import CHINESE, current_language, marked
from web.i18n import gettext as _
from workflow_engine import DefinitionVersion, Indicator, IndicatorValue

OBJECTS = {
    "people": marked("Smart people"),
    "governance": marked("Smart governance"),
    "industry": marked("Smart industry"),
    "environment": marked("Smart environment"),
    "livelihood": marked("People's livelihood"),
    "infrastructure": marked("Smart infrastructure"),
    "planning": marked("Planning and construction"),
}
LEVELS = {
    "city": marked("City"),
    "district": marked("District"),
    "subdistrict": marked("Subdistrict"),
    "community": marked("Community"),
}
STATES = {
    "provisional": marked("provisional"),
    "signed": marked("signed"),
    "unsigned": marked("unsigned"),
    "corrected": marked("corrected"),
    "withheld": marked("withheld"),
}
STATE_HINTS = {
    "provisional": marked("The month is not published yet: the number may still change."),
    "signed": marked("The department in charge has checked and signed it."),
    "unsigned": marked("The department in charge was silent for three working days."),
    "corrected": marked("It was published otherwise at first; why it was corrected stands below."),
    "withheld": marked("It may not be public; the reason stands below."),
}
COLOURS = {
    "good": marked("on target"),
    "watch": marked("to watch"),
    "bad": marked("off target"),
    "none": "",
}
CHIPS = {"good": "good", "watch": "warn", "bad": "stop", "none": "quiet"}
ICONS = {"good": "check", "watch": "soon", "bad": "stop", "none": "info"}
UNITS = {
    "percent": "%",
    "number": "",
    "hours": marked("hours"),
    "days": marked("days"),
    "per_1000": marked("per 1,000"),
    "per_10000": marked("per 10,000"),
    "per_100000": marked("per 100,000"),
    "ug_m3": "µg/m³",
    "score": marked("points"),
}
DIRECTIONS = {
    "higher": marked("The higher, the better"),
    "lower": marked("The lower, the better"),
    "none": marked("Neither high nor low is better"),
}
KINDS_OF = {
    "case": marked("cases"),
    "task": marked("tasks"),
    "ballot": marked("ballots"),
    "consultation": marked("consultations"),
    "opinion": marked("opinions"),
    "decision": marked("published decisions"),
    "request": marked("service requests"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """An indicator with its value for the whole city."""

    indicator: Indicator
    value: IndicatorValue | None
    series: Sequence[IndicatorValue]


def text(texts: Mapping[str, str]) -> str:
    """The text in the visitor's language."""
    return texts["zh_CN" if current_language() is CHINESE else "en"]


def number(value: float | None) -> str:
    """A number with at most two places, thousands grouped."""
    if value is None:
        return "–"
    shown = f"{value:,.2f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def unit(indicator: Indicator) -> str:
    """What the number is of."""
    word = UNITS[indicator.unit]
    return _(word) if word else ""


def missing(value: IndicatorValue | None) -> str:
    """Why there is no number."""
    if value is None:
        return _("not computed")
    if value.state == "withheld":
        return _("withheld")
    if value.suppressed:
        return _("too few to be shown")
    return _("nothing to count") if value.value is None else ""


def behind(indicator: Indicator, value: IndicatorValue | None) -> str:
    """The count behind a number, in words."""
    if value is None or value.suppressed or value.state == "withheld":
        return ""
    if indicator.is_external:
        return _("from outside")
    if indicator.formula.kind == "median":
        return _("of %(count)s", count=number(value.denominator))
    if value.denominator is None:
        return ""
    if value.numerator is None:
        return _("of %(count)s", count=number(value.denominator))
    return _("%(part)s of %(whole)s", part=number(value.numerator), whole=number(value.denominator))


def cards(
    definitions: Iterable[DefinitionVersion], period: str, values: Iterable[IndicatorValue], months: int = 13
) -> dict[str, list[Card]]:
    """By object, in the order of the objects; each with its last months."""
    questions = engine().queries.indicators
    root = questions.scopes().root
    now = {value.indicator_id: value for value in values if value.unit_id == root}
    series = questions.city_series(period, months)
    found: dict[str, list[Card]] = {name: [] for name in OBJECTS}
    for row in definitions:
        one = row.indicator
        found[one.object].append(Card(one, now.get(one.indicator_id), series.get(one.indicator_id, [])))
    return {name: own for name, own in found.items() if own}


def scope_names() -> dict[str, str]:
    """Names of units and places, in the visitor's language, by scope."""
    zh = current_language() is CHINESE
    found = {key: names[0 if zh else 1] for key, names in engine().queries.indicators.unit_names().items()}
    for row in engine().queries.places.shapes(("district", "subdistrict", "community")):
        found[f"place:{row.place_code}"] = row.name_zh if zh else row.name_en
    return found


def value_data(value: IndicatorValue) -> dict[str, Any]:
    """A value for programs."""
    return {
        "indicator": value.indicator_id, "period": value.period, "level": value.level, "scope": value.unit_id,
        "value": value.value, "numerator": value.numerator, "denominator": value.denominator,
        "smoothed": value.smoothed, "suppressed": value.suppressed, "state": value.state,
        "method_version": value.method_version, "revision": value.revision, "reason": value.reason or None,
        "colour": value.colour, "log_size": value.log_size,
    }  # fmt: skip
