"""Open data about indicators: months as CSV and JSON, each with licence, period, method and checksums."""

from __future__ import annotations

import csv
import io
from hashlib import sha256
from typing import Any

import orjson
from flask import Blueprint, Response, render_template, url_for

from web.context import engine
from web.csv_files import cell
from web.presenters import indicators as shown
from workflow_engine import IndicatorValue, NotFoundError, is_period

blueprint = Blueprint("open_data", __name__, url_prefix="/portal/data/indicators")
LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
COLUMNS = (
    "indicator", "period", "level", "scope", "value", "numerator", "denominator", "smoothed", "suppressed", "state",
    "method_version", "revision", "reason",
)  # fmt: skip


@blueprint.get("")
def page() -> str:
    """Which months there are, and in which forms."""
    months = [row for row in engine().queries.indicators.publications() if row.state == "published"]
    return render_template(
        "pages/public_indicator_data.html", months=months, licence=LICENCE, licence_url=LICENCE_URL
    )


@blueprint.get("/definitions.json")
def definitions() -> Response:
    """The methods: every version of every definition, with its digest."""
    questions = engine().queries.indicators
    told = [
        {"definition": dict(row.content), "sha256": row.digest, "made_at": row.made_at.isoformat(),
         "reason": row.reason, "retired": row.retired}
        for one in questions.definitions(retired=True)
        for row in questions.versions(one.indicator.indicator_id)
    ]  # fmt: skip
    return _json({"licence": LICENCE, "definitions": told}, "indicator-definitions.json")


@blueprint.get("/<period>.json")
def month_json(period: str) -> Response:
    """A published month, all levels."""
    return _json(_month(period), f"indicators-{period}.json")


@blueprint.get("/<period>.csv")
def month_csv(period: str) -> Response:
    """The same for spreadsheets."""
    return _attached(_csv(_published(period)), "text/csv; charset=utf-8", f"indicators-{period}.csv")


@blueprint.get("/<period>.sha256")
def checksums(period: str) -> Response:
    """The checksums of a month's files, in the form of ``sha256sum``."""
    values = _published(period)
    files = {
        f"indicators-{period}.csv": _csv(values),
        f"indicators-{period}.json": orjson.dumps(_month(period, values)),
    }
    lines = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    return Response(lines, mimetype="text/plain")


def _month(period: str, values: list[IndicatorValue] | None = None) -> dict[str, Any]:
    found = _published(period) if values is None else values
    return {
        "licence": LICENCE, "licence_url": LICENCE_URL, "period": period,
        "methods": url_for("open_data.definitions", _external=True),
        "log_size": max(value.log_size for value in found),
        "values": [shown.value_data(value) for value in found],
    }  # fmt: skip


def _published(period: str) -> list[IndicatorValue]:
    """Raises NotFoundError."""
    values = engine().queries.indicators.table(period) if is_period(period) else []
    if not values or values[0].state == "provisional":
        raise NotFoundError(f"Expected a published month, but {period[:20]!r} is none.")
    return values


def _csv(values: list[IndicatorValue]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for value in values:
        told = shown.value_data(value)
        writer.writerow([cell(told[name]) for name in COLUMNS])
    return ("\ufeff" + out.getvalue()).encode()


def _json(content: dict[str, Any], name: str) -> Response:
    return _attached(orjson.dumps(content), "application/json", name)


def _attached(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, mimetype=kind.partition(";")[0])
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["X-Checksum-SHA256"] = sha256(content).hexdigest()
    answer.headers["Link"] = f'<{LICENCE_URL}>; rel="license"'
    return answer
