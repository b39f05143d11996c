"""Working copies of models: mended and drawn in the browser, and stored as a version through the one intake."""

from __future__ import annotations

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters.findings import finding_text
from web.presenters.model_changes import get_model
from web.presenters.model_work import BLANKS, editor_page, work_page
from web.ui.model_files import uploaded, zipped
from web.ui.requests import command_id
from workflow_engine import (
    DefinitionError,
    DeployDefinition,
    DiscardModelWork,
    EngineError,
    InvalidVariablesError,
    KeepModelWork,
    ModelCheck,
    NotFoundError,
    check_model,
    is_model,
    new_id,
)

blueprint = Blueprint("models_work", __name__, url_prefix="/models/work")


@blueprint.post("")
@requires("deploy_models")
def begin() -> Answer:
    """A working copy of a version, or of nothing: one start event to draw on from."""
    base = request.form.get("definition_id") or None
    files = BLANKS["bpmn"]() if base is None else dict(get_model(base).files)
    work_id = new_id()
    command = KeepModelWork(command_id=command_id(), work_id=work_id, files=files, base_definition_id=base)
    engine().handle(command, current_actor())
    if request.form.get("then") == "edit":
        name = next(name for name, content in files.items() if is_model(name, content))
        return redirect(url_for("models_work.edit", work_id=work_id, name=name), 303)
    return redirect(url_for("models_work.page", work_id=work_id), 303)


@blueprint.get("/<work_id>")
@requires("deploy_models")
def page(work_id: str) -> str:
    """The files with everything that is wrong with them."""
    return _page(work_id)


@blueprint.get("/<work_id>/diagram.bpmn")
@requires("deploy_models")
def xml(work_id: str) -> Response:
    """The diagram as it was uploaded; the browser draws it, nothing here has read it."""
    files = engine().queries.models.get_work(work_id, current_actor()).files
    content = next((content for name, content in sorted(files.items()) if is_model(name, content)), None)
    if content is None:
        raise NotFoundError("Expected a model in the working copy, but there is none.")
    return _as_text(content)


@blueprint.get("/<work_id>/files.zip")
@requires("deploy_models")
def download(work_id: str) -> Response:
    """All files, to go on elsewhere."""
    return zipped(engine().queries.models.get_work(work_id, current_actor()).files, "working-copy.zip")


@blueprint.get("/<work_id>/files/<path:name>")
@requires("deploy_models")
def source(work_id: str, name: str) -> Response:
    """One file, for its editor."""
    return _as_text(_file(work_id, name))


@blueprint.get("/<work_id>/edit/<path:name>")
@requires("deploy_models")
def edit(work_id: str, name: str) -> str:
    """The editor of one file: of a diagram, a table or a form, and its source beside it."""
    return _edit(work_id, name)


@blueprint.post("/<work_id>/files/<path:name>")
@requires("deploy_models")
def save(work_id: str, name: str) -> Answer:
    """Keep a file as its editor has it, and say what is wrong with the whole."""
    keep_input(lambda error: _edit(work_id, name, error, request.form.get("content")))
    content = _content()
    revision = request.form.get("revision", type=int)
    command = KeepModelWork(command_id=command_id(), work_id=work_id, files={name: content}, revision=revision)
    receipt = engine().handle(command, current_actor())
    if not _wants_json():
        flash(_("Saved."), "done")
        return redirect(url_for("models_work.page", work_id=work_id), 303)
    files = engine().queries.models.get_work(work_id, current_actor()).files
    found = check_model(files, engine().queries.assigning.problems_in_city)
    return jsonify(revision=receipt.result["revision"], **_told(found))


@blueprint.post("/<work_id>/check/<path:name>")
@requires("deploy_models")
def check(work_id: str, name: str) -> Response:
    """What would be wrong if the file were as its editor has it; keeps nothing."""
    files = dict(engine().queries.models.get_work(work_id, current_actor()).files)
    return jsonify(_told(check_model({**files, name: _content()}, engine().queries.assigning.problems_in_city)))


@blueprint.post("/<work_id>/files")
@requires("deploy_models")
def add(work_id: str) -> Answer:
    """Add or replace uploaded files, or begin an empty table or form."""
    keep_input(lambda error: _page(work_id, error))
    kind = request.form.get("kind", "")
    files = BLANKS[kind]() if kind in BLANKS else uploaded()
    if not files:
        raise InvalidVariablesError(_("Choose a file."), {"files": _("Choose a file.")})
    if kind in BLANKS:
        taken = set(engine().queries.models.get_work(work_id, current_actor()).files)
        files = {_free_name(name, taken): content for name, content in files.items()}
    engine().handle(KeepModelWork(command_id=command_id(), work_id=work_id, files=files), current_actor())
    if kind in BLANKS:
        return redirect(url_for("models_work.edit", work_id=work_id, name=next(iter(files))), 303)
    return redirect(url_for("models_work.page", work_id=work_id), 303)


@blueprint.post("/<work_id>/remove")
@requires("deploy_models")
def remove(work_id: str) -> Answer:
    """Take a file out."""
    keep_input(lambda error: _page(work_id, error))
    removed = (request.form.get("name", ""),)
    engine().handle(KeepModelWork(command_id=command_id(), work_id=work_id, removed=removed), current_actor())
    return redirect(url_for("models_work.page", work_id=work_id), 303)


@blueprint.post("/<work_id>/deploy")
@requires("deploy_models")
def deploy(work_id: str) -> Answer:
    """Store it as a version, a draft; the working copy has done its work then."""
    keep_input(lambda error: _page(work_id, error))
    actor = current_actor()
    files = dict(engine().queries.models.get_work(work_id, actor).files)
    receipt = engine().handle(DeployDefinition(command_id=command_id(), files=files), actor)
    engine().handle(DiscardModelWork(command_id=new_id(), work_id=work_id), actor)
    if receipt.result["created"]:
        flash(_("The model is stored as a draft. Another person releases it."), "done")
    else:
        flash(_("This very content is stored already; here it is."), "info")
    return redirect(url_for("models.page", definition_id=str(receipt.result["definition_id"])), 303)


@blueprint.post("/<work_id>/discard")
@requires("deploy_models")
def discard(work_id: str) -> Answer:
    """Throw it away."""
    engine().handle(DiscardModelWork(command_id=command_id(), work_id=work_id), current_actor())
    flash(_("The working copy is gone."), "done")
    return redirect(url_for("models.index"), 303)


def _page(work_id: str, error: EngineError | None = None) -> str:
    told = None if isinstance(error, DefinitionError) else error
    return render_template("pages/model_work.html", **work_page(work_id, current_actor()), error=told)


def _edit(work_id: str, name: str, error: EngineError | None = None, typed: str | None = None) -> str:
    content = _file(work_id, name) if typed is None else typed.encode()
    values = editor_page(work_id, name, content, current_actor())
    return render_template("pages/model_editor.html", **values, error=error)


def _file(work_id: str, name: str) -> bytes:
    files = engine().queries.models.get_work(work_id, current_actor()).files
    if name not in files:
        raise NotFoundError(f"Expected a file {name[:80]!r} in the working copy, but there is none.")
    return files[name]


def _content() -> bytes:
    # Browsers send the lines of a form with carriage returns; files keep plain line ends.
    return request.form.get("content", "").replace("\r\n", "\n").encode()


def _as_text(content: bytes) -> Response:
    answer = Response(content, mimetype="text/plain")
    answer.headers["Content-Disposition"] = "attachment"
    return answer


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _told(found: ModelCheck) -> dict[str, object]:
    problems = [
        {
            "element": problem.element_id or "", "severity": problem.severity, "text": finding_text(problem),
            "file": problem.file or "", "name": problem.element_name or "", "code": problem.code,
        }
        for problem in found.problems
    ]  # fmt: skip
    return {"ok": found.ok, "problems": problems}


def _free_name(name: str, taken: set[str]) -> str:
    stem, dot, ending = name.rpartition(".")
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}{dot}{ending}"
    return name
