"""A scenario as a person writes it: how a case starts, who does what, how time passes, what must then hold.

``{"start_at": …, "start": {"alert": "../alerts/x.xml"}, "steps": [{"do": "verify", "as": …, "form": {…}}, …]}``; the
kinds of steps are listed in ``processes/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
"""What a step may be, and what else it may say."""
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
    details = {name: value for name, value in item.items() if name != kind}
    _only(details, KINDS[kind], f"step {number} of {where}")
    if kind == "expect":
        _only(item[kind], EXPECTATIONS, f"step {number} of {where}")
    return Step(number, kind, item[kind], details)


def _only(given: Any, known: frozenset[str], where: str) -> None:
    if not isinstance(given, Mapping):
        raise ScenarioError(f"Expected {where} to be an object, but it is {given!r}.")
    unknown = sorted(set(given) - known)
    if unknown:
        raise ScenarioError(f"{where} says {', '.join(unknown)}; expected only {', '.join(sorted(known))}.")
