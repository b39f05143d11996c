"""Numbers from outside: each with its source and date, none written over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from workflow_engine.domain.commands import Receipt
from workflow_engine.domain.errors import InvalidVariablesError, RejectedError
from workflow_engine.domain.events_indicators import InputsEntered
from workflow_engine.domain.indicator_commands import MOST_INPUTS, EnterIndicatorInputs
from workflow_engine.domain.indicators import is_period
from workflow_engine.domain.permissions import require_permission
from workflow_engine.handlers.handling import Handling
from workflow_engine.storage import indicators as store

STREAM = "area:indicators"
ENTER = "indicator.enter"
_LONGEST_SOURCE = 300


def enter_inputs(work: Handling, command: EnterIndicatorInputs) -> Receipt:
    """All of them, or none when one cannot be."""
    require_permission(work.actor, ENTER, "enter numbers from outside")
    if not 0 < len(command.rows) <= MOST_INPUTS:
        raise RejectedError(f"Expected 1 to {MOST_INPUTS} numbers, but got {len(command.rows)}.")
    told = entered(work, command.rows)
    return work.record_in_stream(STREAM, [InputsEntered(rows=told)], {"entered": len(told)})


def entered(work: Handling, rows: Iterable[Mapping[str, Any]]) -> list[list[Any]]:
    """Write numbers from outside; what an event tells of them. Raises InvalidVariablesError."""
    scopes, _ = store.read_scopes(work.unit)
    series = {name for one in store.current(work.unit) for name in one.inputs.values()}
    problems: dict[str, str] = {}
    clean = []
    for number, row in enumerate(rows, start=1):
        try:
            clean.append(_clean_input(row, series, scopes.units.keys()))
        except ValueError as error:
            problems[f"row {number}"] = str(error)
    if problems:
        raise InvalidVariablesError("Expected numbers with their source and date.", problems)
    told = []
    for row in clean:
        revision = store.enter(work.unit, {**row, "entered_at": work.now, "entered_by": work.actor.actor_id})
        told.append([row["series"], row["scope"], row["period"], revision, row["value"], row["source"],
                     row["dated_on"]])  # fmt: skip
    return told


def _clean_input(row: Mapping[str, Any], series: Collection[str], units: Collection[str]) -> dict[str, Any]:
    found = {name: str(row.get(name, "")).strip() for name in ("series", "scope", "period", "value", "source",
                                                               "dated_on")}  # fmt: skip
    if found["series"] not in series:
        raise ValueError(f"series: one that an indicator asks for, not {found['series'][:64]!r}")
    place = found["scope"].removeprefix("place:")
    if found["scope"] not in units and not (place != found["scope"] and place.isdigit() and len(place) in (6, 9, 12)):
        raise ValueError(f"scope: a unit, or place: and its digits, not {found['scope'][:64]!r}")
    if not is_period(found["period"]):
        raise ValueError("period: a month such as 2026-11")
    try:
        value = Decimal(found["value"])
        date.fromisoformat(found["dated_on"])
    except InvalidOperation as error:
        raise ValueError("value: a number") from error
    except ValueError as error:
        raise ValueError("dated_on: a date such as 2026-11-30") from error
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15 or len(found["value"]) > 40:
        raise ValueError("value: a number below 10^15")
    if not 0 < len(found["source"]) <= _LONGEST_SOURCE:
        raise ValueError(f"source: 1 to {_LONGEST_SOURCE} characters")
    return {**found, "value": format(value, "f")}
