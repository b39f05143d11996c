"""A scenario as a person writes it: how a case starts, who does what, how time passes, what must then hold.

``{"start_at": …, "start": {"alert": "../alerts/x.xml"}, "steps": [{"do": "verify", "as": …, "form": {…}}, …]}``; the
kinds of steps are listed in ``processes/README.md``. A script of injects is a scenario in which nobody of the house
does anything: all its steps come from outside, each ``at`` its time since the start. Rehearsals, exercises and tests
read the same files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workflow_engine.domain.durations import add, parse_duration
from workflow_engine.domain.timing import parse_instant

KINDS = {
    "do": frozenset({"as", "form", "for", "refused", "note"}),
    "each": frozenset({"except", "form", "note"}),
    "claim": frozenset({"as", "for", "refused", "note"}),
    "release": frozenset({"as", "for", "refused", "note"}),
    "advance": frozenset({"note"}),
    "alert": frozenset({"refused", "note"}),
    "attach": frozenset({"as", "refused", "note"}),
    "message": frozenset({"payload", "note"}),
    "signal": frozenset({"payload", "note"}),
    "job": frozenset({"variables", "error", "note"}),
    "consultation": frozenset({
        "as", "count", "channel", "subject_class", "stance", "district", "text", "wants_hearing", "numbers", "accepted",
        "topic", "disposition", "reason", "closes_in", "refused", "note",
    }),
    "indicator": frozenset({
        "as", "about", "kind", "text", "series", "period", "value", "source", "dated_on", "refused", "note",
    }),
    "resource": frozenset({
        "as", "rows", "which", "unit", "line", "quantity", "state", "used", "text", "reason", "refused", "note",
    }),
    "service_request": frozenset({
        "as", "category", "kind", "source", "title", "description", "address", "lat", "lon", "place_code", "tier",
        "reporter_name", "reporter_contact", "text", "reason", "rating", "resolved", "comment", "shown",
        "public_description", "proved", "into", "refused", "note",
    }),
    "vote": frozenset({"as", "for", "choice", "reason", "item", "refused", "note"}),
    "recuse": frozenset({"as", "for", "reason", "refused", "note"}),
    "absent": frozenset({"as", "who", "reason", "refused", "note"}),
    "mandate": frozenset({"as", "for", "to", "document", "reason", "refused", "note"}),
    "amend": frozenset({"as", "text", "reason", "refused", "note"}),
    "break_tie": frozenset({"as", "choice", "item", "reason", "refused", "note"}),
    "expect": frozenset({"note"}),
}
"""What a step may be, and what else it may say; every step may say ``at``."""
INJECTS = ("alert", "message", "signal", "service_request")
"""Steps that come from outside; ``told`` is what is said about them to whoever conducts."""
EXPECTATIONS = frozenset(
    {"state", "open", "waiting", "offered", "due", "timers", "variables", "passed", "not_passed", "incidents", "title",
     "exercise", "service_request"}
)  # fmt: skip
_START = frozenset({"alert", "service_request", "variables", "title", "business_key", "exercise", "element"})


class ScenarioError(ValueError):
    """A scenario that cannot be read; the message says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``kind`` and its value, with what else it says."""

    number: int
    kind: str
    value: Any
    details: Mapping[str, Any] = field(default_factory=dict)
    at: timedelta | None = None
    """How long after the start; None: as soon as the step before is done."""

    def __str__(self) -> str:
        what = f" {self.value}" if isinstance(self.value, str) else ""
        return f"step {self.number} ({self.kind}{what})"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario. ``folder`` is what the names of alert files are relative to."""

    name: str
    process_id: str
    start_at: datetime
    start: Mapping[str, Any]
    steps: tuple[Step, ...]
    folder: Path
    about: str = ""


def read_scenario(path: Path) -> Scenario:
    """The scenario in a JSON file.

    Raises:
        ScenarioError: it is not one.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ScenarioError(f"Expected a scenario in {path.name}, but: {error}") from error
    return scenario_from(data, path)


def read_script(path: Path) -> Scenario:
    """The script of injects in a JSON file: each comes from outside, at its time, none before the one above it.

    Raises:
        ScenarioError: it is not one.
    """
    script = read_scenario(path)
    before = timedelta()
    for step in script.steps:
        if step.kind not in INJECTS:
            raise ScenarioError(f"Expected {step} of {path.name} to be one of {', '.join(INJECTS)}.")
        if step.at is None or step.at < before:
            raise ScenarioError(f"Expected {step} of {path.name} to say at, and not before the step above it.")
        before = step.at
    return script


def scenario_from(data: Any, path: Path) -> Scenario:
    """The scenario in what a JSON file held. Raises ScenarioError."""
    if not isinstance(data, dict) or not isinstance(data.get("steps"), list):
        raise ScenarioError(f"Expected {path.name} to be an object with a list of steps.")
    start = data.get("start") or {}
    _only(start, _START, f"the start of {path.name}")
    return Scenario(
        name=str(data.get("name") or path.stem),
        process_id=str(data.get("process_id") or "emergency_response"),
        start_at=_instant(data.get("start_at"), path.name),
        start=start,
        steps=tuple(_step(number, item, path.name) for number, item in enumerate(data["steps"], 1)),
        folder=path.parent,
        about=str(data.get("about") or ""),
    )


def _instant(text: Any, where: str) -> datetime:
    try:
        return parse_instant(str(text)).astimezone(UTC)
    except ValueError as error:
        raise ScenarioError(f"Expected start_at of {where} to be an instant with offset, but got {text!r}.") from error


def _step(number: int, item: Any, where: str) -> Step:
    kinds = [kind for kind in KINDS if isinstance(item, dict) and kind in item]
    if len(kinds) != 1:
        raise ScenarioError(f"Expected step {number} of {where} to be one of {', '.join(KINDS)}, but it is {item!r}.")
    kind = kinds[0]
    details = {name: value for name, value in item.items() if name not in (kind, "at")}
    known = KINDS[kind] | {"told"} if kind in INJECTS else KINDS[kind]
    _only(details, known, f"step {number} of {where}")
    if kind == "expect":
        _only(item[kind], EXPECTATIONS, f"step {number} of {where}")
    at = _since_start(item["at"], f"step {number} of {where}") if "at" in item else None
    return Step(number, kind, item[kind], details, at)


def _since_start(text: Any, where: str) -> timedelta:
    try:
        found = parse_duration(str(text))
    except ValueError as error:
        raise ScenarioError(f"Expected at of {where} to be a duration, but {error}") from error
    beginning = datetime(2000, 1, 1, tzinfo=UTC)
    return add(beginning, found) - beginning


def _only(given: Any, known: frozenset[str], where: str) -> None:
    if not isinstance(given, Mapping):
        raise ScenarioError(f"Expected {where} to be an object, but it is {given!r}.")
    unknown = sorted(set(given) - known)
    if unknown:
        raise ScenarioError(f"{where} says {', '.join(unknown)}; expected only {', '.join(sorted(known))}.")
