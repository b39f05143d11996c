"""What everybody may see of service requests: the first page, a list with a map, one request, a feed, and data."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, jsonify, make_response, render_template, request, send_file, url_for
from orjson import dumps

from web.context import engine
from web.presenters import portal as shown
from web.ui.requests import cursor, one_of
from workflow_engine import PlaceRow, PublicServiceRequest, RequestWish

blueprint = Blueprint("portal", __name__, url_prefix="/portal")
HOME_ROWS, PAGE_ROWS, FEED_ROWS, MOST_POINTS, MOST_DATA = 6, 20, 50, 200, 100
DAYS = {"week": 7, "month": 30, "quarter": 91}
STATES = ("all", "open", "closed")


@blueprint.get("")
def home() -> str:
    """The first page: report, follow up, and what goes on in the city."""
    rows = engine().queries.service_requests.list_public(RequestWish(), None, HOME_ROWS, by_change=True).items
    consultations = engine().queries.consultations.list_public(None, 3, over=False).items
    return render_template(
        "pages/portal_home.html", views=shown.views(rows), consultations=consultations, legend=shown.legend(),
    )  # fmt: skip


@blueprint.get("/help")
def help() -> str:  # noqa: A001 - the page's own name
    """How all this works, in plain words."""
    return render_template("pages/portal_help.html")


@blueprint.get("/requests")
def requests() -> str:
    """All of them that are public, on the map and in a list."""
    wanted, wish = _wanted()
    found = engine().queries.service_requests.list_public(wish, cursor(), PAGE_ROWS)
    return render_template(
        "pages/portal_requests.html", views=shown.views(found.items), wanted=wanted, groups=shown.public_categories(),
        places=subdistricts(), after=cursor(), next_cursor=found.next_cursor, legend=shown.legend(),
    )  # fmt: skip


@blueprint.get("/points.json")
def points() -> Response:
    """The newest of them for the map."""
    _, wish = _wanted()
    found = engine().queries.service_requests.list_public(wish, None, MOST_POINTS)
    located = [view for view in shown.views(found.items) if view.row.lat is not None]
    answer = jsonify({"points": [shown.point(view) for view in located]})
    answer.headers["Cache-Control"] = "private, max-age=60"
    return answer


@blueprint.get("/requests.json")
def requests_data() -> Response:
    """The same for programs; ``next`` is the address of what follows."""
    wanted, wish = _wanted()
    found = engine().queries.service_requests.list_public(wish, cursor(), MOST_DATA)
    asked = {key: value for key, value in wanted.items() if value}
    following = found.next_cursor and url_for("portal.requests_data", after=found.next_cursor, _external=True, **asked)
    return jsonify({"requests": [shown.open_data(view) for view in shown.views(found.items)], "next": following})


@blueprint.get("/requests/<request_id>")
def one(request_id: str) -> str:
    """One request as everybody may read it."""
    row = _public(request_id)
    queries = engine().queries.service_requests
    now = engine().clock.now()
    (view,) = shown.views([row])
    near = [] if row.lat is None or row.lon is None else queries.near(row.lat, row.lon, 400, open_only=False, limit=5)
    others = [found.request for found in near if found.request.request_id != request_id][:4]
    return render_template(
        "pages/portal_request.html", view=view, row=row, steps=queries.steps(request_id),
        photos=queries.photos(request_id), next=shown.public_next(row, now), others=shown.views(others),
        stages=shown.STAGES, stage=shown.stage_of(row), step_title=shown.step_title,
        point=dumps([shown.point(view)]).decode(),
        place=shown.place_names([row.place_code]).get(row.place_code or "", ""), unit=unit_of(row.unit_id),
    )  # fmt: skip


@blueprint.get("/requests/<request_id>/photos/<photo_id>")
def photo(request_id: str, photo_id: str) -> Response:
    """A photo that is public: the copy that tells neither where nor with what it was taken."""
    found = next(
        (one for one in engine().queries.service_requests.photos(request_id) if one.photo_id == photo_id), None
    )
    if found is None:
        abort(404)
    return picture(found.public_digest, "image/jpeg")


@blueprint.get("/feed.atom")
def feed() -> Response:
    """What changed last, for feed readers."""
    _, wish = _wanted()
    rows = engine().queries.service_requests.list_public(wish, None, FEED_ROWS, by_change=True).items
    text = render_template("pages/portal_feed.xml", views=shown.views(rows), now=engine().clock.now())
    answer = make_response(text)
    answer.mimetype = "application/atom+xml"
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


@blueprint.get("/data")
def data() -> str:
    """What there is for programs."""
    return render_template("pages/portal_data.html")


# ------------------------------------------------------------------------------------------------ for these and others
def picture(digest: str, media_type: str) -> Response:
    """A picture to be shown in a page."""
    answer = send_file(engine().files.open(digest), mimetype=media_type, etag=False, max_age=0)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def subdistricts() -> list[tuple[PlaceRow, list[PlaceRow]]]:
    """Districts with their subdistricts, for choosing."""
    found = engine().queries.places.listed(("district", "subdistrict"))
    return [
        (row, [one for one in found if one.level == "subdistrict" and one.place_code.startswith(row.place_code)])
        for row in found
        if row.level == "district"
    ]


def unit_of(unit_id: str | None) -> str:
    """The name of the office in charge; empty where none is known."""
    return "" if unit_id is None else shown.unit_name(engine().queries.organisation.find_unit(unit_id))


def _public(request_id: str) -> PublicServiceRequest:
    found = engine().queries.service_requests.find_public(request_id)
    if found is None:
        abort(404)
    return found


def _wanted() -> tuple[dict[str, str], RequestWish]:
    """What the address asks for, and the same for the engine."""
    category = request.args.get("category", "")[:64]
    place = "".join(letter for letter in request.args.get("place", "")[:15] if letter.isdigit())
    state, period = one_of("state", STATES, "all"), one_of("period", frozenset(DAYS), "")
    wanted = {"category": category, "place": place, "state": "" if state == "all" else state, "period": period}
    since: datetime | None = engine().clock.now() - timedelta(days=DAYS[period]) if period else None
    return wanted, RequestWish(
        category=category, status="" if state == "all" else state, place_code=place,
        since=since,
    )  # fmt: skip
