"""``rehearse``: a process played many times over, with simulated people and a clock that runs ahead."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from workflow_engine import OPERATOR, DefinitionRow, Engine, Queries, Settings, guessed_plan, open_engine
from workflow_engine.cli.asking import existing, opened
from workflow_engine.cli.output import Output, json_text, table
from workflow_engine.demo.load import load_organisation, read_process, release_process, with_called
from workflow_engine.domain.timing import parse_instant
from workflow_engine.interchange.rehearsal_answers import answers
from workflow_engine.interchange.rehearsal_report import report_file
from workflow_engine.interchange.rehearsal_words import Words
from workflow_engine.rehearsal.fitting import FEWEST, PastTask, calibrated
from workflow_engine.rehearsal.guessing import FILE as GUESS
from workflow_engine.rehearsal.plan import MOST_CASES, PlanError
from workflow_engine.rehearsal.plan_files import read_document, settle
from workflow_engine.rehearsing import City, Wish, city_of, element_words, made_city, read_plan, rehearse

_SHIPPED = Path(__file__).resolve().parents[2] / "processes"
_FOR_ALL = "all"


@click.command("rehearse")
@click.argument("process", metavar="PROCESS")
@click.option("--scenario", "file", metavar="FILE", help="The plan; a plain scenario will do. None: it is guessed.")
@click.option(
    "--cases",
    type=click.IntRange(1, MOST_CASES),
    default=200,
    show_default=True,
    help="How many; rounded up to whole seasons of the plan.",
)
@click.option("--seed", type=click.IntRange(0, 2**62), default=1, show_default=True, help="The same: the same result.")
@click.option("--compare", metavar="FILE", help="Another plan, played under the same luck.")
@click.option(
    "--what-if",
    "what_if",
    metavar="TEAM",
    multiple=True,
    help="Also with one crew (or person) more and one fewer in this team; may be repeated; all: the plan's what_if.",
)
@click.option(
    "--what-if-cases",
    type=click.IntRange(1, MOST_CASES),
    default=100,
    show_default=True,
    help="How many for each of those tries.",
)
@click.option(
    "--precision",
    type=click.FloatRange(0, 50),
    default=0,
    show_default=True,
    metavar="POINTS",
    help="End before all cases are played, once what is asked for is known to so many points of percent; 0: play all.",
)
@click.option("--calibrate-from", "past", metavar="URL", help="Take times from the past cases of this database.")
@click.option("--write-plan", metavar="FILE", help="Keep the plan (calibrated, guessed) with all that it refers to.")
@click.option("--html", metavar="FILE", help="Write a report with charts into one file.")
@click.option("--json", "json_file", metavar="FILE", help="Write the result as JSON; - for standard output.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Of the report.")
@click.option("--processes", type=click.IntRange(1, 64), default=None, help="How many work; default: one per core.")
@click.option("--keep", metavar="FOLDER", help="Keep the database of every season; `audit verify` can check them.")
def rehearsal(
    process: str, file: str | None, cases: int, seed: int, compare: str | None, what_if: tuple[str, ...],
    what_if_cases: int, precision: float, past: str | None, write_plan: str | None, html: str | None,
    json_file: str | None, language: str, processes: int | None, keep: str | None,
) -> None:  # fmt: skip
    """Play PROCESS many times with simulated people, on the real engine in virtual time.

    PROCESS is a folder, which is played in the made-up city, or the id of a released process, which is played with the
    people of the settings' database; nothing there is changed. `docs/rehearsal.md` says what stands in a plan.
    """
    document = read_document(existing(file)) if file is not None else _guessed(process)
    against = None if compare is None else (read_document(existing(compare)), Path(compare).name)
    calibration = None
    with _city(process, document) as (city, where):
        if past is not None:
            document, calibration = _calibrated(document, past, city)
        if write_plan is not None:
            Path(write_plan).write_text(json_text(document) + "\n", encoding="utf-8")
        wish = Wish(
            document=document, file=Path(file or GUESS).name, cases=cases, seed=seed, against=against,
            what_if=None if what_if in ((), (_FOR_ALL,)) else what_if, what_if_cases=what_if_cases if what_if else 0,
            precision=precision / 100, processes=processes or os.cpu_count() or 1,
            keep=None if keep is None else Path(keep),
        )  # fmt: skip
        plan = read_plan(city, document, wish.file)
        _require_same(plan.process_id, city)
        _require_teams(wish, [team.team_id for team in plan.teams])
        begun = time.monotonic()
        quiet = Output(as_json=json_file == "-")
        with quiet.remaining("rehearsing") as played:
            result = rehearse(city, wish, played)
        seconds = time.monotonic() - begun
        if calibration is not None:
            result["calibration"] = calibration
        _write(result, city, html, json_file, language)
    if json_file != "-":
        for line in _told(result, Words(language), where, seconds):
            click.echo(line)


def _guessed(process: str) -> dict[str, Any]:
    """A first plan, of the folder of the process, or of what is released with its shipped scenarios if any."""
    folder = Path(process)
    if folder.is_dir():
        return _settled(folder.resolve(), read_process(folder.resolve()), folder.resolve().name)
    with opened() as engine:
        row = _released(engine, process)
        files = {} if row is None else engine.queries.get_definition(row.definition_id).files
    return _settled(_SHIPPED / process, files, process)


def _settled(folder: Path, files: Mapping[str, bytes], process_id: str) -> dict[str, Any]:
    there = folder if folder.is_dir() else None
    return settle(guessed_plan(process_id, files, there), GUESS, folder / "rehearsals", None)


def _released(engine: Engine, process_id: str) -> DefinitionRow | None:
    rows = engine.queries.list_definitions()
    return next((one for one in rows if one.process_id == process_id and one.state == "released"), None)


# ---- the city
@contextmanager
def _city(process: str, document: Mapping[str, Any]) -> Iterator[tuple[City, str]]:
    """The city that a rehearsal is played in, and what to say about it."""
    at = _start_at(document)
    folder = Path(process)
    if folder.is_dir():
        with _made_up(folder.resolve(), at) as city:
            yield city, f"{folder.name} as in its folder, in the made-up city"
        return
    with opened() as engine:
        row = _released(engine, process)
        if row is not None:
            files = engine.queries.get_definition(row.definition_id).files
            with city_of(engine.queries, files, at) as city:
                yield city, f"{process} version {row.version}, with the people of the database"
            return
    shipped = f"; its shipped folder is {_SHIPPED / process}" if (_SHIPPED / process).is_dir() else ""
    raise click.UsageError(f"Expected a folder or the id of a released process, but {process!r} is neither{shipped}.")


@contextmanager
def _made_up(folder: Path, at: datetime) -> Iterator[City]:
    def make(engine: Engine) -> None:
        load_organisation(engine)
        for one in with_called(folder):
            release_process(engine, one)

    with made_city(make, read_process(folder), at) as city:
        yield city


def _start_at(document: Mapping[str, Any]) -> datetime:
    try:
        return parse_instant(str(document.get("start_at"))).astimezone(UTC)
    except ValueError:
        return datetime(2026, 1, 1, tzinfo=UTC)  # Refused with its place when the plan is read.


def _require_same(process_id: str, city: City) -> None:
    marked = f'id="{process_id}"'.encode()
    if not any(marked in content for name, content in city.models[0].items() if name.endswith(".bpmn")):
        raise PlanError(f"The plan is for the process {process_id}, but that is not in the model that is rehearsed.")


def _require_teams(wish: Wish, known: list[str]) -> None:
    for team in wish.what_if or ():
        if team not in known:
            raise click.UsageError(f"Expected --what-if with a team of the plan: {', '.join(known) or 'it has none'}.")


# ---- the past
def _calibrated(document: Mapping[str, Any], url: str, city: City) -> tuple[dict[str, Any], dict[str, Any]]:
    settings = Settings.load(database_url=url if "://" in url else f"sqlite:///{existing(url).resolve()}")
    engine = open_engine(settings)
    try:
        told, what = calibrated(document, *_history(engine.queries, str(document.get("process_id"))))
    finally:
        engine.close()
    if all(one["verdict"] == "too_few" for one in what["fits"]):
        process, most = document.get("process_id"), max(one["count"] for one in what["fits"])
        raise PlanError(
            f"Expected past cases of {process} to calibrate from, with at least {FEWEST} completed tasks of an element "
            f"or {FEWEST + 1} starts, but there are {what['cases']} cases with completed tasks, and at most {most} "
            "times of anything. Exercises do not count."
        )
    words = element_words(city.models)
    for one in what["fits"]:
        one["name"] = words.get(one["element"])
    return told, what


def _history(queries: Queries, process_id: str) -> tuple[list[PastTask], list[datetime]]:
    rows = queries.past_work.tasks(OPERATOR, process_id)
    tasks = [PastTask(row.case_id, row.element_id, row.created_at, row.claimed_at, row.completed_at) for row in rows]
    return tasks, queries.past_work.starts(OPERATOR, process_id)


# ---- telling
def _write(result: Mapping[str, Any], city: City, html: str | None, json_file: str | None, language: str) -> None:
    text = json_text(result) + "\n"
    if json_file == "-":
        click.echo(text, nl=False)
    elif json_file is not None:
        Path(json_file).write_text(text, encoding="utf-8")
    if html is not None:
        xml = next((content for name, content in city.models[0].items() if name.endswith(".bpmn")), None)
        Path(html).write_text(report_file(result, xml, language), encoding="utf-8")


def _told(result: Mapping[str, Any], words: Words, where: str, seconds: float) -> Iterator[str]:
    plan = result["plan"]
    rate = plan["cases"] * 60 / seconds if seconds else 0
    yield f"{where}: {words('played', cases=plan['cases'], seasons=plan['seasons'], seed=result['seed'])}"
    yield f"{plan['commands']} commands; {seconds:.1f} s in all, {rate:.0f} cases of this plan per minute."
    found = answers(result, words)
    yield ""
    yield found.first
    yield from found.others
    yield ""
    ends = ", ".join(f"{state} {count}" for state, count in plan["states"].items())
    yield f"{words('states')}: {ends}. {words('deadlines')}: {_mean(plan['deadlines']['share'], words.share)}"
    yield ""
    yield from table(
        (words("milestones"), words("mean"), words("median"), words("p90"), words("share"), words("reached")),
        (
            (words.name(one["name"], one["id"]), _mean(one["mean"], words.span), words.span(one["median"]),
             words.span(one["p90"]), _mean(one["within"], words.share), one["reached"])
            for one in plan["milestones"]
        ),
    )  # fmt: skip
    yield ""
    heads = ("team", "people", "done", "wait", "busy", "kept", "longest_queue")
    yield from table(
        [words(head) for head in heads],
        (
            (words.name(team["name"], team["id"]), team["people"], team["done"], _mean(team["wait"], words.span),
             _mean(team["busy"], words.share), _mean(team["deadlines"], words.share), team["most_waiting"])
            for team in plan["teams"] if team["done"] or team["planned"]
        ),
    )  # fmt: skip
    yield from _told_differences(result, words)
    yield from _told_calibration(result, words)
    for text, count in plan["remarks"].items():
        yield f"{words('remarks')}: {text} ({words('times', count=count)})"


def _told_calibration(result: Mapping[str, Any], words: Words) -> Iterator[str]:
    """What was taken from the past, and how well it fits."""
    told = result.get("calibration")
    if not told:
        return
    yield ""
    yield words("calibration_about", cases=told["cases"])
    yield from table(
        (words("element"), "", words("count"), words("taken"), words("fit"), ""),
        (
            (words.name(one["name"], one["element"]), words(f"past.{one['what']}"), one["count"], one["taken"],
             one["distance"], words(f"verdict.{one['verdict']}"))
            for one in told["fits"]
        ),
    )  # fmt: skip


def _told_differences(result: Mapping[str, Any], words: Words) -> Iterator[str]:
    contrast = result["contrast"]
    if contrast is None:
        return
    yield ""
    yield words("contrast", first=contrast["first"], second=contrast["second"])
    found = [one for one in contrast["differences"] if one["significant"]]
    for one in found:
        difference = one["difference"]
        ends = f"{difference['low']:.6g} … {difference['high']:.6g}"
        yield f"  {one['measure']}: {one['first']:.6g} → {one['second']:.6g} ({difference['mean']:+.6g}; {ends})"
    if not found:
        yield f"  {words('none_sure')}"
    elif len(found) < len(contrast["differences"]):
        yield f"  {len(contrast['differences']) - len(found)} others: {words('not_sure')}."


def _mean(told: Mapping[str, Any] | None, form: Any) -> str:
    if told is None:
        return "–"
    if told["low"] is None:
        return str(form(told["mean"]))
    return f"{form(told['mean'])} ± {form((told['high'] - told['low']) / 2)}"
