"""Settings of the city: the working calendar, the profile, what changed when, who read what, and files."""

from __future__ import annotations

import calendar as months
import json
from dataclasses import fields
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from web.auth import current_actor
from web.context import engine
from web.errors import keep_input
from web.i18n import gettext as _
from web.i18n import marked
from web.permissions import requires
from web.presenters import organisation as shown
from web.presenters.times import now, zone
from web.ui.requests import command_id, cursor, one_of, required_reason
from workflow_engine import (
    ORGANISATION_KINDS,
    ChangeCalendar,
    ChangeProfile,
    EngineError,
    InvalidVariablesError,
    LoadOrganisation,
    OrganisationFiles,
    Profile,
    new_id,
    notice_changes,
    organisation_csv,
)

blueprint = Blueprint("city", __name__)
PAGE_ROWS = 50
MOST_FILES = 12
PARAMETERS = {
    "city_name_zh": (marked("Name of the city, in Chinese"), marked("Stands at the foot of every page.")),
    "city_name_en": (marked("Name of the city, in English"), marked("Stands at the foot of every page.")),
    "time_zone": (marked("Time zone"), marked("In which pages show instants and working hours are reckoned.")),
    "language": (marked("Language"), marked("Of visitors who have not chosen one: en or zh_CN; empty: the browser's.")),
    "retention_days": (marked("Days that ended cases are kept"), marked("Where the model names none; 0: for ever.")),
    "idle_minutes": (marked("Minutes until an idle session ends"), marked("Counted from the last page.")),
    "longest_session_hours": (marked("Hours until any session ends"), marked("Then one signs in again.")),
    "shortest_password": (marked("Characters of a password, at least"), marked("Of those chosen from now on.")),
    "most_upload_megabytes": (marked("Megabytes of an upload, at most"), marked("All files of one form together.")),
}  # fmt: skip
WEEKDAYS = (
    marked("Monday"), marked("Tuesday"), marked("Wednesday"), marked("Thursday"), marked("Friday"), marked("Saturday"),
    marked("Sunday"),
)  # fmt: skip


# ------------------------------------------------------------------------------------------------ calendar
@blueprint.get("/organisation/calendar")
@requires("organisation.see")
def calendar() -> str:
    """A year with its days off and make-up days."""
    return _calendar()


@blueprint.post("/organisation/calendar/days")
@requires("settings.change")
def change_day() -> Answer:
    """One day: off, worked, or as its weekday says."""
    keep_input(_calendar)
    day = {"kind": request.form.get("kind", ""), "name": request.form.get("name", "").strip()}
    return _changed_calendar(days={request.form.get("day", ""): day})


@blueprint.post("/organisation/calendar/notice")
@requires("settings.change")
def import_notice() -> Answer:
    """A year's notice as a file: its days, and the year is published."""
    keep_input(_calendar)
    upload = request.files.get("notice")
    try:
        document = json.loads(upload.read() if upload else b"")
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise InvalidVariablesError("Expected a JSON file.", {"notice": _("Choose a JSON file.")})
    days, year = notice_changes(document)
    return _changed_calendar(days=days, years={str(year): True})


@blueprint.post("/organisation/calendar/years")
@requires("settings.change")
def change_year() -> Answer:
    """A year is final, or provisional again."""
    keep_input(_calendar)
    return _changed_calendar(years={request.form.get("year", ""): request.form.get("published") == "yes"})


@blueprint.post("/organisation/calendar/hours")
@requires("settings.change")
def change_hours() -> Answer:
    """When the offices are open."""
    keep_input(_calendar)
    keys = [*map(str, range(7)), "make_up"]
    hours = {key: request.form.get(f"hours_{key}", "").replace(",", " ").split() for key in keys}
    return _changed_calendar(hours=hours)


def _changed_calendar(**parts: Any) -> Answer:
    command = ChangeCalendar(command_id=command_id(), base_version=_base_version(), reason=required_reason(), **parts)
    engine().handle(command, current_actor())
    flash(_("The calendar is changed."), "done")
    return redirect(url_for("city.calendar", year=request.form.get("year") or request.form.get("day", "")[:4]), 303)


# ------------------------------------------------------------------------------------------------ profile
@blueprint.get("/organisation/profile")
@requires("organisation.see")
def profile() -> str:
    """The parameters."""
    return _profile()


@blueprint.post("/organisation/profile")
@requires("settings.change")
def change_profile() -> Answer:
    """The next version of them."""
    keep_input(_profile)
    values = {name: request.form[name] for name in PARAMETERS if name in request.form}
    command = ChangeProfile(
        command_id=command_id(), values=values, base_version=_base_version(), reason=required_reason()
    )
    engine().handle(command, current_actor())
    current_app.extensions["city"].forget()
    flash(_("The profile is changed."), "done")
    return redirect(url_for("city.profile"), 303)


# ------------------------------------------------------------------------------------------------ what happened
@blueprint.get("/organisation/changes")
@requires("organisation.see")
def changes() -> str:
    """Who changed what, old and new."""
    kind = one_of("kind", frozenset(shown.KINDS), "")
    found = engine().queries.organisation.history(kind or None, after=cursor(), limit=PAGE_ROWS)
    return render_template(
        "pages/changes.html", changes=[shown.shown_change(row) for row in found.items], kind=kind, shown=shown,
        next_cursor=found.next_cursor, after=cursor(),
    )  # fmt: skip


@blueprint.get("/organisation/readings")
@requires("reading.see")
def readings() -> str:
    """Who read which case as an auditor."""
    found = engine().queries.organisation.list_readings(current_actor(), limit=PAGE_ROWS)
    return render_template("pages/readings.html", readings=found, shown=shown)


# ------------------------------------------------------------------------------------------------ files
@blueprint.get("/organisation/files")
@requires("organisation.see")
def files() -> str:
    """Import and export."""
    return _files()


@blueprint.post("/organisation/files")
@requires("organisation.load")
def import_files() -> Answer | tuple[str, int]:
    """Bring files in, all or nothing; what cannot be is told by file, line and column."""
    uploads = [upload for upload in request.files.getlist("files")[:MOST_FILES] if upload.filename]
    read = OrganisationFiles((str(upload.filename), upload.read()) for upload in uploads)
    if read.problems:
        return _files(cells=read.problems), 422
    keep_input(lambda error: _files(error, read.told(getattr(error, "problems", {}))))
    receipt = engine().handle(LoadOrganisation(command_id=command_id(), **read.parts()), current_actor())
    flash(_("Imported: %(number)s rows were added or changed.", number=receipt.result["changes"]), "done")
    return redirect(url_for("city.files"), 303)


@blueprint.get("/organisation/files/<kind>.csv")
@requires("organisation.see")
def export(kind: str) -> Response:
    """One kind of row as a file for spreadsheets."""
    content = organisation_csv(kind, engine().queries.organisation.export(kind))
    answer = Response(content, mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={kind}.csv"
    return answer


# ------------------------------------------------------------------------------------------------ pages
def _calendar(error: EngineError | None = None) -> str:
    content, version = engine().queries.organisation.calendar()
    today = now().astimezone(zone()).date()
    text = request.values.get("year", "") or request.values.get("day", "")[:4]
    year = int(text) if text.isascii() and text.isdigit() and 1970 <= int(text) <= 9000 else today.year
    worked = content.calendar("UTC")
    grid = [_month(year, month, content.days, worked) for month in range(1, 13)]
    special = [(day, told) for day, told in sorted(content.days.items()) if day.startswith(f"{year}-")]
    return _rendered(
        "pages/working_calendar.html", error, content=content, version=version, year=year, months=grid, today=today,
        special=special, is_published=year in content.published, weekdays=WEEKDAYS, date=date,
    )  # fmt: skip


def _month(year: int, month: int, days: Any, worked: Any) -> list[list[tuple[date, str] | None]]:
    """Weeks of days with what each is; None for days of the months beside."""
    return [
        [(day, _kind(day, days, worked.is_working_day(day))) if day.month == month else None for day in week]
        for week in months.Calendar().monthdatescalendar(year, month)
    ]


def _kind(day: date, days: Any, is_working: bool) -> str:
    told = days.get(day.isoformat())
    return str(told["kind"]) if told else ("plain" if is_working else "weekend")


def _profile(error: EngineError | None = None) -> str:
    found, version = engine().queries.organisation.profile()
    parameters = [
        (one.name, _(PARAMETERS[one.name][0]), _(PARAMETERS[one.name][1]), one.metadata["kind"],
         request.form.get(one.name, getattr(found, one.name)))
        for one in fields(Profile)
        if one.metadata
    ]  # fmt: skip
    history = engine().queries.organisation.history("profile", limit=10)
    return _rendered(
        "pages/profile.html", error, parameters=parameters, version=version,
        history=[shown.shown_change(row) for row in history.items],
    )  # fmt: skip


def _files(error: EngineError | None = None, cells: Any = ()) -> str:
    return _rendered("pages/organisation_files.html", None if cells else error, kinds=ORGANISATION_KINDS, cells=cells)


def _rendered(template: str, error: EngineError | None, **values: Any) -> str:
    problems = shown.problems_of(error)
    return render_template(
        template, problems=problems, error=None if problems else error, typed=request.form, command_id=new_id,
        shown=shown, **values,
    )  # fmt: skip


def _base_version() -> int:
    text = request.form.get("base_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
