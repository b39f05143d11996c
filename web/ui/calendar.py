"""One's deadlines as a calendar to subscribe to; the address holds a token that opens nothing else."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.wrappers import Response as Answer

from web.api.tokens import LONGEST_TOKEN, token_sha256
from web.context import engine
from web.i18n import gettext as _
from web.presenters.names import names_of
from workflow_engine import CALENDAR_SCOPE, Actor, Deadline, InboxRow, calendar_of

blueprint = Blueprint("calendar", __name__)
MOST = 500
KEEP_SECONDS = 300


@blueprint.get("/calendar/<token>.ics")
def feed(token: str) -> Answer:
    """The deadlines of who made the token: tasks they have, and tasks they could take."""
    queries = engine().queries
    now = engine().clock.now()
    found = None if len(token) > LONGEST_TOKEN else queries.access.find_token(token_sha256(token), now)
    acting = None if found is None else queries.organisation.find_acting(found.person_id)
    if found is None or acting is None or CALENDAR_SCOPE not in found.scopes:
        abort(404)
    _person, actor = acting
    content = calendar_of(_("Deadlines · Liandong"), [_deadline(row, due_at) for due_at, row in _due(actor)])
    answer = Response(content, mimetype="text/calendar")
    answer.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    answer.headers["Content-Disposition"] = 'attachment; filename="liandong.ics"'
    answer.add_etag()
    return answer.make_conditional(request)


def _due(actor: Actor) -> list[tuple[datetime, InboxRow]]:
    """Each task that is due once, the soonest first."""
    rows = {
        row.user_task_id: (row.due_at, row)
        for queue in ("mine", "offered")
        for row in engine().queries.inbox(actor, queue=queue, limit=MOST).items
        if row.due_at is not None
    }
    return sorted(rows.values(), key=lambda line: (line[0], line[1].user_task_id))


def _deadline(row: InboxRow, due_at: datetime) -> Deadline:
    name = names_of(row.definition_id).element(row.element_id, row.name)
    case = row.case_title or row.business_key or row.process_name
    title = _("Exercise: %(task)s", task=name) if row.exercise else name
    url = url_for("tasks.page", user_task_id=row.user_task_id, _external=True)
    return Deadline(
        uid=f"{row.user_task_id}@liandong", due_at=due_at, title=f"{title} – {case}", text=f"{case}\n{url}",
        url=url, changed_at=row.claimed_at or row.created_at,
    )  # fmt: skip
