"""Indicators for everybody: cards by object, one indicator with all that stands behind it, comments and errors."""

from __future__ import annotations

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.context import engine
from web.errors import keep_input
from web.pace import Pace
from web.presenters import indicators as shown
from web.presenters.indicator_charts import area_map, spark, trend
from web.ui.requests import command_id, cursor, one_of
from workflow_engine import (
    Actor,
    CommentIndicator,
    EngineError,
    IndicatorValue,
    InvalidVariablesError,
    NotFoundError,
    is_period,
    new_id,
)

blueprint = Blueprint("public_indicators", __name__, url_prefix="/portal/indicators")
VISITOR = Actor("public:web")
MONTHS = 13
COMMENT_ROWS = 20
KINDS = ("comment", "error")


@blueprint.get("")
def index() -> str:
    """What the city is measured by, object by object."""
    questions = engine().queries.indicators
    period, periods = _period()
    values = questions.table(period, "city")
    cards = shown.cards(questions.definitions(), period, values, MONTHS)
    return render_template(
        "pages/public_indicators.html", cards=cards, period=period, periods=periods, shown=shown,
        spark=lambda card: spark(card.series, period, MONTHS), published=_is_published(values),
    )  # fmt: skip


@blueprint.get("/<indicator_id>")
def page(indicator_id: str) -> str:
    """One indicator: its value, its months, its places, its method, its corrections, what was said."""
    return _page(indicator_id)


@blueprint.get("/<indicator_id>/data.json")
def data(indicator_id: str) -> Response:
    """The same for programs, with the definition that holds."""
    questions = engine().queries.indicators
    found = questions.definition(indicator_id)
    period, _periods = _period()
    values = questions.table(period, None, indicator_id)
    return jsonify({
        "definition": dict(found.content), "definition_sha256": found.digest, "period": period,
        "values": [shown.value_data(value) for value in values],
        "series": [shown.value_data(value) for value in questions.series(indicator_id, None, period, MONTHS)],
        "revisions": [shown.value_data(value) for value in questions.history(indicator_id, period)],
    })  # fmt: skip


@blueprint.post("/<indicator_id>/comments")
def comment(indicator_id: str) -> str | tuple[str, int] | Response:
    """Take in what somebody says, or an error that somebody reports."""
    engine().queries.indicators.definition(indicator_id)
    typed = {name: request.form.get(name, "").strip() for name in ("text", "scope", "kind")}
    keep_input(lambda error: _page(indicator_id, error=error, typed=typed))
    pace: Pace = current_app.extensions["opinion_pace"]
    if request.form.get("website") or not pace.step(request.remote_addr or ""):
        return _page(indicator_id, typed=typed, too_often=True), 429
    period = request.form.get("period", "")
    command = CommentIndicator(
        command_id=command_id(), comment_id=new_id(), indicator_id=indicator_id, period=period, scope=typed["scope"],
        kind=typed["kind"], text=typed["text"],
    )  # fmt: skip
    engine().handle(command, VISITOR)
    here = url_for("public_indicators.page", indicator_id=indicator_id, period=period, said=typed["kind"])
    return redirect(here, 303)


def _page(
    indicator_id: str,
    *,
    error: EngineError | None = None,
    typed: dict[str, str] | None = None,
    too_often: bool = False,
) -> str:
    questions = engine().queries.indicators
    found = questions.definition(indicator_id)
    one = found.indicator
    period, periods = _period()
    names, root = shown.scope_names(), questions.scopes().root
    scope = request.args.get("unit", "")
    values = questions.table(period, None, indicator_id)
    scope = scope if any(value.unit_id == scope for value in values) else root
    series = questions.series(indicator_id, scope, period, MONTHS)
    now = next((value for value in values if value.unit_id == scope), None)
    places = {value.unit_id: value for value in values if value.unit_id.startswith("place:")}
    parts = sorted(
        (value for value in values if value.unit_id != root and value.level != "community"),
        key=lambda value: (value.level != "city", value.level, names.get(value.unit_id, value.unit_id)),
    )
    problems = dict(error.problems) if isinstance(error, InvalidVariablesError) else {}
    shapes = engine().queries.places.shapes(("district",)) if places else []
    return render_template(
        "pages/public_indicator.html", one=one, found=found, value=now, period=period, periods=periods, names=names,
        root=root, scope=scope, series=series, trend=trend(one, series, period, MONTHS),
        by_place=[value for value in parts if value.unit_id in places],
        by_unit=[value for value in parts if value.unit_id not in places],
        map=area_map(shapes, places), history=questions.history(indicator_id, period),
        versions=questions.versions(indicator_id), published=_is_published(values),
        comments=questions.comments(indicator_id, after=cursor(), limit=COMMENT_ROWS), after=cursor(), shown=shown,
        said=one_of("said", KINDS, ""), typed=typed or {}, problems=problems, error=None if problems else error,
        too_often=too_often, command_id=new_id(),
    )  # fmt: skip


def _is_published(values: list[IndicatorValue]) -> bool:
    return any(value.state != "provisional" for value in values)


def _period() -> tuple[str, list[str]]:
    """The month that is asked for, else the newest that was published; and all there are. Raises NotFoundError."""
    questions = engine().queries.indicators
    periods = questions.periods()
    wanted = request.values.get("period", "")
    if wanted and not is_period(wanted):
        raise NotFoundError(f"Expected a month such as 2026-10, but got {wanted[:20]!r}.")
    period = wanted or questions.newest_published() or periods[0]
    return period, periods if period in periods else [period, *periods]
