"""Models: what is deployed, who put it there, who released it; upload with all problems at once; release by another."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.model_changes import (
    compare,
    get_model,
    release_page,
    released_beside,
    side_of_version,
    side_of_work,
    versions_of,
)
from web.presenters.model_page import model_list, model_page, work_list
from web.presenters.names import names_of
from web.static_files import YEAR_SECONDS
from web.ui.model_files import uploaded, zipped
from web.ui.requests import command_id
from workflow_engine import (
    DefinitionError,
    DeployDefinition,
    EngineError,
    InvalidVariablesError,
    KeepModelWork,
    ReleaseDefinition,
    RetireDefinition,
    StaleVersionError,
    check_model,
    is_model,
    new_id,
)

blueprint = Blueprint("models", __name__)


@blueprint.get("/models")
@requires("see_models")
def index() -> str:
    """Every process with its versions."""
    return _index()


@blueprint.post("/models")
@requires("deploy_models")
def deploy() -> Answer:
    """Store the uploaded files as one version; refused ones are kept as a working copy, to be mended here."""
    keep_input(_index)
    files = uploaded()
    if not any(is_model(name, content) for name, content in files.items()):
        raise InvalidVariablesError(_("Choose a BPMN file."), {"files": _("Choose a BPMN file.")})
    check = check_model(files)
    if any(problem.code == "files_refused" for problem in check.problems):
        raise DefinitionError(check.problems[0].message, check.problems)
    if not check.ok:
        work_id = new_id()
        engine().handle(KeepModelWork(command_id=command_id(), work_id=work_id, files=files), current_actor())
        flash(_("The model was refused. What you uploaded is kept here: mend it and try again."), "refused")
        return redirect(url_for("models_work.page", work_id=work_id), 303)
    receipt = engine().handle(DeployDefinition(command_id=command_id(), files=files), current_actor())
    if receipt.result["created"]:
        flash(_("The model is stored as a draft. Another person releases it."), "done")
    else:
        flash(_("This very content is stored already; here it is."), "info")
    return redirect(url_for("models.page", definition_id=str(receipt.result["definition_id"])), 303)


@blueprint.get("/models/<definition_id>")
@requires("see_models")
def page(definition_id: str) -> str:
    """One version: diagram with problems pinned on, notes, files."""
    return _page(definition_id)


@blueprint.get("/models/<definition_id>/diagram.bpmn")
def xml(definition_id: str) -> Response:
    """The diagram's source with its names in the visitor's language. It never changes, so the browser may keep it.

    Who sees no models names the case on whose page it is.
    """
    definition = engine().queries.models.get_drawn(definition_id, current_actor(), request.args.get("case"))
    answer = Response(names_of(definition_id).translate(definition.bpmn_xml), mimetype="application/xml")
    answer.headers["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    answer.headers["Content-Disposition"] = "inline; filename=diagram.bpmn"
    return answer


@blueprint.get("/models/<definition_id>/files.zip")
@requires("see_models")
def files(definition_id: str) -> Response:
    """Everything that was deployed, as it was deployed."""
    definition = get_model(definition_id)
    return zipped(definition.files, f"{definition.process_id}-{definition.version}.zip")


@blueprint.get("/models/compare")
@requires("see_models")
def changes() -> str:
    """Two versions side by side, or a working copy beside the version it was taken from."""
    work_id = request.args.get("work")
    before = side_of_version(request.args.get("before", ""))
    after = side_of_work(work_id, current_actor()) if work_id else side_of_version(request.args.get("after", ""))
    definition = get_model(before.definition_id or "")
    return render_template(
        "pages/model_changes.html",
        comparison=compare(before, after),
        title=before.names.process(definition.name),
        process_id=definition.process_id,
        versions=versions_of(definition.process_id),
        work_id=work_id,
    )


@blueprint.get("/models/<definition_id>/release")
@requires("release_models")
def releasing(definition_id: str) -> str:
    """What the releaser answers for: the difference, the findings, the running cases."""
    return _releasing(definition_id)


@blueprint.post("/models/<definition_id>/release")
@requires("release_models")
def release(definition_id: str) -> Answer:
    """Let cases start from it; whoever deployed it cannot."""
    keep_input(lambda error: _releasing(definition_id, error))
    seen = request.form.get("compared_with")
    if seen is not None and seen != released_beside(definition_id):
        raise StaleVersionError("Expected to release beside the version that is released now, but it is another one.")
    engine().handle(ReleaseDefinition(command_id=command_id(), definition_id=definition_id), current_actor())
    flash(_("Released: new cases start from this version."), "done")
    return redirect(url_for("models.page", definition_id=definition_id), 303)


@blueprint.post("/models/<definition_id>/retire")
@requires("definition.retire")
def retire(definition_id: str) -> Answer:
    """Start no more cases from it; those running go on."""
    keep_input(lambda error: _page(definition_id, error))
    engine().handle(RetireDefinition(command_id=command_id(), definition_id=definition_id), current_actor())
    flash(_("Retired: running cases go on, no new one starts from this version."), "done")
    return redirect(url_for("models.page", definition_id=definition_id), 303)


def _index(error: EngineError | None = None) -> str:
    problems = error.problems if isinstance(error, DefinitionError) else ()
    return render_template(
        "pages/models.html", models=model_list(), work=work_list(current_actor()), problems=problems, error=error,
        command_id=new_id(),
    )  # fmt: skip


def _page(definition_id: str, error: EngineError | None = None) -> str:
    return render_template("pages/model.html", **model_page(definition_id, current_actor()), error=error)


def _releasing(definition_id: str, error: EngineError | None = None) -> str:
    actor = current_actor()
    values = {**model_page(definition_id, actor), **release_page(definition_id)}
    return render_template("pages/model_release.html", **values, error=error)
