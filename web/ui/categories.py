"""The catalogue of categories: what it says now, one of them to change, files, and its versions with what differs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.permissions import requires
from web.presenters import categories as shown
from web.presenters.times import zone
from web.ui.requests import command_id, required_reason, search_words
from workflow_engine import (
    ATTRIBUTE_DATATYPES,
    CATEGORY_COLUMNS,
    CATEGORY_FLAGS,
    CATEGORY_KINDS,
    CATEGORY_LIMITS,
    CATEGORY_TIERS,
    TIME_UNITS,
    Category,
    CategoryFile,
    ChangeServiceCategories,
    EngineError,
    InvalidVariablesError,
    NotFoundError,
    category_csv,
    new_id,
)

blueprint = Blueprint("categories", __name__)
CHANGE = "settings.change"
NEW = "new"


@blueprint.get("/categories")
def page() -> str:
    """Those in force, or that a search finds."""
    return _page()


@blueprint.get("/categories.csv")
def export() -> Response:
    """Those in force as a file for spreadsheets; the same file comes in again."""
    version, catalogue = engine().queries.service_categories.catalogue()
    answer = Response(category_csv(catalogue), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=categories-{version}.csv"
    return answer


@blueprint.post("/categories/import")
@requires(CHANGE)
def import_file() -> Answer | tuple[str, int]:
    """Bring a file in, all or nothing; what cannot be is told by line and field."""
    upload = request.files.get("file")
    read = CategoryFile(upload.filename or "", upload.read()) if upload and upload.filename else None
    if read is None:
        keep_input(_page)
        raise InvalidVariablesError("Expected a file.", {"file": _("Choose a file.")})
    if read.problems:
        return _page(cells=read.problems), 422
    keep_input(lambda error: _page(error, read.told(getattr(error, "problems", {}))))
    result = _changed(categories=read.rows, whole="whole" in request.form)
    flash(_("%(number)s categories are new or different: version %(version)s.", number=result["changes"],
            version=result["version"]), "done")  # fmt: skip
    return redirect(url_for("categories.page"), 303)


@blueprint.get("/categories/versions")
def versions() -> str:
    """Every version with who made it and why, and what two of them have differently."""
    questions = engine().queries.service_categories
    found = questions.versions()
    after = _number("after", found[0].version if found else 0)
    before = _number("before", max(after - 1, 0))
    return render_template(
        "pages/category_versions.html", versions=found, before=before, after=after, shown=shown,
        changes=questions.compare(before, after) if found else [],
    )  # fmt: skip


@blueprint.get("/categories/<code>")
@requires(CHANGE)
def form(code: str) -> str:
    """One category to change; ``new``: one to add."""
    return _form(code)


@blueprint.post("/categories/<code>")
@requires(CHANGE)
def keep(code: str) -> Answer:
    """The next version, with this category as it was typed."""
    keep_input(lambda error: _form(code, error))
    row: dict[str, Any] = {name: request.form.get(name, "") for name in CATEGORY_COLUMNS if name not in CATEGORY_FLAGS}
    row |= {name: name in request.form for name in CATEGORY_FLAGS}
    if code != NEW:
        row["code"] = _require(code).code
    elif row["code"].strip() in engine().queries.service_categories.newest()[1].categories:
        raise InvalidVariablesError("Expected a new code.", {"code": _("There is a category with this code.")})
    _changed(categories=[row])
    flash(_("The category is kept."), "done")
    return redirect(url_for("categories.page"), 303)


@blueprint.post("/categories/<code>/remove")
@requires(CHANGE)
def remove(code: str) -> Answer:
    """The next version, without this category; running cases keep what they read."""
    keep_input(lambda error: _form(code, error))
    _changed(removed=[_require(code).code])
    flash(_("The category is removed."), "done")
    return redirect(url_for("categories.page"), 303)


def _changed(**parts: Any) -> Any:
    text = request.form.get("base_version", "")
    base = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    command = ChangeServiceCategories(
        command_id=command_id(), base_version=base, reason=required_reason(), effective_from=_effective_from(), **parts
    )
    return engine().handle(command, current_actor()).result


def _effective_from() -> str | None:
    """What was typed is a time of day in the city; nothing: at once."""
    text = request.form.get("effective_from", "").strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone()).isoformat()
    except ValueError:
        return text


def _page(error: EngineError | None = None, cells: Any = ()) -> str:
    questions = engine().queries.service_categories
    version, catalogue = questions.catalogue()
    words = search_words().lower()
    wanted = [one for one in catalogue if not words or words in _searched(one)]
    problems = _problems(error)
    return render_template(
        "pages/categories.html", groups=shown.lines(wanted), version=version, newest=questions.newest()[0],
        count=len(catalogue.categories), search=search_words(), shown=shown, cells=cells, problems=problems,
        error=None if problems or cells else error, command_id=new_id, typed=request.form,
    )  # fmt: skip


def _form(code: str, error: EngineError | None = None) -> str:
    found = None if code == NEW else _require(code)
    version = engine().queries.service_categories.newest()[0]
    typed = dict(request.form.items()) if request.method == "POST" and "name_zh" in request.form else None
    problems = _problems(error)
    return render_template(
        "pages/category.html", category=found, code=code, version=version, typed=typed or shown.typed_of(found),
        problems=problems, error=None if problems else error, shown=shown, command_id=new_id, kinds=CATEGORY_KINDS,
        tiers=CATEGORY_TIERS, limits=CATEGORY_LIMITS, time_units=TIME_UNITS, datatypes=ATTRIBUTE_DATATYPES,
    )  # fmt: skip


def _require(code: str) -> Category:
    """A category of the version made last. Raises NotFoundError."""
    found = engine().queries.service_categories.newest()[1].categories.get(code)
    if found is None:
        raise NotFoundError(f"Expected a category {code[:80]!r}, but there is none.")
    return found


def _problems(error: EngineError | None) -> dict[str, str]:
    told = error.problems if isinstance(error, InvalidVariablesError) else {}
    return {place.removeprefix("categories[0]."): shown.problem(what) for place, what in told.items()}


def _searched(one: Category) -> str:
    parts = (one.code, one.group, one.name_zh, one.name_en, one.function or "", one.owner_unit or "", *one.keywords)
    return " ".join(parts).lower()


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise
