"""A rehearsal's result as HTML: the parts a page shows, and a file that needs nothing beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from workflow_engine.interchange.diagram_svg import Look, draw_diagram
from workflow_engine.interchange.rehearsal_answers import answers, strongest, unit_of
from workflow_engine.interchange.rehearsal_charts import Bar, bars, curve, curve_end, differences, magnitude_of, queues
from workflow_engine.interchange.rehearsal_words import Words

_STYLE = Path(__file__).with_name("rehearsal_report.css")
_MOST_ROWS = 40
_MOST_LONGEST = 20
_LEAST_BUSY = 0.005
_SHARES = ("deadlines", "within", "team_deadlines", "team_busy")

Result = Mapping[str, Any]


def report_file(result: Result, xml: bytes | None, language: str) -> str:
    """The whole report in one file, styles and charts included."""
    words = Words(language)
    name = words.half(result["plan"]["name"])
    return (
        f'<!doctype html><html lang="{"zh-CN" if words.language == "zh_CN" else "en-GB"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(words("title"))}: {escape(name)}</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main class='rehearsal'>"
        f"<h1>{escape(words('title'))}: {escape(name)}</h1>{report_parts(result, xml, language)}</main></body></html>"
    )


def report_parts(result: Result, xml: bytes | None, language: str) -> str:
    """What stands under the headline: sections with tables and charts, classes only."""
    words = Words(language)
    parts = [_answers(words, result), _facts(words, result), _what_if(words, result)]
    if result.get("contrast"):
        parts.append(_contrast(words, result))
    parts += [_milestones(words, result["plan"]), _teams(words, result["plan"]), _heat(words, result["plan"], xml)]
    parts += [_tasks(words, result["plan"]), _calibration(words, result), _remarks(words, result["plan"])]
    return "".join(part for part in parts if part)


# ---- sections
def _answers(words: Words, result: Result) -> str:
    found = answers(result, words)
    others = "".join(f"<li>{escape(text)}</li>" for text in found.others)
    return _section(
        words("answer"),
        f'<p class="rehearsal-answer">{escape(found.first)}</p>' + (f"<ul>{others}</ul>" if others else ""),
    )


def _facts(words: Words, result: Result) -> str:
    plan = result["plan"]
    deadlines = plan["deadlines"]
    told = words("played", cases=plan["cases"], seasons=plan["seasons"], seed=result["seed"])
    ends = ", ".join(f"{_state(words, state)} {count}" for state, count in plan["states"].items())
    kinds = ", ".join(f"{words.half(kind)} {count}" for kind, count in plan["kinds"].items())
    kept = words("of_deadlines", met=deadlines["met"], all=deadlines["met"] + deadlines["missed"])
    facts = [
        (words("deadlines"), f"{_mean(deadlines['share'], words.share, 1)} ({escape(kept)})"),
        (words("duration"), _mean(plan["case_seconds"]["mean"], words.span)),
        (words("states"), escape(ends)),
        *([(words("kinds"), escape(kinds))] if len(plan["kinds"]) > 1 else []),
    ]
    rows = "".join(f"<div><dt>{escape(label)}</dt><dd>{text}</dd></div>" for label, text in facts)
    about = f"<p>{escape(words.half(plan['about']))}</p>" if plan["about"] else ""
    sure = words("how_sure")
    return f'{about}<p class="quiet">{escape(told)}. {escape(sure)}</p><dl class="rehearsal-facts">{rows}</dl>'


def _milestones(words: Words, plan: Result) -> str:
    if not plan["milestones"]:
        return ""
    rows, charts = [], []
    for one in plan["milestones"]:
        name = words.name(one["name"], one["id"])
        limit = one["within_seconds"]
        within = "" if limit is None else f"{words('within', limit=words.span(limit))}: "
        rows.append([
            escape(name), _mean(one["mean"], words.span), words.span(one["median"]), words.span(one["p90"]),
            within + _mean(one["within"], words.share, 1) if one["within"] else "–",
            f"{one['reached']} / {plan['cases']}",
        ])  # fmt: skip
        if len(one["steps"]) > 2:
            limit_text = "" if limit is None else words("limit", limit=words.span(limit))
            end = words.span(curve_end(one["steps"], limit))
            about = words("curve", half=words.span(one["median"]), most=words.span(one["p90"]))
            charts.append(curve(one["steps"], limit, name, ("0", end), limit_text, about))
    heads = ["", words("mean"), words("median"), words("p90"), words("share"), words("reached")]
    figures = "".join(f"<figure>{chart}</figure>" for chart in charts)
    table = _table(words("milestones"), heads, rows)
    return _section(words("milestones"), f'{table}<div class="rehearsal-figures">{figures}</div>')


def _contrast(words: Words, result: Result) -> str:
    contrast = result["contrast"]
    rows, shown = [], []
    for one in contrast["differences"]:
        label, form, apart = _measure(words, result, one["measure"])
        difference = one["difference"]
        sure = words("sure") if one["significant"] else words("not_sure")
        rows.append([
            escape(label), form(one["first"]), form(one["second"]), _range(difference, apart),
            "–" if one["p"] is None else f"{one['p']:.2g}", f"<strong>{sure}</strong>" if one["significant"] else sure,
        ])  # fmt: skip
        text = f"{apart(difference['mean'])}{'' if one['significant'] else f' ({sure})'}"
        low, high = difference["low"], difference["high"]
        shown.append(Bar(label, difference["mean"], text, low, high, one["significant"]))
    about = [f"<p>{escape(words('contrast_about'))}</p>"]
    if contrast["few"]:
        about.append(f'<p class="rehearsal-warning">{escape(words("few", seasons=contrast["seasons"]))}</p>')
    if not any(one["significant"] for one in contrast["differences"]):
        about.append(f"<p><strong>{escape(words('none_sure'))}</strong></p>")
    asked = [bar for bar, one in zip(shown, contrast["differences"], strict=True)
             if one["measure"] in contrast["asked"] or one["measure"].startswith("milestone.")]  # fmt: skip
    moved = [*asked, *(bar for bar in shown if bar.strong and bar not in asked)][:_MOST_ROWS]
    first, second = words.half(contrast["first"]), words.half(contrast["second"])
    heads = [words("measure"), first, second, words("difference"), "p", ""]
    title = words("contrast", first=first, second=second)
    found = ", ".join(f"{bar.label} {bar.text}" for bar in moved if bar.strong) or words("none_sure")
    chart = f"<figure>{differences(moved, words('difference'), found)}</figure>" if moved else ""
    return _section(title, "".join(about) + chart + _folded(words("all_figures"), _table(title, heads, rows)))


def _teams(words: Words, plan: Result) -> str:
    teams = [team for team in plan["teams"] if team["done"] or team["planned"]]
    if not teams:
        return ""
    rows = [
        [
            escape(_team(words, team)) + ("" if team["planned"] else f" <small>{escape(words('unplanned'))}</small>"),
            _staff(words, team), str(team["done"]), _mean(team["wait"], words.span),
            words.span(team["waited"]["p90"]), _mean(team["busy"], words.share, 1),
            _mean(team["deadlines"], words.share, 1), str(team["most_waiting"]),
        ]
        for team in teams
    ]  # fmt: skip
    heads = [
        words("team"), words("people"), words("done"), words("wait"), words("p90"), words("busy"), words("kept"),
        words("longest_queue"),
    ]  # fmt: skip
    queued = [(_team(words, team), team["queue"]) for team in teams if any(team["queue"])]
    busy = [
        Bar(
            _team(words, team), one["mean"], words.share(one["mean"]),
            None if one["low"] is None else max(0, one["low"]), None if one["high"] is None else min(1, one["high"]),
        )
        for team in teams
        if (one := team["busy"]) is not None and one["mean"] >= _LEAST_BUSY
    ]  # fmt: skip
    busiest = max(busy, key=lambda bar: bar.value, default=None)
    longest = max(queued, key=lambda one: max(one[1]), default=None)
    figures = [
        queues(
            queued[:_MOST_ROWS], words("queues"), (words("begins"), words("ends")),
            words("queues_told", team=longest[0], peak=f"{max(longest[1]):.2f}"),
        ) if longest else "",
        bars(busy[:_MOST_ROWS], words("busy_chart"), 1.0, words("busy_told", team=busiest.label, share=busiest.text))
        if busiest else "",
    ]  # fmt: skip
    shown = "".join(f"<figure>{figure}</figure>" for figure in figures if figure)
    named = [row for row, team in zip(rows, teams, strict=True) if team["planned"]]
    others = [row for row, team in zip(rows, teams, strict=True) if not team["planned"]]
    table = _table(words("teams"), heads, named) if named else ""
    if others and not named:
        table = _table(words("teams"), heads, others)
    elif others:
        title = words("unplanned_teams", count=len(others))
        table += _folded(title, _table(title, heads, others))
    return _section(words("teams"), table + shown)


def _what_if(words: Words, result: Result) -> str:
    if not result["what_if"]:
        return ""
    title = f"{words('what_if')}: {words('all_figures')}"
    names = {team["id"]: _team(words, team) for team in result["plan"]["teams"]}
    rows: list[list[str]] = []
    short: list[list[str]] = []
    for one in result["what_if"]:
        for key, word in (("1", "more"), ("-1", "fewer")):
            told = one["more"][key]
            most = strongest(result, told["differences"])
            for each in told["differences"]:
                label, form, apart = _measure(words, result, each["measure"])
                sure = words("sure") if each["significant"] else words("not_sure")
                rows.append([
                    escape(names.get(one["team"], one["team"])), escape(words(word, **unit_of(told, words))),
                    escape(label), form(each["first"]), form(each["second"]), _range(each["difference"], apart),
                    f"<strong>{sure}</strong>" if each["significant"] else f"<small>{sure}</small>",
                ])  # fmt: skip
                if each is most:
                    short.append(rows[-1])
    heads = [
        words("team"), words("change"), words("measure"), words("was"), words("is"), words("difference"), "",
    ]  # fmt: skip
    cases = max(told["cases"] for one in result["what_if"] for told in one["more"].values())
    about = f"<p>{escape(words('what_if_about', cases=cases))}</p>"
    shown = _table(words("what_if"), heads, short)
    return _section(words("what_if"), about + shown + _folded(words("all_figures"), _table(title, heads, rows)))


def _heat(words: Words, plan: Result, xml: bytes | None) -> str:
    elements = {one["element"]: one for one in plan["elements"]}
    most = max((one["seconds_per_case"] for one in elements.values()), default=0)
    looks = {
        name: Look(
            style=f"heat-{magnitude_of(one['seconds_per_case'], most)}",
            badge=words.span(one["seconds_per_case"]) if one["seconds_per_case"] >= 60 else "",
        )
        for name, one in elements.items()
        if one["seconds_per_case"] > 0
    }
    drawn = draw_diagram(xml, words("heat"), looks) if xml is not None else None
    if drawn is None:
        return ""
    longest = sorted(elements.values(), key=lambda one: -one["seconds_per_case"])[:_MOST_LONGEST]
    rows = [
        [escape(words.name(one["name"], one["element"])), words.span(one["seconds_per_case"]), str(one["visits"]),
         words.span(one["mean_seconds"])]
        for one in longest if one["seconds_per_case"] > 0
    ]  # fmt: skip
    heads = [words("element"), words("per_case"), words("visits"), words("per_visit")]
    title = words("longest", count=len(rows))
    table = _folded(title, _table(title, heads, rows))
    return _section(
        words("heat"),
        f"<p>{escape(words('heat_about'))}</p>" + _scrolled("rehearsal-diagram", words("heat"), drawn) + table,
    )


def _tasks(words: Words, plan: Result) -> str:
    rows = [
        [
            escape(words.name(task["name"], task["element"])), str(task["created"]), str(task["done"]),
            str(task["withdrawn"]), words.span(task["waited"]["average"]), words.span(task["waited"]["p90"]),
            words.span(task["lasted"]["average"]), words.span(task["lasted"]["p90"]),
            words.share(task["met"] / (task["met"] + task["missed"]) if task["met"] + task["missed"] else None),
        ]
        for task in plan["tasks"]
    ]  # fmt: skip
    heads = [
        words("task"), words("created"), words("done"), words("withdrawn"), f"{words('waited')}, {words('mean')}",
        words("p90"), f"{words('lasted')}, {words('mean')}", words("p90"), words("kept"),
    ]  # fmt: skip
    return _section(words("tasks"), _folded(words("all_figures"), _table(words("tasks"), heads, rows))) if rows else ""


def _calibration(words: Words, result: Result) -> str:
    told = result.get("calibration")
    if not told:
        return ""
    rows = [
        [
            escape(words.name(one["name"], one["element"])), escape(words(f"past.{one['what']}")), str(one["count"]),
            escape(one["taken"] or "–"), "–" if one["distance"] is None else f"{one['distance']:.3f}",
            escape(words(f"verdict.{one['verdict']}")),
        ]
        for one in told["fits"]
    ]  # fmt: skip
    heads = [words("element"), "", words("count"), words("taken"), words("fit"), ""]
    about = words("calibration_about", cases=told["cases"])
    return _section(words("calibration"), f"<p>{escape(about)}</p>" + _table(words("calibration"), heads, rows))


def _remarks(words: Words, plan: Result) -> str:
    if not plan["remarks"]:
        return ""
    rows = "".join(
        f"<li>{escape(text)} <small>{escape(words('times', count=count))}</small></li>"
        for text, count in list(plan["remarks"].items())[:_MOST_ROWS]
    )
    return _section(words("remarks"), f"<p>{escape(words('remarks_about'))}</p><ul>{rows}</ul>")


# ---- words
def _measure(words: Words, result: Result, name: str) -> tuple[str, Callable[[Any], str], Callable[[Any], str]]:
    """What a figure is called, how its values are written, and how differences are."""
    kind, _, of = name.partition(".")
    teams = {team["id"]: _team(words, team) for team in result["plan"]["teams"]}
    stones = {one["id"]: words.name(one["name"], one["id"]) for one in result["plan"]["milestones"]}
    label = words(f"m.{kind}", name=teams.get(of) or stones.get(of) or of)
    if kind in _SHARES:
        return label, words.share, words.points
    return label, words.span, words.span


def _staff(words: Words, team: Result) -> str:
    """How many people there are, or crews of several."""
    if team["crew_size"] == 1:
        return str(team["people"])
    return escape(words("unit_crews", crews=team["crews"], size=team["crew_size"]))


def _team(words: Words, team: Result) -> str:
    return words.name(team["name"], team["id"])


def _state(words: Words, state: str) -> str:
    known = ("completed", "terminated", "cancelled", "active", "refused", "circling")
    return words(state) if state in known else state


def _mean(told: Result | None, form: Callable[[Any], str], most: float | None = None) -> str:
    """A mean with its range, as far as such values can be: nothing takes less than no time, no share is above all."""
    if told is None or told["low"] is None:
        return _range(told, form)
    high = told["high"] if most is None else min(most, told["high"])
    return _range({**told, "low": max(0.0, told["low"]), "high": high}, form)


def _range(told: Result | None, form: Callable[[Any], str]) -> str:
    """A mean with its range."""
    if told is None:
        return "–"
    if told["low"] is None:
        return form(told["mean"])
    return f'{form(told["mean"])} <span class="quiet">({form(told["low"])} … {form(told["high"])})</span>'


# ---- shapes
def _section(title: str, inside: str) -> str:
    return f'<section class="rehearsal-part"><h2>{escape(title)}</h2>{inside}</section>'


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{escape(title)}</summary>{inside}</details>"


def _table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells are HTML already, headings are not; the first cell of a row names it. Scrolls where it is too wide."""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    return _scrolled("rehearsal-table", title, f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _scrolled(kind: str, title: str, inside: str) -> str:
    """Within reach of the keyboard, and with a name."""
    return f'<div class="{kind}" tabindex="0" role="region" aria-label="{escape(title)}">{inside}</div>'
