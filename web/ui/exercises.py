"""Exercises: planned from a script, conducted from one page, judged; and, on a demo, the show."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import may, requires
from web.presenters import exercises as shown
from web.presenters.exercise_evaluation import LOOKS as RATING_LOOKS
from web.presenters.exercise_evaluation import RATINGS, evaluation_of
from web.ui.requests import command_id, cursor, required_reason, unless_known
from workflow_engine import (
    EVERYBODY_SIMULATED,
    SHOW_BEGINNINGS,
    EndExercise,
    EngineError,
    ExerciseStory,
    InjectNow,
    InvalidVariablesError,
    NotFoundError,
    ObserveExercise,
    PauseExercise,
    PlanExercise,
    SkipInject,
    StartExercise,
    new_id,
    script_of,
    uploaded_script,
)

blueprint = Blueprint("exercises", __name__, url_prefix="/exercises")
MARK = "Liandong-Exercise"
SEE, CONDUCT = "exercise.see", "exercise.conduct"
PAGE_ROWS = 30
_MOVES = {"start": StartExercise, "pause": PauseExercise}


@blueprint.record
def _let_templates_know(setup: BlueprintSetupState) -> None:
    """The board offers the show of a demo too, and every page of an exercise says that it is one."""
    setup.app.jinja_env.globals.update(demo_show=shown.demo_show, drill_case=shown.drill_case)
    setup.app.after_request(_mark)


def _mark(answer: Response) -> Response:
    """What is read of an exercise says so by a header too: parts of pages, lists and files have no room for words."""
    if request.method == "GET" and answer.status_code == 200 and shown.drill_case():
        answer.headers[MARK] = "true"
    return answer


@blueprint.get("")
@requires(SEE)
def index() -> str:
    """Those there are, and the form for another."""
    return _list()


@blueprint.post("")
@requires(CONDUCT)
def plan() -> Response:
    """Make an exercise of a script; it is started on its own page."""
    keep_input(_list)
    process_id, script = _script()
    exercise_id = command_id()[:32]
    command = PlanExercise(
        command_id=command_id(), exercise_id=exercise_id, title=request.form.get("title", ""),
        goal=request.form.get("goal", ""), process_id=process_id, script=script,
        pace=int(request.form.get("pace") or "1") if (request.form.get("pace") or "1").isdigit() else 0,
        simulated=_simulated(),
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The exercise is planned. It begins when you start it."), "done")
    return redirect(url_for("exercises.page", exercise_id=exercise_id), 303)


@blueprint.get("/<exercise_id>")
@requires(SEE)
def page(exercise_id: str) -> str:
    """The controller's page."""
    return _page(exercise_id)


@blueprint.get("/<exercise_id>/live")
@requires(SEE)
def live(exercise_id: str) -> Response:
    """What changes of it."""
    story = engine().queries.exercises.get(exercise_id, current_actor())
    fingerprint = repr((story, int(engine().clock.now().timestamp()) if story.row.state == "running" else 0))
    return unless_known("fragments/exercise_live.html", fingerprint, _values(story))


@blueprint.get("/<exercise_id>/evaluation")
@requires(SEE)
def evaluation(exercise_id: str) -> str:
    """The report, to print."""
    story = engine().queries.exercises.get(exercise_id, current_actor())
    return render_template(
        "pages/exercise_evaluation.html", told=evaluation_of(story), ratings=RATINGS, looks=RATING_LOOKS,
        **_values(story),
    )  # fmt: skip


@blueprint.post("/<exercise_id>/<any(start, pause):move>")
@requires(CONDUCT)
def move(exercise_id: str, move: str) -> Response:
    """Let its clock run, or stand."""
    keep_input(lambda error: _page(exercise_id, error))
    engine().handle(_MOVES[move](command_id=command_id(), exercise_id=exercise_id), current_actor())
    return _back(exercise_id)


@blueprint.post("/<exercise_id>/injects/<int:number>/now")
@requires(CONDUCT)
def inject(exercise_id: str, number: int) -> Response:
    """Bring an inject before its time."""
    keep_input(lambda error: _page(exercise_id, error))
    engine().handle(InjectNow(command_id=command_id(), exercise_id=exercise_id, number=number), current_actor())
    return _back(exercise_id)


@blueprint.post("/<exercise_id>/injects/<int:number>/skip")
@requires(CONDUCT)
def skip(exercise_id: str, number: int) -> Response:
    """Leave an inject out."""
    keep_input(lambda error: _page(exercise_id, error))
    command = SkipInject(command_id=command_id(), exercise_id=exercise_id, number=number, reason=required_reason())
    engine().handle(command, current_actor())
    return _back(exercise_id)


@blueprint.post("/<exercise_id>/notes")
@requires(CONDUCT)
def note(exercise_id: str) -> Response:
    """Keep what somebody saw."""
    keep_input(lambda error: _page(exercise_id, error))
    command = ObserveExercise(
        command_id=command_id(), exercise_id=exercise_id, text=request.form.get("text", "")
    )  # fmt: skip
    engine().handle(command, current_actor())
    return _back(exercise_id)


@blueprint.post("/<exercise_id>/end")
@requires(CONDUCT)
def end(exercise_id: str) -> Response:
    """End it with what is to be learnt."""
    keep_input(lambda error: _page(exercise_id, error))
    command = EndExercise(
        command_id=command_id(), exercise_id=exercise_id, findings=request.form.get("findings", "")
    )  # fmt: skip
    engine().handle(command, current_actor())
    flash(_("The exercise has ended. What still ran of it is cancelled."), "done")
    return _back(exercise_id)


@blueprint.get("/of/<case_id>")
@requires(SEE)
def of_case(case_id: str) -> Response:
    """To the exercise that a case belongs to, or to all where it was begun without one."""
    found = engine().queries.exercises.of_case(engine().queries.get_case(case_id, current_actor()).case.case_id)
    if found is None:
        return redirect(url_for("exercises.index"))
    return redirect(url_for("exercises.page", exercise_id=found.exercise_id))


# ------------------------------------------------------------------------------------------------ the show of a demo
@blueprint.post("/show")
def play() -> Response:
    """Play the gas leak; exists on demos only."""
    _require_demo()
    keep_input(_list)
    beginning = request.form.get("beginning", "alert")
    shown.show().start(beginning, exercise=request.form.get("exercise") == "yes")
    case_id = shown.show().wait_for_case(4.0)
    within_reach = {view.case.case_id for view in engine().queries.emergencies.list(current_actor())}
    if case_id in within_reach:
        return redirect(url_for("emergency.room", case_id=case_id), 303)
    return redirect(url_for("emergency.board"), 303)


@blueprint.post("/show/stop")
def stop_show() -> Response:
    """End it after the present step."""
    _require_demo()
    shown.show().stop()
    return redirect(url_for("exercises.show_page"), 303)


@blueprint.get("/show")
def show_page() -> str:
    """How far the show is."""
    _require_demo()
    return render_template("pages/show.html", show=shown.show(), beginnings=SHOW_BEGINNINGS)


@blueprint.get("/show/live")
def show_live() -> Response:
    """The same, for the page to look again; ``brief`` is the line on top of the board."""
    _require_demo()
    part = "show_brief" if request.args.get("brief") else "show_live"
    return unless_known(f"fragments/{part}.html", repr(shown.show().state), {"show": shown.show()})


def _require_demo() -> None:
    if shown.demo_show() is None:
        raise NotFoundError("Expected a demo with a show, but this is none.")


# ------------------------------------------------------------------------------------------------ inside
def _list(error: EngineError | None = None) -> str:
    page_of = engine().queries.exercises.page(current_actor(), cursor(), PAGE_ROWS)
    return render_template(
        "pages/exercises.html", rows=page_of.items, next_cursor=page_of.next_cursor, after=cursor(), words=shown,
        scripts=[(one.key, shown.script_name(one)) for one in shown.scripts()], may_conduct=may(CONDUCT),
        show=shown.demo_show(), command_id=new_id,
        typed=request.form, **_wrong(error),
    )  # fmt: skip


def _page(exercise_id: str, error: EngineError | None = None) -> str:
    story = engine().queries.exercises.get(exercise_id, current_actor())
    return render_template(
        "pages/exercise.html", typed=request.form, **_values(story), **_wrong(error)
    )  # fmt: skip


def _values(story: ExerciseStory) -> dict[str, Any]:
    return {
        "story": story, "row": story.row, "words": shown, "may_conduct": may(CONDUCT), "command_id": new_id,
        "second": story.running.seconds(engine().clock.now()), "open_tasks": shown.open_tasks(story),
        "course": shown.course(story, lambda task_id: url_for("tasks.page", user_task_id=task_id)),
    }  # fmt: skip


def _wrong(error: EngineError | None) -> dict[str, Any]:
    """Problems at their fields, with the engine's own words where ours would say less."""
    wrong = error.problems if isinstance(error, InvalidVariablesError) else {}
    problems = {}
    for where, why in wrong.items():
        field = where.partition("[")[0]
        ours = _(shown.PROBLEMS[field]) if field in shown.PROBLEMS else ""
        kept = "script" if field in ("injects", "answers", "expected") else field
        problems[kept] = f"{ours or _(shown.PROBLEMS['script'])}: {why}" if kept == "script" else ours or why
    return {"problems": problems, "error": None if problems else error}


def _back(exercise_id: str) -> Response:
    return redirect(url_for("exercises.page", exercise_id=exercise_id), 303)


def _script() -> tuple[str, dict[str, Any]]:
    """Of the files that were sent, else the one that was chosen. Raises InvalidVariablesError."""
    files = {one.filename: one.read() for one in request.files.getlist("files") if one.filename}
    if files:
        return uploaded_script(files)
    for one in shown.scripts():
        if one.key == request.form.get("script"):
            return script_of(one.path)
    raise InvalidVariablesError("Expected a script.", {"script": _("choose one, or send its files")})


def _simulated() -> tuple[str, ...]:
    who = request.form.get("who", "nobody")
    if who == "everybody":
        return (EVERYBODY_SIMULATED,)
    named = request.form.get("groups", "") if who == "some" else ""
    return tuple(word.strip() for word in named.replace("，", ",").split(",") if word.strip())
