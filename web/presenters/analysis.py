"""What the analysis pages show: the part of the work that is looked at, and the figures of its steps as a heat map."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import request, url_for

from web.auth import current_actor
from web.context import engine
from web.i18n import current_language, marked
from web.i18n import gettext as _
from web.presenters.names import Names, names_of
from web.presenters.people import group_name
from web.presenters.times import now, span, zone
from workflow_engine import QUESTION_PROCESS, SPANS, AnalysisScope, DefinitionRow, NotFoundError, StepFigures

WINDOWS = {
    "5m": (marked("5 minutes"), timedelta(minutes=5)),
    "1h": (marked("1 hour"), timedelta(hours=1)),
    "1d": (marked("1 day"), timedelta(days=1)),
    "7d": (marked("7 days"), timedelta(days=7)),
    "30d": (marked("30 days"), timedelta(days=30)),
    "90d": (marked("90 days"), timedelta(days=90)),
    "365d": (marked("1 year"), timedelta(days=365)),
}
MEASURES = {
    "count": marked("Number"),
    "duration": marked("Average duration"),
    "waiting": marked("Average wait until taken"),
    "overdue": marked("Done late"),
    "returns": marked("Returns"),
}
LEVELS = 5
_VALUES: Mapping[str, Callable[[StepFigures], float]] = {
    "count": lambda step: step.count,
    "duration": lambda step: step.mean_seconds,
    "waiting": lambda step: step.mean_waited,
    "overdue": lambda step: step.overdue,
    "returns": lambda step: step.returned,
}
_LONG = ("duration", "waiting")


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at; everything of it stands in the page's address."""

    process_id: str
    version: DefinitionRow | None
    """None: all versions together, drawn on the newest."""
    drawn: DefinitionRow
    unit: str
    measure: str
    window: str
    until: datetime
    fixed: bool
    """Whether the address names the end of the time, so that it shows the same tomorrow."""
    compare: str

    def scope(self) -> AnalysisScope:
        """The same for the engine."""
        since = self.until - WINDOWS[self.window][1]
        definition_id = self.version.definition_id if self.version else None
        return AnalysisScope(self.process_id, since, self.until, definition_id, self.unit or None)

    def address(self, **changes: str | None) -> dict[str, str]:
        """The parameters of a page that looks at the same, with changes."""
        values: dict[str, str | None] = {
            "process": self.process_id,
            "version": self.version.definition_id if self.version else None,
            "unit": self.unit,
            "measure": self.measure,
            "window": self.window,
            "until": self.until.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if self.fixed else None,
            "compare": self.compare,
            **changes,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table of steps; ``others`` are the figures it is compared with."""

    element_id: str
    name: str
    figures: StepFigures
    value: str
    other: StepFigures | None
    other_value: str
    change: str

    @property
    def is_work(self) -> bool:
        """Whether anything was done or waited for there: not a gateway or event that is passed in no time."""
        return any(
            one is not None and (one.seconds or one.unit or one.returned or one.open_now)
            for one in (self.figures, self.other)
        )


def read_look() -> Look | None:
    """The look that the address or the form asks for, the nearest there is; None while there is no process."""
    versions = [row for row in engine().queries.list_definitions() if row.process_id != QUESTION_PROCESS]
    if not versions:
        return None
    released = [row for row in versions if row.state == "released"] or versions
    process_id = _choice("process", {row.process_id for row in versions}, released[0].process_id)
    own = [row for row in versions if row.process_id == process_id]
    version = next((row for row in own if row.definition_id == request.values.get("version")), None)
    newest = next((row for row in own if row.state == "released"), own[0])
    until = _instant(request.values.get("until", ""))
    return Look(
        process_id=process_id,
        version=version,
        drawn=version or newest,
        unit=request.values.get("unit", "")[:200],
        measure=_choice("measure", set(MEASURES), "count"),
        window=_choice("window", set(WINDOWS), "30d"),
        until=until or now() + timedelta(seconds=1),
        fixed=until is not None,
        compare=request.values.get("compare", "")[:260],
    )


def require_look() -> Look:
    """The look. Raises NotFoundError while there is no process."""
    look = read_look()
    if look is None:
        raise NotFoundError("Expected a process to look at, but none is deployed.")
    return look


def other_look(look: Look) -> Look | None:
    """What it is compared with: another version, or another department."""
    kind, _sign, value = look.compare.partition(":")
    if kind == "version":
        found = next((row for row in versions_of(look.process_id) if row.definition_id == value), None)
        return None if found is None else _changed(look, version=found, drawn=found)
    return _changed(look, unit=value) if kind == "group" and value else None


def steps_page(look: Look) -> dict[str, Any]:
    """The template's values of the heat map."""
    queries = engine().queries.analysis
    names = names_of(look.drawn.definition_id)
    by_unit = queries.steps(current_actor(), look.scope(), by_unit=True)
    figures = _added(by_unit, by="element_id")
    departments = _added((step for step in by_unit if step.unit), by="unit")
    other = other_look(look)
    others = queries.steps(current_actor(), other.scope()) if other else []
    most = max((_VALUES[look.measure](step) for step in (*figures, *others)), default=0.0)
    lines = _lines(look, figures, others, names)
    return {
        "lines": [line for line in lines if line.is_work],
        "passed": [line for line in lines if not line.is_work],
        "maps": [
            HeatMap(look, title_of(look), figures, most),
            *([HeatMap(other, title_of(other), others, most)] if other else []),
        ],
        "departments": [
            (group_name(one.unit or ""), one)
            for one in sorted(departments, key=lambda one: (-one.overdue, -one.count, one.unit))
        ],
        "other": other,
        "within": within,
        "titles": (title_of(look), title_of(other) if other else ""),
        **choices(look),
    }


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A diagram whose elements carry a number each, and a shade that says the same."""

    look: Look
    title: str
    figures: Sequence[StepFigures]
    most: float

    @property
    def url(self) -> str:
        """Where the model is."""
        return url_for(
            "models.xml", definition_id=self.look.drawn.definition_id, language=current_language().tag
        )

    @property
    def data(self) -> str:
        """Level, number and address by element, as JSON for ``heat_map.js``."""
        shown = {}
        for step in self.figures:
            value = _VALUES[self.look.measure](step)
            if not value:
                continue
            level = 1 + min(LEVELS - 1, int((LEVELS - 1) * value / self.most)) if self.most else 1
            address = url_for("analysis.visits", _external=False, **self.look.address(element=step.element_id))
            shown[step.element_id] = {"level": level, "text": value_text(self.look.measure, step), "href": address}
        return json.dumps(shown, ensure_ascii=False)

    @property
    def words(self) -> str:
        """Texts for the script."""
        return json.dumps(
            {
                "failed": _("The diagram cannot be drawn. The table below says the same."),
                "measure": _(MEASURES[self.look.measure]),
            },
            ensure_ascii=False,
        )


def value_text(measure: str, step: StepFigures) -> str:
    """The figure in words."""
    value = _VALUES[measure](step)
    if measure in _LONG:
        return span(value) if value >= 1 else "–"
    if measure in ("overdue", "returns") and value:
        return f"{int(value)} ({100 * value / step.count:.0f} %)"
    return str(int(value))


def within(step: StepFigures, share: float) -> str:
    """In what time this share of the visits ended, by the classes in which durations are counted."""
    end = step.within(share)
    return f"≤ {span(end)}" if end is not None else f"> {span(SPANS[-1])}"


def title_of(look: Look) -> str:
    """Which part of the work, in a few words."""
    version = _("version %(number)s", number=look.version.version) if look.version else _("all versions")
    return f"{version}, {group_name(look.unit)}" if look.unit else version


def versions_of(process_id: str) -> list[DefinitionRow]:
    """The versions of a process, the newest first."""
    return [row for row in engine().queries.list_definitions() if row.process_id == process_id]


def choices(look: Look) -> dict[str, Any]:
    """What the filter row offers."""
    rows = {row.process_id: row for row in reversed(engine().queries.list_definitions())}
    rows.pop(QUESTION_PROCESS, None)
    units = engine().queries.analysis.units(current_actor(), look.scope())
    return {
        "look": look,
        "processes": [(row.process_id, names_of(row.definition_id).process(row.name)) for row in rows.values()],
        "versions": versions_of(look.process_id),
        "units": [(unit, group_name(unit)) for unit in units],
        "windows": {key: label for key, (label, _length) in WINDOWS.items()},
        "measures": MEASURES,
    }


def _lines(
    look: Look, figures: Iterable[StepFigures], others: Iterable[StepFigures], names: Names
) -> list[Line]:
    beside = {step.element_id: step for step in others}
    mine = {step.element_id: step for step in figures}
    for element_id in beside:
        mine.setdefault(element_id, empty_figures(element_id))
    measure = look.measure
    lines = []
    for step in mine.values():
        other = beside.get(step.element_id)
        lines.append(
            Line(
                step.element_id,
                names.element(step.element_id),
                step,
                value_text(measure, step),
                other,
                value_text(measure, other) if other else "–",
                _change(measure, step, other) if other else "–",
            )
        )
    value = _VALUES[measure]
    return sorted(lines, key=lambda line: (-value(line.figures), -line.figures.seconds, line.name))


def _change(measure: str, step: StepFigures, other: StepFigures) -> str:
    """From the first to the second."""
    difference = _VALUES[measure](other) - _VALUES[measure](step)
    if abs(difference) < 1:
        return "±0"
    sign = "+" if difference > 0 else "−"
    return sign + (span(abs(difference)) if measure in _LONG else str(int(abs(difference))))


def _added(steps: Iterable[StepFigures], *, by: str) -> list[StepFigures]:
    """Figures added up by ``element_id`` or by ``unit``."""
    sums: dict[str, StepFigures] = {}
    for step in steps:
        key = getattr(step, by)
        so_far = sums.get(key) or empty_figures(step.element_id if by == "element_id" else "", step.unit)
        sums[key] = StepFigures(
            so_far.element_id, so_far.unit, so_far.count + step.count, so_far.cancelled + step.cancelled,
            so_far.seconds + step.seconds, so_far.waited + step.waited, max(so_far.longest, step.longest),
            so_far.overdue + step.overdue, so_far.returned + step.returned,
            tuple(a + b for a, b in zip(so_far.spans, step.spans, strict=True)),
            so_far.open_now + step.open_now, so_far.open_overdue + step.open_overdue,
        )  # fmt: skip
    return list(sums.values())


def empty_figures(element_id: str, unit: str | None = None) -> StepFigures:
    """Of a step at which nothing happened."""
    return StepFigures(element_id, unit, 0, 0, 0, 0, 0, 0, 0, (0,) * 9)


def _changed(look: Look, **changes: Any) -> Look:
    values = {name: getattr(look, name) for name in Look.__slots__}
    return Look(**{**values, **changes})


def _choice(name: str, allowed: set[str], otherwise: str) -> str:
    value = request.values.get(name, otherwise)
    return value if value in allowed else otherwise


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=zone())
