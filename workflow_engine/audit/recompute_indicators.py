#!/usr/bin/env python3
"""Compute published indicators again from an exported log, with nothing but Python's standard library.

    python3 recompute_indicators.py indicators-2026-10.zip [--check] [--indicator ID]

Written apart from the program that published them: it reads entries, facts, conditions and formulas by itself. Without
``--check`` it prints the values; with it, what differs from what was published. Exit code 0: the same; 1: something
differs, or an entry was changed; 2: this is no such file.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

if __package__:
    from workflow_engine.audit.recompute_formulas import Formula, bucket, holds, measured
    from workflow_engine.audit.recompute_record import Facts, facts_of, read_log
else:
    from recompute_formulas import Formula, bucket, holds, measured  # type: ignore[import-not-found, no-redef]
    from recompute_record import Facts, facts_of, read_log  # type: ignore[import-not-found, no-redef]

FORMAT = "liandong-indicators/1"
Row = dict[str, Any]


class FormatError(Exception):
    """The file is no export of indicators."""


def hide(values: dict[str, int], parts: dict[str, list[str]], bound: int, also: Iterable[str] = ()) -> set[str]:
    """Small numbers, and what would tell them, until no sum leaves its hidden parts too little room."""
    hidden = {n for n, v in values.items() if 0 < v < bound} | {n for n in also if values.get(n, 0) > 0}
    before = -1
    while before != len(hidden):
        before = len(hidden)
        for whole in sorted(parts):
            own = [n for n in parts[whole] if values[n] > 0]
            unseen = [n for n in own if n in hidden]
            seen = sorted((n for n in own if n not in hidden), key=lambda n: (values[n], n))
            if whole in hidden and not unseen:
                hidden.update(seen[:1])
            while whole not in hidden and unseen:
                if len(unseen) > 1 and sum(values[n] for n in unseen) - len(unseen) >= max(bound - 1, 1):
                    break
                hidden.add(seen[0] if seen else whole)
                unseen += [seen.pop(0)] if seen else []
    return hidden


class City:
    """Who is part of whom."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.units = {unit: (parent, level) for unit, parent, level in rows}
        tops = [unit for unit, (parent, _) in self.units.items() if parent not in self.units]
        self.root = ([unit for unit in tops if self.units[unit][1] == "city"] or tops or ["city"])[0]

    def units_above(self, unit: str) -> list[str]:
        found: list[str] = []
        while unit in self.units and unit not in found:
            found.append(unit)
            unit = self.units[unit][0] or ""
        return list(dict.fromkeys([*found, self.root]))

    def above(self, scope: str) -> list[str]:
        if not scope.startswith("place:"):
            return self.units_above(scope)
        return [f"place:{scope[6 : 6 + n]}" for n in (12, 9, 6) if len(scope) - 6 >= n]

    def level(self, scope: str) -> str:
        if scope.startswith("place:"):
            return {6: "district", 9: "subdistrict", 12: "community"}.get(len(scope) - 6, "city")
        while scope in self.units and not self.units[scope][1]:
            scope = self.units[scope][0] or ""
        return str(self.units[scope][1]) if scope in self.units else "city"


class Month:
    """One indicator in one month: sums by scope, and what of it is hidden."""

    def __init__(
        self, told: Row, things: Iterable[Facts], period: str, zone: ZoneInfo, inputs: Row, city: City
    ) -> None:
        self.formula, self.city, self.hidden = Formula(told["formula"]), city, set[str]()
        self.rules = {name: rule for name, rule in told["counts"].items() if "input" not in rule}
        terms = self.formula.terms(self.formula.bottom)
        self.on_top = not any(name in self.rules for _, name in terms)
        self.judged = {name: sign for sign, name in (self.formula.terms(self.formula.top) if self.on_top else terms)}
        self.sums: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        self.spread: dict[str, dict[Decimal, int]] = defaultdict(lambda: defaultdict(int))
        self.base: dict[tuple[str, str], int] = defaultdict(int)
        for thing in things:
            for name, rule in self.rules.items():
                if thing["kind_of"] == rule["of"] and not thing.get("exercise"):
                    at = thing.get(rule["at"])
                    if at is not None and datetime.fromtimestamp(at, zone).strftime("%Y-%m") == period:
                        self._count(name, rule, thing)
        for name, rule in told["counts"].items():
            if "input" in rule:
                self._give(name, inputs.get(rule["input"], {}))

    def _count(self, name: str, rule: Row, thing: Facts) -> None:
        if rule.get("where") and not holds(rule["where"], thing):
            return
        text = rule.get("spread") or rule.get("sum")
        number = 1 if not text else measured(text, thing)
        if number is None:
            return
        unit, place = thing.get("unit") or "", thing.get("place") or ""
        scopes = [*self.city.units_above(unit), *self.city.above(f"place:{place}")]
        for scope in scopes:
            if rule.get("spread"):
                self.spread[scope][bucket(number)] += 1
            else:
                self.sums[scope][name] += number
        self.base[unit, place] += 1 if rule.get("spread") else self.judged.get(name, 0) * number

    def _give(self, name: str, given: dict[str, Fraction]) -> None:
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for scope, value in given.items():
            above = self.city.above(scope)
            alone = not self.rules or any(other in given for other in above if other != scope)
            for each in [scope] if alone else above:
                sums[each] += value
        for scope, value in {**sums, **given}.items():
            self.sums[scope][name] = value

    def hide(self, bound: int) -> None:
        """Find what small numbers hide, by units and by places."""
        if not bound or not self.rules:
            return
        trees = []
        for own_first in (lambda unit, place: self.city.units_above(unit), self._places):
            values: dict[str, int] = defaultdict(int)
            parts: dict[str, dict[str, None]] = defaultdict(dict)
            for (unit, place), number in self.base.items():
                if number > 0:
                    way = own_first(unit, place)
                    for part, whole in zip([way[0] + "/own", *way], way, strict=False):
                        parts[whole][part] = None
                    for scope in [way[0] + "/own", *way]:
                        values[scope] += number
            trees.append((values, {whole: list(own) for whole, own in parts.items()}))
        root = {self.city.root}
        units = hide(*trees[0], bound)
        places = hide(*trees[1], bound, units & root)
        if places & root and not units & root:
            units = hide(*trees[0], bound, root)
        self.hidden = units | places

    def _places(self, _unit: str, place: str) -> list[str]:
        return [*self.city.above(f"place:{place}"), self.city.root]

    def figure(self, scope: str) -> tuple[Any, Any, Any]:
        return self.formula.apply({**dict.fromkeys(self.rules, Fraction(0)), **self.sums[scope]}, self.spread[scope])


def compute(
    export: Row, definitions: list[Row], period: str, things: list[Facts], at: str
) -> dict[tuple[str, str], Row]:
    """Every value of the month by (indicator, scope)."""
    zone, city, found = ZoneInfo(export["zone"]), City(export["units"]), {}
    same: dict[str, int] = defaultdict(int)
    for told in definitions:
        same[_stands_on(told)] = max(same[_stands_on(told)], told.get("small_number", 0))
    for told in definitions:
        months = []
        for month in _months(period, told.get("smoothing", 1)):
            one = Month(told, things, month, zone, _inputs(export["inputs"], month, at), city)
            one.hide(same[_stands_on(told)])
            months.append(one)
        now = months[-1]
        for scope in sorted({*now.sums, *now.spread, city.root}):
            top, bottom, value = now.figure(scope)
            base = int((top if now.on_top and not now.formula.median else bottom) or 0) if now.rules else 0
            if city.level(scope) in told["levels"] and (value is not None or base or scope == city.root):
                smoothed = None
                if len(months) > 1 and not any(scope in month.hidden for month in months):
                    smoothed = _together(months, scope)
                found[told["id"], scope] = {"numerator": top, "denominator": bottom, "value": value,
                                            "smoothed": smoothed, "hidden": scope in now.hidden}  # fmt: skip
    return found


def _together(months: list[Month], scope: str) -> Any:
    sums: dict[str, Fraction] = defaultdict(Fraction, dict.fromkeys(months[0].rules, Fraction(0)))
    spread: dict[Decimal, int] = defaultdict(int)
    for month in months:
        for name, number in month.sums[scope].items():
            sums[name] += number
        for hours, count in month.spread[scope].items():
            spread[hours] += count
    return months[0].formula.apply(sums, spread)[2]


def _stands_on(told: Row) -> str:
    formula, counts = Formula(told["formula"]), told["counts"]
    terms = formula.terms(formula.median or formula.bottom)
    if not any("input" not in counts[name] for _, name in terms):
        terms = formula.terms(formula.top)
    names = ("of", "at", "where", "sum", "spread")
    return json.dumps([[s, [counts[n].get(key, "") for key in names]] for s, n in terms])


def _months(period: str, number: int) -> list[str]:
    last = int(period[:4]) * 12 + int(period[5:]) - 1
    return [f"{each // 12:04d}-{each % 12 + 1:02d}" for each in range(last - number + 1, last + 1)]


def _inputs(rows: list[list[Any]], month: str, at: str) -> dict[str, dict[str, Fraction]]:
    found: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for series, scope, period, _revision, value, entered_at in sorted(rows, key=lambda row: row[:4]):
        if period <= month and entered_at <= at:
            found[series][scope] = Fraction(value)
    return found


def check(archive: zipfile.ZipFile) -> tuple[list[str], dict[tuple[str, str], Row], str]:
    """What differs from what was published, the values as they are now, and what the log comes to."""
    export = json.loads(archive.read("export.json"))
    if export.get("format") != FORMAT:
        raise FormatError(f"the file does not say that it is {FORMAT}")
    with archive.open("log.jsonl") as lines:
        entries, wrong, root = read_log(lines)
    newest: dict[tuple[str, str], Row] = {}
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in export["published"]:
        groups[row["log_size"], row["made_at"]].append(row)
    for (size, at), rows in sorted(groups.items()):
        named = {row["indicator_id"] for row in rows}
        methods = {told["content"]["id"]: told["content"] for told in export["definitions"]
                   if told["made_at"] <= at and (not told["retired"] or told["content"]["id"] in named)}  # fmt: skip
        things = list(facts_of(entries[:size]).values())
        found = compute(export, list(methods.values()), export["period"], things, at)
        for row in rows:
            key = row["indicator_id"], row["scope"]
            mine = newest[key] = found.get(key, {})
            for part in ("numerator", "denominator", "value", "smoothed", "hidden"):
                if mine.get(part) != row[part]:
                    wrong.append(f"{key[0]} of {key[1]}: {part} is {mine.get(part)}, published is {row[part]}")
        if all(row["revision"] == 1 for row in rows):
            missing = sorted(set(found) - {(row["indicator_id"], row["scope"]) for row in rows})
            wrong += [f"{one} of {scope} was not published" for one, scope in missing]
    return wrong, newest, f"{len(entries)} entries, root {root}"


def main(words: list[str]) -> int:
    """The program; returns its exit code."""
    parser = argparse.ArgumentParser(description="Compute published indicators again from an exported log.")
    parser.add_argument("file")
    parser.add_argument("--check", action="store_true", help="say what differs from what was published")
    parser.add_argument("--indicator", help="only this one")
    given = parser.parse_args(words)
    try:
        with zipfile.ZipFile(given.file) as archive:
            wrong, values, log = check(archive)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, FormatError) as error:
        print(f"This is no export of indicators: {error}", file=sys.stderr)
        return 2
    if not given.check:
        for (name, scope), row in sorted(values.items()):
            if given.indicator in (None, name):
                shown = "hidden" if row["hidden"] else row["value"]
                print(f"{name}\t{scope}\t{shown}\t{row['numerator']}\t{row['denominator']}")
    for line in wrong:
        print(f"DIFFERS {line}")
    print(f"{len(values)} values computed from {log}. {'Nothing differs.' if not wrong else f'{len(wrong)} differ.'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
