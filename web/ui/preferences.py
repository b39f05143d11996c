"""What visitors set for themselves: the language."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from web.i18n import COOKIE, COOKIE_SECONDS, LANGUAGES
from web.security import safe_next

blueprint = Blueprint("preferences", __name__)


@blueprint.post("/language")
def language() -> Response:
    """Read on in another language, on the same page."""
    answer = redirect(safe_next(request.form.get("next"), url_for("inbox.page")), 303)
    tag = request.form.get("language", "")
    if tag in LANGUAGES:
        answer.set_cookie(
            COOKIE, tag, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )  # fmt: skip
    return answer
