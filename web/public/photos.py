"""Photos that residents choose: kept as soon as they come, so that a form shown again still has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request, session
from werkzeug.datastructures import FileStorage

from web.context import engine
from workflow_engine import RejectedError, take_photo

MOST_PHOTOS = 6
_KEY = "photos"
_MOST_DRAFTS = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """Photos as the engine takes them, and what was wrong with others."""

    photos: list[dict[str, Any]]
    problems: dict[str, str]


def kept_photos(draft_id: str) -> list[dict[str, Any]]:
    """Those that this visitor sent before with the same form, without those just taken off it."""
    found: list[dict[str, Any]] = session.get(_KEY, {}).get(draft_id, [])
    off = set(request.form.getlist("off"))
    return [one for one in found if one["digest"] not in off]


def take_photos(draft_id: str, uploads: Iterable[FileStorage]) -> Taken:
    """Keep what was chosen, beside what was there."""
    photos, problems = kept_photos(draft_id), dict[str, str]()
    for upload in uploads:
        if not upload.filename:
            continue
        if len(photos) >= MOST_PHOTOS:
            problems["photos"] = ""
            break
        try:
            photo = dict(take_photo(engine().files, upload.stream))
        except RejectedError:
            problems["photos"] = ""
        else:
            if photo["digest"] not in {one["digest"] for one in photos}:
                photos.append(photo)
    drafts = {key: value for key, value in session.get(_KEY, {}).items() if key != draft_id}
    while len(drafts) >= _MOST_DRAFTS:
        drafts.pop(next(iter(drafts)))
    session[_KEY] = drafts | {draft_id: photos} if photos else drafts
    return Taken(photos, problems)


def draft_photo(draft_id: str, digest: str) -> dict[str, Any] | None:
    """A photo that this visitor put into a form."""
    return next((one for one in session.get(_KEY, {}).get(draft_id, []) if one["public_digest"] == digest), None)
