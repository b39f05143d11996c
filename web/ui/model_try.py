"""Trying a draft: made-up answers on the real engine, in a place of its own that leaves no trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.forms import check
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.model_changes import get_model
from web.presenters.model_try import form_of_trial, person_who_acts, start_page, trial_names, trial_page
from web.presenters.names import in_language
from web.presenters.samples import sample_files
from web.presenters.times import instant, zone
from workflow_engine import (
    OPERATOR,
    EngineError,
    InvalidVariablesError,
    TryOuts,
    parse_json,
    read_alert_file,
)

blueprint = Blueprint("models_try", __name__, url_prefix="/models/try")
LONGEST_ALERT = 1024 * 1024


@blueprint.get("")
@requires("deploy_models")
def begin_page() -> str:
    """How the case is to start."""
    return _begin_page()


@blueprint.post("")
@requires("deploy_models")
def begin() -> Answer:
    """Start the case in a place of its own."""
    keep_input(_begin_page)
    actor = current_actor()
    files, origin = _chosen_files()
    name, alert = _alert()
    start: dict[str, Any]
    if alert is not None:
        start = {"alert": f"../alerts/{name}"}
    else:
        start = {"variables": _json_field("variables"), "title": request.form.get("title", "").strip() or None}
        if request.form.get("element"):
            start["element"] = request.form["element"]
    trial_id = _tries().begin(
        actor.actor_id, files, title=origin["title"], origin=origin, start=_without_nothing(start),
        now=_clock_start(alert), product=engine().queries, alert=alert,
    )  # fmt: skip
    return redirect(url_for("models_try.page", trial_id=trial_id), 303)


@blueprint.get("/<trial_id>")
@requires("deploy_models")
def page(trial_id: str) -> str:
    """Where the case stands, and everything that can be done now."""
    return _page(trial_id)


@blueprint.get("/<trial_id>/diagram.bpmn")
@requires("deploy_models")
def xml(trial_id: str) -> Response:
    """The diagram's source with its names in the visitor's language."""
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        definition = trial.queries.get_definition(trial.state.definition_id)
        return Response(trial_names(trial).translate(definition.bpmn_xml), mimetype="application/xml")


@blueprint.post("/<trial_id>/task")
@requires("deploy_models")
def complete(trial_id: str) -> Answer:
    """Somebody completes a task."""
    user_task_id = request.form.get("user_task_id", "")
    typed = MultiDict(request.form.items(multi=True))
    keep_input(lambda error: _page(trial_id, error, typed))
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        task = trial.queries.get_user_task(user_task_id, OPERATOR)
        submission = check(form_of_trial(task, trial), typed, zone(), task.variables, trial.now)
        if submission.errors:
            raise InvalidVariablesError("Expected values that fit the form, but some do not.", submission.errors)
        actor, who = person_who_acts(request.form.get("as", ""), request.form.get("other", ""), task)
        trial.complete(user_task_id, actor, who, submission.values)
    return _back(trial_id)


@blueprint.post("/<trial_id>/vote")
@requires("deploy_models")
def vote(trial_id: str) -> Answer:
    """A voter votes."""
    said = request.form
    keep_input(lambda error: _page(trial_id, error))
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        trial.vote(
            said.get("user_task_id", ""), said.get("voter", ""), said.get("choice", ""),
            said.get("reason", "").strip(), said.get("item", ""),
        )  # fmt: skip
    return _back(trial_id)


@blueprint.post("/<trial_id>/time")
@requires("deploy_models")
def time(trial_id: str) -> Answer:
    """Jump to the next timer, or let a duration pass."""
    keep_input(lambda error: _page(trial_id, error))
    duration = request.form.get("duration", "").strip().upper()
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        if duration:
            trial.wait(duration)
        else:
            trial.jump()
    return _back(trial_id)


@blueprint.post("/<trial_id>/send")
@requires("deploy_models")
def send(trial_id: str) -> Answer:
    """A message, a signal or an alert comes in."""
    keep_input(lambda error: _page(trial_id, error))
    kind, name = request.form.get("kind", ""), request.form.get("name", "")
    alert_name, alert = _alert()
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        if kind == "alert":
            if alert is None:
                raise InvalidVariablesError(_("Choose a file."), {"alert": _("Choose a file.")})
            trial.bring(f"../alerts/{alert_name}", alert)
        elif kind == "signal":
            trial.broadcast(name, _json_field("payload"))
        else:
            trial.send(name, _json_field("payload"))
    return _back(trial_id)


@blueprint.post("/<trial_id>/job")
@requires("deploy_models")
def job(trial_id: str) -> Answer:
    """The work outside is done, or goes wrong."""
    keep_input(lambda error: _page(trial_id, error))
    job_id = request.form.get("job_id", "")
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        if request.form.get("outcome") == "error":
            trial.break_job(job_id, request.form.get("code", "").strip())
        else:
            trial.finish_job(job_id, _json_field("payload"))
    return _back(trial_id)


@blueprint.get("/<trial_id>/scenario.json")
@requires("deploy_models")
def scenario(trial_id: str) -> Response:
    """What was done, as a scenario to keep beside the model."""
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        text = json.dumps(trial.scenario("tried_by_hand"), ensure_ascii=False, indent=2, default=str) + "\n"
    answer = Response(text, mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename="scenario.json")
    return answer


@blueprint.post("/<trial_id>/discard")
@requires("deploy_models")
def discard(trial_id: str) -> Answer:
    """End the try; nothing of it is left."""
    _tries().discard(trial_id, current_actor().actor_id)
    flash(_("The try is over; nothing of it is left."), "done")
    return redirect(url_for("models.index"), 303)


def _tries() -> TryOuts:
    tries: TryOuts = current_app.extensions["tries"]
    return tries


def _begin_page(error: EngineError | None = None) -> str:
    files, origin = _chosen_files()
    values = start_page(files, origin, _tries().tries_of(current_actor().actor_id))
    return render_template("pages/model_try_begin.html", **values, error=error, typed=request.form)


def _page(trial_id: str, error: EngineError | None = None, typed: MultiDict[str, str] | None = None) -> str:
    chosen = request.args.get("task") or request.form.get("user_task_id")
    with _tries().open(trial_id, current_actor().actor_id) as trial:
        return render_template("pages/model_try.html", **trial_page(trial_id, trial, chosen, error, typed))


def _back(trial_id: str) -> Answer:
    return redirect(url_for("models_try.page", trial_id=trial_id), 303)


def _chosen_files() -> tuple[Mapping[str, bytes], dict[str, str]]:
    """The files of a working copy or of a version, and where they come from. Raises NotFoundError."""
    work_id = request.values.get("work", "")
    if work_id:
        work = engine().queries.models.get_work(work_id, current_actor())
        title = in_language(work.base_name) or next(iter(work.files), "")
        return work.files, {"work": work_id, "title": title}
    definition = get_model(request.values.get("definition", ""))
    return definition.files, {"definition": definition.definition_id, "title": in_language(definition.name)}


def _alert() -> tuple[str, Mapping[str, Any] | None]:
    """Name and content of the chosen alert. Raises CapError (a RejectedError)."""
    sample = sample_files().get(request.form.get("sample", ""))
    if sample is not None:
        return sample.name, read_alert_file(sample.read_bytes()).alerts[0]
    upload = request.files.get("alert")
    if upload is None or not upload.filename:
        return "", None
    return upload.filename.rpartition("/")[2][:80], read_alert_file(upload.read(LONGEST_ALERT)).alerts[0]


def _clock_start(alert: Mapping[str, Any] | None) -> datetime:
    """When the try's clock stands at first: when the alert was sent, else now."""
    return instant(str((alert or {}).get("sent") or "")) or engine().clock.now()


def _json_field(name: str) -> dict[str, Any]:
    """An object typed as JSON; nothing typed is an empty one. Raises InvalidVariablesError."""
    text = request.form.get(name, "").strip()
    value = parse_json(text) if text else {}
    if not isinstance(value, dict):
        refusal = _("Write an object of JSON, such as {\"amount\": 3}.")
        raise InvalidVariablesError(refusal, {name: refusal})
    return value


def _without_nothing(start: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in start.items() if value is not None}
