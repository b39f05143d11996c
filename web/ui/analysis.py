"""For auditors: what steps cost over many cases, ways that cases took, samples to inspect, questions to departments."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.csv_files import csv_answer
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.analysis import choices, read_look, require_look, steps_page, title_of
from web.presenters.analysis_paths import KINDS, criteria_words, ways_page
from web.presenters.case_lines import case_lines
from web.presenters.names import in_language, names_of
from web.presenters.people import actor_name, group_name
from web.presenters.times import exact
from web.ui.requests import command_id, cursor, one_of
from workflow_engine import AskDepartment, DrawSample, InvalidVariablesError, new_id

blueprint = Blueprint("analysis", __name__, url_prefix="/analysis")
PAGE_ROWS = 50


@blueprint.get("")
@requires("analysis.see")
def page() -> str:
    """The heat map and the tables of steps and departments."""
    look = read_look()
    if look is None:
        return render_template("pages/analysis.html", look=None)
    return render_template("pages/analysis.html", tab="steps", **steps_page(look))


@blueprint.get("/steps.csv")
@requires("analysis.see")
def steps_csv() -> Response:
    """The figures of the steps by department, exact, for a spreadsheet."""
    look = require_look()
    names = names_of(look.drawn.definition_id)
    head = (
        "element", "name", "department", "count", "cancelled", "mean_seconds", "mean_wait_seconds", "longest_seconds",
        "done_late", "returns", "open_now", "open_overdue",
    )  # fmt: skip
    rows = (
        (
            step.element_id, names.element(step.element_id), group_name(step.unit) if step.unit else "", step.count,
            step.cancelled, f"{step.mean_seconds:.0f}", f"{step.mean_waited:.0f}", step.longest, step.overdue,
            step.returned, step.open_now, step.open_overdue,
        )
        for step in engine().queries.analysis.steps(current_actor(), look.scope(), by_unit=True)
    )  # fmt: skip
    return csv_answer(f"steps-{look.process_id}", head, rows)


@blueprint.get("/visits")
@requires("analysis.see")
def visits() -> str:
    """From a figure to its cases: the longest visits of a step."""
    look = require_look()
    element_id = request.args.get("element", "")[:200]
    which = one_of("which", ("overdue", "returned"), "")
    rows = engine().queries.analysis.visits(current_actor(), look.scope(), element_id, only=which or None)
    return render_template(
        "pages/analysis_visits.html", tab="steps", rows=rows, element_id=element_id, which=which,
        element=names_of(look.drawn.definition_id).element(element_id), title_of=title_of, in_language=in_language,
        group_name=group_name, **choices(look),
    )  # fmt: skip


@blueprint.get("/paths")
@requires("analysis.see")
def paths() -> str:
    """The ways that ended cases took, and how they differ."""
    return render_template("pages/analysis_paths.html", tab="paths", **ways_page(require_look()))


@blueprint.get("/paths.csv")
@requires("analysis.see")
def paths_csv() -> Response:
    """The ways for a spreadsheet."""
    look = require_look()
    found = ways_page(look)["ways"]
    head = ("cases", "share", "steps", "against_the_usual_way", "against_the_model", "example")
    rows = (
        (
            way.row.count, f"{way.row.share:.4f}", " > ".join(way.steps), "; ".join(way.usual), "; ".join(way.model),
            way.row.example,
        )
        for way in found
    )  # fmt: skip
    return csv_answer(f"paths-{look.process_id}", head, rows)


@blueprint.get("/paths/<variant>")
@requires("analysis.see")
def variant(variant: str) -> str:
    """The cases that went one way."""
    look = require_look()
    found = engine().queries.paths.cases_of_variant(current_actor(), look.scope(), variant, cursor(), PAGE_ROWS)
    values = ways_page(look)
    way = next((way for way in values["ways"] if way.row.variant == variant), None)
    return render_template(
        "pages/analysis_way.html", tab="paths", lines=case_lines(found.items), next_cursor=found.next_cursor,
        after=cursor(), variant=variant, way=way, **choices(look),
    )  # fmt: skip


@blueprint.get("/samples")
@requires("analysis.see")
def samples() -> str:
    """Samples that were drawn, and the form to draw one."""
    return _samples()


@blueprint.post("/samples")
@requires("inspection.do")
def draw() -> Answer:
    """Draw by lot; the seed is the engine's and stays on the record."""
    look = require_look()
    keep_input(_samples)
    size = request.form.get("size", "").strip()
    if not size.isdecimal() or len(size) > 4:
        raise InvalidVariablesError("Expected a number.", {"size": _("Give a number of cases.")})
    scope = look.scope()
    command = DrawSample(
        command_id=command_id(), sample_id=new_id(), process_id=look.process_id, since=scope.since.isoformat(),
        until=scope.until.isoformat(), size=int(size), kind=request.form.get("kind", "any"), unit=scope.unit,
        definition_id=scope.definition_id,
    )  # fmt: skip
    receipt = engine().handle(command, current_actor())
    flash(_("The sample is drawn and on the record."), "done")
    return redirect(url_for("analysis.sample", sample_id=receipt.result["sample_id"]), 303)


@blueprint.get("/samples/<sample_id>")
@requires("analysis.see")
def sample(sample_id: str) -> str:
    """One sample with its cases and what is needed to draw it again."""
    row, cases = engine().queries.paths.get_sample(current_actor(), sample_id)
    return render_template(
        "pages/analysis_sample.html", tab="samples", row=row, lines=case_lines(cases), look=read_look(),
        words=criteria_words(row.criteria), kinds=KINDS, hidden=len(row.cases) - len(cases),
    )  # fmt: skip


@blueprint.get("/samples/<sample_id>.csv")
@requires("analysis.see")
def sample_csv(sample_id: str) -> Response:
    """The cases of a sample for a spreadsheet, in the order of drawing."""
    row, cases = engine().queries.paths.get_sample(current_actor(), sample_id)
    head = ("case", "number", "title", "state", "started", "ended")
    rows = (
        (
            case.case_id, case.business_key, in_language(case.title), case.state, exact(case.started_at),
            exact(case.ended_at) if case.ended_at else "",
        )
        for case in cases
    )  # fmt: skip
    return csv_answer(f"sample-{row.sample_id}", head, rows)


@blueprint.get("/questions")
@requires("analysis.see")
def questions() -> str:
    """What departments were asked and what they answered; with ``case`` about one case, and a form to ask."""
    return _questions()


@blueprint.get("/questions/about/<case_id>")
@requires("analysis.see")
def about(case_id: str) -> Answer:
    """From the page of a case to the questions about it."""
    return redirect(url_for("analysis.questions", case=case_id), 302)


@blueprint.post("/questions")
@requires("inspection.do")
def ask() -> Answer:
    """Put a question to a department: a task of theirs."""
    keep_input(_questions)
    about = request.form.get("case", "")[:64]
    days = request.form.get("days", "").strip()
    command = AskDepartment(
        command_id=command_id(), question_case_id=new_id(), about_case_id=about,
        group_id=request.form.get("group", "")[:200], question=request.form.get("question", ""),
        days=int(days) if days.isdecimal() and len(days) < 4 else 0,
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The question is with the department."), "done")
    return redirect(url_for("analysis.questions", case=about), 303)


def _samples(error: Any = None) -> str:
    look = require_look()
    found = engine().queries.paths.list_samples(current_actor(), cursor(), PAGE_ROWS)
    return render_template(
        "pages/analysis_samples.html", tab="samples", rows=found.items, next_cursor=found.next_cursor, after=cursor(),
        kinds=KINDS, criteria_words=criteria_words, actor_name=actor_name, error=error, problems=_problems(error),
        **choices(look),
    )  # fmt: skip


def _questions(error: Any = None) -> str:
    about_id = (request.args.get("case") or request.form.get("case", ""))[:64]
    about = engine().queries.get_case(about_id, current_actor()) if about_id else None
    found = engine().queries.paths.questions(current_actor(), about_id or None, cursor(), PAGE_ROWS)
    groups = [(row.group_id, group_name(row.group_id)) for row in engine().queries.list_groups()]
    return render_template(
        "pages/analysis_questions.html", tab="questions", rows=found.items, next_cursor=found.next_cursor,
        after=cursor(), about=case_lines([about.case])[0] if about else None, about_id=about_id, groups=groups,
        group_name=group_name, in_language=in_language, look=read_look(), error=error, problems=_problems(error),
        typed=request.form,
    )  # fmt: skip


def _problems(error: Any) -> dict[str, str]:
    return dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
