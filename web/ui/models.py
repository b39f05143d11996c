"""Models: what is deployed, who put it there, who released it; upload with all problems at once; release by another."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.model_page import model_list, model_page
from web.presenters.names import names_of
from web.static_files import YEAR_SECONDS
from web.ui.requests import command_id
from workflow_engine import (
    DefinitionError,
    DeployDefinition,
    EngineError,
    InvalidVariablesError,
    ReleaseDefinition,
    RetireDefinition,
    new_id,
)

blueprint = Blueprint("models", __name__)
MOST_FILES = 40
LONGEST_NAME = 120


@blueprint.get("/models")
@requires("see_models")
def index() -> str:
    """Every process with its versions."""
    return _index()


@blueprint.post("/models")
@requires("deploy_models")
def deploy() -> Answer:
    """Store the uploaded files as one version, or say everything that is wrong with them."""
    keep_input(_index)
    files = _uploaded()
    if not any(name.lower().endswith((".bpmn", ".xml")) for name in files):
        raise InvalidVariablesError(_("Choose a BPMN file."), {"files": _("Choose a BPMN file.")})
    receipt = engine().handle(DeployDefinition(command_id=command_id(), files=files), current_actor())
    definition_id = str(receipt.result["definition_id"])
    flash(_("The model is stored as a draft. Another person releases it."), "done")
    return redirect(url_for("models.page", definition_id=definition_id), 303)


@blueprint.get("/models/<definition_id>")
@requires("see_models")
def page(definition_id: str) -> str:
    """One version: diagram with problems pinned on, notes, files."""
    return _page(definition_id)


@blueprint.get("/models/<definition_id>/diagram.bpmn")
def xml(definition_id: str) -> Response:
    """The diagram's source with its names in the visitor's language. It never changes, so the browser may keep it."""
    definition = engine().queries.get_definition(definition_id)
    answer = Response(names_of(definition_id).translate(definition.bpmn_xml), mimetype="application/xml")
    answer.headers["Cache-Control"] = f"private, max-age={YEAR_SECONDS}, immutable"
    answer.headers["Content-Disposition"] = "inline; filename=diagram.bpmn"
    return answer


@blueprint.post("/models/<definition_id>/release")
@requires("release_models")
def release(definition_id: str) -> Answer:
    """Let cases start from it; whoever deployed it cannot."""
    keep_input(lambda error: _page(definition_id, error))
    engine().handle(ReleaseDefinition(command_id=command_id(), definition_id=definition_id), current_actor())
    flash(_("Released: new cases start from this version."), "done")
    return redirect(url_for("models.page", definition_id=definition_id), 303)


@blueprint.post("/models/<definition_id>/retire")
@requires("release_models")
def retire(definition_id: str) -> Answer:
    """Start no more cases from it; those running go on."""
    keep_input(lambda error: _page(definition_id, error))
    engine().handle(RetireDefinition(command_id=command_id(), definition_id=definition_id), current_actor())
    flash(_("Retired: running cases go on, no new one starts from this version."), "done")
    return redirect(url_for("models.page", definition_id=definition_id), 303)


def _uploaded() -> dict[str, bytes]:
    """The files by plain name; folders in names are dropped but for one level such as ``forms/``."""
    files: dict[str, bytes] = {}
    for upload in request.files.getlist("files")[:MOST_FILES]:
        parts = [part for part in (upload.filename or "").replace("\\", "/").split("/") if part not in ("", ".", "..")]
        if parts:
            name = "/".join(parts[-2:]) if len(parts) > 2 else parts[-1]
            files[name[:LONGEST_NAME]] = upload.read()
    return files


def _index(error: EngineError | None = None) -> str:
    problems = error.problems if isinstance(error, DefinitionError) else ()
    return render_template(
        "pages/models.html", models=model_list(), problems=problems, error=error, command_id=new_id()
    )


def _page(definition_id: str, error: EngineError | None = None) -> str:
    return render_template("pages/model.html", **model_page(definition_id, current_actor()), error=error)
